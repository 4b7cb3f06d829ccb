/** SIGINT, SIGTERM and SIGHUP: nothing of ours is left, and the exit code says what happened. */
import assert from "node:assert/strict";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { temporaryFolder } from "../support/folder.ts";
import { Machine } from "../support/segue.ts";
import { inhabited, PI } from "./support.ts";

const root = temporaryFolder();

/** Makes Segue send itself a signal when it first calls a function of node:fs. */
function signalled(m: Machine, signal: string, call: string): { [name: string]: string } {
  const path = join(root, `${signal}-${call}.mjs`);
  writeFileSync(
    path,
    `
    import fs from "node:fs";
    import { syncBuiltinESMExports } from "node:module";
    import { isMainThread } from "node:worker_threads";
    const real = fs.${call};
    let sent = !isMainThread;
    // Another thread may be the one to take it, and on a busy machine not at once.
    const isPending = () =>
      /^ShdPnd:\\s*0*[1-9a-f]/m.test(fs.readFileSync("/proc/self/status", "utf8"));
    fs.${call} = (...args) => {
      if (!sent) {
        sent = true;
        process.kill(process.pid, "${signal}");
        while (process.platform === "linux" && isPending());
        // Node's own thread ends the work: if there is any to end, it does so in this loop.
        const until = Date.now() + ${signal === "SIGINT" ? 1000 : 0};
        while (Date.now() < until);
      }
      return real(...args);
    };
    syncBuiltinESMExports();`,
  );
  mkdirSync(m.at("tmp"), { recursive: true });
  return { NODE_OPTIONS: `--import=${path}`, TMPDIR: m.at("tmp") };
}

function below(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: "utf8" }) : [];
}

describe("interrupted", { skip: process.platform === "win32" }, () => {
  for (const [signal, exit] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const) {
    for (const call of ["writeSync", "fsyncSync"]) {
      it(`convert, by ${signal} at ${call}`, async () => {
        const m = new Machine(mkdtempSync(join(root, "home-")));
        m.copy(PI, "a.jsonl");
        const env = signalled(m, signal, call);
        mkdirSync(m.at("new"));
        const args = ["convert", "a.jsonl", "--to", "codex", "-o", "new/b.jsonl"];
        const { code, out, err } = await m.run(args, { env });
        assert.deepEqual([code, out, err], [exit, "", ""]);
        assert.deepEqual(below(m.home).sort(), ["a.jsonl", "new", "tmp"]);
      });
    }

    it(`resume, by ${signal}: the stores are as they were`, async () => {
      const m = inhabited(root);
      const env = signalled(m, signal, "fsyncSync");
      const stores = () => [".claude", ".codex", ".pi"].flatMap((name) => below(m.at(name))).sort();
      const before = stores();
      const args = ["resume", "pi#1", "--in", "codex", "--no-launch"];
      const { code, out } = await m.run(args, { env });
      assert.deepEqual([code, out], [exit, ""]);
      assert.deepEqual(stores(), before);
      assert.deepEqual(below(m.at("tmp")), []);
      const kept = below(m.at(".segue")).filter((name) => !name.startsWith("cache"));
      assert.deepEqual(kept, ["carry"]);
    });

    it(`while it waits for stdin, by ${signal}`, async () => {
      const m = new Machine(mkdtempSync(join(root, "home-")));
      const env = signalled(m, signal, "mkdirSync");
      const { code } = await m.run(["convert", "-", "--to", "codex"], { env });
      assert.equal(code, exit);
      assert.deepEqual(below(m.at("tmp")), []);
    });
  }

  it("SIGINT does not wait for the end of long work", async () => {
    const m = new Machine(mkdtempSync(join(root, "home-")));
    m.copy(PI, "a.jsonl");
    const { code, out } = await m.run(["convert", "a.jsonl", "--to", "codex", "-o", "b.jsonl"], {
      env: endless(),
      started: (child) => child.stdout?.once("data", () => child.kill("SIGINT")),
    });
    assert.deepEqual([code, out], [130, "busy"]);
    assert.deepEqual(below(m.home), ["a.jsonl"]);
  });

  it("SIGTERM does not wait for it either; the next command takes away what was left", async () => {
    const m = new Machine(mkdtempSync(join(root, "home-")));
    mkdirSync(m.at("tmp"));
    appendFileSync(m.copy(PI, "a.jsonl"), `${JSON.stringify("long ".repeat(2e6))}\n`);
    const { signal, out } = await m.run(["convert", "a.jsonl", "--to", "codex", "-o", "b.jsonl"], {
      env: { ...endless(), TMPDIR: m.at("tmp") },
      started: (child) => child.stdout?.once("data", () => child.kill("SIGTERM")),
    });
    assert.deepEqual([signal, out], ["SIGTERM", "busy"]);
    await m.run(["log"]);
    assert.deepEqual(
      below(m.home)
        .filter((name) => !name.startsWith(".segue"))
        .sort(),
      ["a.jsonl", "tmp"],
    );
  });
});

/** Work without an end: it begins where Segue first has something brought to the disk. */
function endless(): { [name: string]: string } {
  const path = join(root, "endless.mjs");
  writeFileSync(
    path,
    `
    import fs from "node:fs";
    import { syncBuiltinESMExports } from "node:module";
    fs.fsyncSync = () => { fs.writeSync(1, "busy"); for (;;); };
    syncBuiltinESMExports();`,
  );
  return { NODE_OPTIONS: `--import=${path}` };
}
