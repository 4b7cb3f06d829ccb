import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { withLock } from "../../../src/io/lock.ts";
import { known, temporaryFolder } from "../../support/folder.ts";

const root = temporaryFolder();
const LOCK = join(import.meta.dirname, "../../../src/io/lock.ts");

function home(): string {
  return mkdtempSync(join(root, "home-"));
}

function locks(folder: string): string[] {
  return readdirSync(join(folder, "locks"));
}

/** Ends with its exit code. */
function run(script: string, folder: string): Promise<number | null> {
  const env = { ...process.env, SEGUE_HOME: folder };
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    env,
    stdio: "inherit",
  });
  return new Promise((resolve) => child.on("close", resolve));
}

describe("locks", () => {
  it("leave nothing behind, whatever happens", () => {
    const env = { SEGUE_HOME: home() };
    assert.equal(
      withLock(env, "a", () => withLock(env, "a", () => 7)),
      7,
    );
    assert.throws(() =>
      withLock(env, "a", () => {
        throw new Error("no");
      }),
    );
    assert.deepEqual(locks(env.SEGUE_HOME), []);
  });

  it("let one process in at a time", async () => {
    const folder = home();
    const file = join(folder, "n");
    writeFileSync(file, "0");
    const script = `
      import { readFileSync, writeFileSync } from "node:fs";
      const { withLock } = await import(${JSON.stringify(LOCK)});
      for (let n = 0; n < 40; n++) withLock(process.env, "n", () => {
        const now = Number(readFileSync(${JSON.stringify(file)}, "utf8"));
        writeFileSync(${JSON.stringify(file)}, String(now + 1));
      });`;
    const codes = await Promise.all([1, 2, 3].map(() => run(script, folder)));
    assert.deepEqual(codes, [0, 0, 0]);
    assert.equal(readFileSync(file, "utf8"), "120");
  });

  it("of a process that died are taken over", async () => {
    const folder = home();
    const script = `
      const { withLock } = await import(${JSON.stringify(LOCK)});
      withLock(process.env, "a", () => process.kill(process.pid, "SIGKILL"));`;
    await run(script, folder);
    assert.equal(locks(folder).length, 1);
    assert.equal(
      withLock({ SEGUE_HOME: folder }, "a", () => 1),
      1,
    );
    assert.deepEqual(locks(folder), []);
  });

  it("of a process whose number another one has now are taken over", () => {
    const env = { SEGUE_HOME: home() };
    withLock(env, "a", () => {
      const path = join(env.SEGUE_HOME, "locks", known(locks(env.SEGUE_HOME)[0]));
      const other = join(env.SEGUE_HOME, "other/locks");
      mkdirSync(other, { recursive: true });
      const holder = { pid: process.pid, started: "1", host: hostname(), token: "x" };
      writeFileSync(join(other, known(path.split("/").at(-1))), JSON.stringify(holder));
    });
    const other = { SEGUE_HOME: join(env.SEGUE_HOME, "other") };
    assert.equal(
      withLock(other, "a", () => 2),
      2,
    );
  });
});
