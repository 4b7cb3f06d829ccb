/** The commands of policies end, and leave no process, when they are told to. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { runCommand } from "../../../src/io/run-command.ts";
import { temporaryFolder } from "../../support/folder.ts";

const folder = temporaryFolder();
const env = { PATH: process.env.PATH ?? "/usr/bin:/bin" };

function isRunning(pid: number): boolean {
  try {
    // A process that has ended may wait for its parent.
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

describe("a policy's command", { skip: process.platform !== "linux" }, () => {
  for (const [name, trap] of [
    ["is ended with what it started", ""],
    ["is ended even if it heeds no SIGTERM", "trap '' TERM; "],
  ] as const) {
    it(name, async () => {
      const note = join(folder, `pids-${trap.length}`);
      const shell = `${trap}sleep 100 & echo $! $$ > '${note}.new'; mv '${note}.new' '${note}'; wait; sleep 100`;
      const end = new AbortController();
      const ran = runCommand({ shell }, { env, cwd: folder, signal: end.signal });
      while (!existsSync(note)) await new Promise((resolve) => setTimeout(resolve, 20));
      end.abort();
      assert.equal((await ran).why, "it was ended");
      const pids = readFileSync(note, "utf8").trim().split(" ").map(Number);
      assert.equal(pids.length, 2);
      assert.deepEqual(pids.filter(isRunning), []);
    });
  }

  it("is not started after the end", async () => {
    const note = join(folder, "started");
    const words = ["touch", note];
    const ran = await runCommand({ words }, { env, cwd: null, signal: AbortSignal.abort() });
    assert.equal(ran.code, null);
    assert.ok(!existsSync(note));
  });

  it("gets what an agent was told, whatever that was", async () => {
    const { signal } = new AbortController();
    const told = { ...env, SEGUE_TEXT: "a\0b", SEGUE_SESSION: undefined };
    const shell = 'test "$SEGUE_TEXT" = ab';
    const ran = await runCommand({ shell }, { env: told, cwd: "\0", signal });
    assert.deepEqual(ran, { code: 0, why: null });
  });

  it("tells how it ended", async () => {
    const { signal } = new AbortController();
    const run = (shell: string) => runCommand({ shell }, { env, cwd: "/nowhere", signal });
    assert.deepEqual(await run("exit 3"), { code: 3, why: null });
    assert.deepEqual(await run("kill -9 $$"), { code: null, why: "it was ended by SIGKILL" });
  });
});
