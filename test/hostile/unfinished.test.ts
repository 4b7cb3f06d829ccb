/** What a process that was killed had begun, as the next command finds it. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { Journal } from "../../src/io/journal.ts";
import { begunPath } from "../../src/io/state.ts";
import { withFault } from "../support/faults/hook.ts";
import { databaseOf, RESUME, sessionIn } from "../support/faults/store-cases.ts";
import { fixture } from "../support/fixtures.ts";
import { known, temporaryFolder } from "../support/folder.ts";
import { dump } from "../support/opencode-db.ts";
import { Machine } from "../support/segue.ts";

const root = temporaryFolder();
const PI = fixture("pi/basic");
/** No process has this number. */
const DEAD = { pid: 2 ** 22 + 1, started: "1", host: hostname() };

function machine(): Machine {
  const m = new Machine(mkdtempSync(join(root, "home-")));
  m.install(PI);
  return m;
}

async function runs(m: Machine, ...args: string[]): Promise<string> {
  const { code, out, err } = await m.run(args);
  assert.equal(code, 0, err);
  return out;
}

/** Work came home from Codex: the original, and what was there before. */
async function cameHome(m: Machine): Promise<{ original: string; before: Buffer }> {
  await runs(m, "resume", "pi#1", "--in", "codex", ...RESUME);
  const there = known(sessionIn(m, ".codex"));
  const line = known(
    readFileSync(there, "utf8")
      .split("\n")
      .find((one) => one.includes("MARK-USER-1")),
  );
  writeFileSync(there, `${line.replaceAll("MARK-USER-1", "ADDED-THERE")}\n`, { flag: "a" });
  const original = known(sessionIn(m, ".pi"));
  const before = readFileSync(original);
  await runs(m, "resume", there, "--in", "pi", ...RESUME);
  return { original, before };
}

describe("what was begun and not ended", () => {
  it("an append that was cut off is taken away, and `undo` stops at it once", async () => {
    const m = machine();
    const { original, before } = await cameHome(m);
    const tail = readFileSync(original).subarray(before.length);
    writeFileSync(m.at(".segue/pending/2"), tail);
    truncateSync(original, before.length + (tail.length >> 1));
    await runs(m, "list");
    assert.ok(readFileSync(original).equals(before));
    assert.deepEqual(readdirSync(m.at(".segue/pending")), []);
    assert.match(await runs(m, "undo"), /already undone, because it had been interrupted: append/);
    assert.equal(new Journal(m.env).writes().length, 1);
    assert.match((await m.run(["undo"])).err, /has changed since Segue wrote it/);
  });

  it("an append that somebody wrote behind is left alone", async () => {
    const m = machine();
    const { original, before } = await cameHome(m);
    writeFileSync(m.at(".segue/pending/2"), readFileSync(original).subarray(before.length));
    truncateSync(original, before.length + 9);
    writeFileSync(original, "\n{}\n", { flag: "a" });
    const now = readFileSync(original);
    await runs(m, "list");
    assert.ok(readFileSync(original).equals(now));
    assert.equal(new Journal(m.env).writes().length, 2);
  });

  it("a disk that is full in the middle of an append: the session is what it was", async () => {
    const m = machine();
    await runs(m, "resume", "pi#1", "--in", "codex", ...RESUME);
    const there = known(sessionIn(m, ".codex"));
    const text = readFileSync(there, "utf8");
    const line = known(text.split("\n").find((one) => one.includes("MARK-USER-1")));
    writeFileSync(there, `${line.replaceAll("MARK-USER-1", "ADDED-THERE")}\n`, { flag: "a" });
    const original = known(sessionIn(m, ".pi"));
    const before = readFileSync(original);
    const hook = m.at("full.mjs");
    writeFileSync(hook, fullFor(original));
    const args = ["resume", there, "--in", "pi", ...RESUME];
    const ended = await m.run(args, { env: { NODE_OPTIONS: `--import=${hook}` } });
    assert.match(ended.err, /the disk is full/);
    assert.equal(ended.code, 1);
    assert.ok(readFileSync(original).equals(before));
    assert.equal(new Journal(m.env).writes().length, 1);
  });

  it("an undo that was killed before the journal knew continues", async () => {
    const m = machine();
    await runs(m, "resume", "pi#1", "--in", "codex", ...RESUME);
    const there = known(sessionIn(m, ".codex"));
    mkdirSync(m.at(".segue/pending"), { recursive: true });
    writeFileSync(begunPath(m.env, there), JSON.stringify({ ...DEAD, after: 0 }));
    rmSync(there);
    await runs(m, "undo");
    assert.deepEqual(new Journal(m.env).writes(), []);
    assert.equal((await m.run(["undo"])).code, 3);
  });

  it("rows that were noted and never written are forgotten", async () => {
    const m = machine();
    const database = databaseOf(m, "opencode");
    const empty = dump(database);
    await runs(m, "resume", "pi#1", "--in", "opencode", ...RESUME);
    const journal = readFileSync(m.at(".segue/journal.jsonl"));
    const [{ path } = { path: "" }] = new Journal(m.env).writes();
    await runs(m, "undo");
    assert.equal(dump(database), empty);
    // As it was after the write was noted, and before it took effect.
    writeFileSync(m.at(".segue/journal.jsonl"), journal);
    rmSync(m.at(".segue/journal.jsonl.last"));
    writeFileSync(begunPath(m.env, path), JSON.stringify({ ...DEAD, after: 0 }));
    await runs(m, "log");
    assert.deepEqual(new Journal(m.env).writes(), []);
    await runs(m, "resume", "pi#1", "--in", "opencode", ...RESUME);
    assert.equal(new Journal(m.env).writes().at(-1)?.path, path);
  });

  it("a backup of rows that was not written to its end is written anew", async () => {
    const m = machine();
    const { keepBackup } = await import("../../src/convert/store/rows.ts");
    const rows = Buffer.from('{"a":1}\n{"b":2}\n');
    const name = createHash("sha256").update(rows).digest("hex");
    mkdirSync(m.at(".segue/rows"), { recursive: true });
    writeFileSync(m.at(`.segue/rows/${name}.jsonl`), rows.subarray(0, 5));
    assert.equal(keepBackup(m.env, rows), name);
    assert.ok(readFileSync(m.at(`.segue/rows/${name}.jsonl`)).equals(rows));
  });
});

/** Takes half of what goes to this file, and is full then. */
function fullFor(path: string): string {
  return `
    import fs from "node:fs";
    import { syncBuiltinESMExports } from "node:module";
    const [open, write] = [fs.openSync, fs.writeSync];
    let fd;
    fs.openSync = (path, flags, ...rest) => {
      const opened = open(path, flags, ...rest);
      if (path === ${JSON.stringify(path)} && flags === "a+") fd = opened;
      return opened;
    };
    fs.writeSync = (to, bytes, ...rest) => {
      if (to !== fd) return write(to, bytes, ...rest);
      write(to, bytes.subarray(0, bytes.length >> 1));
      throw Object.assign(new Error("ENOSPC: no space left"), { code: "ENOSPC", syscall: "write" });
    };
    syncBuiltinESMExports();`;
}

describe("what a killed process leaves in Segue's folder", () => {
  it("locks, and notes that were not written to their end, go with the next command", async () => {
    const m = machine();
    const name = "0123456789abcdef0123456789abcdef.lock";
    mkdirSync(m.at(".segue/locks"), { recursive: true });
    mkdirSync(m.at(".segue/temps"), { recursive: true });
    const holder = JSON.stringify({ ...DEAD, token: "0123456789abcdef" });
    writeFileSync(m.at(".segue/locks", name), holder);
    writeFileSync(m.at(".segue/locks", `${name}.${DEAD.pid}-0123456789abcdef`), holder.slice(0, 9));
    writeFileSync(m.at(".segue/temps", `${DEAD.pid}-01234567.jsonl`), holder.slice(0, 9));
    await runs(m, "log");
    assert.deepEqual(readdirSync(m.at(".segue/locks")), []);
    assert.deepEqual(existsSync(m.at(".segue/temps")) && readdirSync(m.at(".segue/temps")), []);
  });

  it("locks of processes that live stay", async () => {
    const m = machine();
    const name = "0123456789abcdef0123456789abcdef.lock";
    mkdirSync(m.at(".segue/locks"), { recursive: true });
    const alive = { pid: process.pid, started: null, host: hostname(), token: "x" };
    const far = { ...DEAD, host: "another machine", token: "x" };
    writeFileSync(m.at(".segue/locks", name), JSON.stringify(alive));
    writeFileSync(m.at(".segue/locks", name.replace("0", "f")), JSON.stringify(far));
    await runs(m, "log");
    assert.equal(readdirSync(m.at(".segue/locks")).length, 2);
  });
});

it("an error of the disk is told as one, wherever it comes", async () => {
  const m = machine();
  const args = ["resume", "pi#1", "--in", "codex", ...RESUME];
  const { code, err } = await m.run(args, withFault(m, { n: 1, fault: "full" }));
  assert.equal(code, 1);
  assert.match(err, /the disk is full/);
  assert.doesNotMatch(err, /this is a bug/);
});

it("a session that was written anew to the same size and time is read anew", async () => {
  const m = machine();
  const path = known(sessionIn(m, ".pi"));
  await runs(m, "scan");
  const { atime, mtime } = statSync(path);
  const text = readFileSync(path, "utf8");
  writeFileSync(path, text.replaceAll("MARK-USER-1", "MARK-OTHER1"));
  utimesSync(path, atime, mtime);
  assert.match(await runs(m, "search", "MARK-OTHER1"), /MARK-OTHER1/);
});
