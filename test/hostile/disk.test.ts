/** Files that cannot be read or written, and processes that do not live to the end. */
import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { after, describe, it } from "node:test";
import { fixture } from "../support/fixtures.ts";
import { sha256, temporaryFolder } from "../support/folder.ts";
import { type Ended, Machine } from "../support/segue.ts";
import { makeZed } from "../support/zed-db.ts";

const root = temporaryFolder();
const machine = () => new Machine(mkdtempSync(join(root, "home-")));
const PI = fixture("pi/basic");

/** One error in at most three lines, without a stack. */
function isClear({ err, code, out }: Ended, exit: number, says: RegExp): void {
  assert.match(err, says);
  assert.ok(err.trimEnd().split("\n").length <= 3, err);
  assert.doesNotMatch(err, /^ +at |this is a bug/m);
  assert.equal(out, "");
  assert.equal(code, exit);
}

describe("the output is the source", () => {
  const cases: [string, (m: Machine, source: string) => string][] = [
    ["by its name", (_, source) => source],
    ["by another way to it", (m) => join(m.home, "..", m.home.slice(root.length), "a.jsonl")],
    ["through a link to it", (m, source) => linked(m, source, symlinkSync)],
    ["through a hard link", (m, source) => linked(m, source, linkSync)],
  ];
  for (const [name, output] of cases) {
    it(`${name}: refused`, async () => {
      const m = machine();
      const source = m.copy(PI, "a.jsonl");
      const before = sha256(source);
      const to = output(m, source);
      isClear(await m.run(["convert", source, "--to", "codex", "-o", to]), 4, /segue: the /);
      await m.run(["convert", source, "--to", "codex", "-o", to, "--force"]);
      assert.equal(sha256(source), before);
      const left = readdirSync(m.home).filter((file) => file.includes(".tmp"));
      assert.deepEqual(left, []);
    });
  }

  it("as the place of the carry: refused", async () => {
    const m = machine();
    const source = m.copy(PI, "out.segue");
    const before = sha256(source);
    const args = ["convert", source, "--to", "codex", "-o", m.at("out")];
    isClear(await m.run(args), 4, /segue: /);
    isClear(await m.run([...args, "--force"]), 4, /segue: /);
    assert.equal(sha256(source), before);
    assert.ok(!existsSync(m.at("out")));
  });

  it("as the place of the report: refused", async () => {
    const m = machine();
    const source = m.copy(PI, "a.jsonl");
    const before = sha256(source);
    const args = ["convert", source, "--to", "codex", "-o", m.at("b"), "--report", source];
    isClear(await m.run(args), 4, /segue: /);
    assert.equal(sha256(source), before);
    assert.ok(!existsSync(m.at("b")));
  });
});

function linked(m: Machine, source: string, link: (from: string, to: string) => void): string {
  link(source, m.at("link.jsonl"));
  return m.at("link.jsonl");
}

describe("a file is there already", () => {
  it("is not replaced, nor is anything else written", async () => {
    const m = machine();
    const source = m.copy(PI, "a.jsonl");
    writeFileSync(m.at("b.jsonl"), "mine");
    const args = ["convert", source, "--to", "codex", "-o", m.at("b.jsonl")];
    isClear(await m.run(args), 4, /already exists/);
    assert.equal(readFileSync(m.at("b.jsonl"), "utf8"), "mine");
    assert.deepEqual(readdirSync(m.home).sort(), ["a.jsonl", "b.jsonl"]);
    assert.equal((await m.run([...args, "--force", "--quiet"])).code, 0);
    assert.notEqual(readFileSync(m.at("b.jsonl"), "utf8"), "mine");
  });

  it("is a pipe or a device: refused, even with --force", async () => {
    const m = machine();
    const source = m.copy(PI, "a.jsonl");
    execFileSync("mkfifo", [m.at("pipe")]);
    const pipe = m.at("pipe");
    for (const args of [
      ["convert", source, "--to", "codex", "-o", pipe],
      ["handoff", source, "--no-redact", "-o", pipe],
    ]) {
      const ended = await m.run([...args, "--force"]);
      isClear(ended, 2, /is a pipe or a device/);
    }
    assert.deepEqual(readdirSync(m.home).sort(), ["a.jsonl", "pipe"]);
    assert.ok(lstatSync(m.at("pipe")).isFIFO());
  });

  it("is a pipe that the report goes to: written to, and no waiting for a reader", async () => {
    const m = machine();
    const source = m.copy(PI, "a.jsonl");
    execFileSync("mkfifo", [m.at("pipe")]);
    const args = ["convert", source, "--to", "codex", "-o", m.at("b"), "--force"];
    const unread = await m.run([...args, "--report", m.at("pipe"), "--quiet"]);
    isClear(unread, 1, /cannot write the report: nothing reads from the pipe/);
    const reader = spawn("cat", [m.at("pipe")], { stdio: ["ignore", "pipe", "inherit"] });
    const ended = once(reader, "close");
    let read = "";
    reader.stdout.on("data", (chunk) => (read += chunk));
    // It may take a moment until the reader has the pipe open.
    let code: number | null = 1;
    while (code !== 0) ({ code } = await m.run([...args, "--report", m.at("pipe"), "--quiet"]));
    await ended;
    assert.equal(JSON.parse(read).how, "converted");
    assert.ok(lstatSync(m.at("pipe")).isFIFO());
  });

  it("is a link: what it leads to is replaced, and it stays", async () => {
    const m = machine();
    const source = m.copy(PI, "a.jsonl");
    writeFileSync(m.at("b.jsonl"), "mine");
    symlinkSync(m.at("b.jsonl"), m.at("link"));
    const args = ["convert", source, "--to", "codex", "-o", m.at("link"), "--force", "--quiet"];
    assert.equal((await m.run(args)).code, 0);
    assert.ok(lstatSync(m.at("link")).isSymbolicLink());
    assert.notEqual(readFileSync(m.at("b.jsonl"), "utf8"), "mine");
  });

  it("is a folder", async () => {
    const m = machine();
    const source = m.copy(PI, "a.jsonl");
    mkdirSync(m.at("b"));
    const ended = await m.run(["convert", source, "--to", "codex", "-o", m.at("b")]);
    isClear(ended, 2, /-o is a folder/);
    assert.deepEqual(readdirSync(m.home).sort(), ["a.jsonl", "b"]);
  });
});

describe("what cannot be read", () => {
  it("a file that is not there", async () => {
    isClear(await machine().run(["show", "./none.jsonl"]), 3, /no such file/);
  });

  it("a folder", async () => {
    const m = machine();
    mkdirSync(m.at("sub"));
    isClear(await m.run(["show", m.at("sub")]), 5, /folder/);
    isClear(await m.run(["convert", m.at("sub"), "--to", "pi"]), 5, /folder/);
  });

  it("a link that leads to itself", async () => {
    const m = machine();
    symlinkSync(m.at("loop.jsonl"), m.at("loop.jsonl"));
    isClear(await m.run(["show", m.at("loop.jsonl")]), 1, /loop/);
  });

  for (const [name, bytes] of [
    ["empty", Buffer.alloc(0)],
    ["binary", Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 1, 0xff, 0xfe, 0x0a, 0])],
    ["a text", Buffer.from("Dear diary,\ntoday\n")],
    ["JSON of something else", Buffer.from('{"name":"package","version":"1.0.0"}\n')],
  ] as const) {
    it(`a file that is ${name}`, async () => {
      const m = machine();
      writeFileSync(m.at("x.jsonl"), bytes);
      isClear(await m.run(["show", m.at("x.jsonl")]), 5, /not a session/);
      isClear(await m.run(["convert", m.at("x.jsonl"), "--to", "pi"]), 5, /not a session/);
      isClear(await m.run(["check", m.at("x.jsonl")]), 5, /not a session/);
    });
  }
});

it("no folder for temporary files: said, and where it comes from", async () => {
  const m = machine();
  const env = { TMPDIR: m.at("gone") };
  const ended = await m.run(["show", m.copy(PI, "a.jsonl")], { env });
  isClear(ended, 1, /cannot make a temporary folder.*gone\)\n {2}set TMPDIR/);
});

describe("without permission", {
  skip: process.getuid?.() !== 0 && "only root can be another",
}, () => {
  /** As a user who may do nothing. */
  const asNobody = (m: Machine, args: readonly string[]) => {
    chmodSync(root, 0o755);
    chmodSync(m.home, 0o755);
    return m.run(args, { uid: 65_534 });
  };

  it("to read the source", async () => {
    const m = machine();
    const source = m.copy(PI, "a.jsonl");
    chmodSync(source, 0o600);
    isClear(await asNobody(m, ["show", source]), 1, /permission denied/);
    isClear(await asNobody(m, ["convert", source, "--to", "codex"]), 1, /permission denied/);
  });

  it("to write the target", async () => {
    const m = machine();
    const source = m.copy(PI, "a.jsonl");
    chmodSync(source, 0o644);
    const ended = await asNobody(m, ["convert", source, "--to", "codex", "-o", m.at("b.jsonl")]);
    isClear(ended, 1, /permission denied/);
    assert.deepEqual(readdirSync(m.home), ["a.jsonl"]);
  });

  it("to read one of a store's folders: the others are listed", async () => {
    const m = machine();
    m.install(PI);
    const sessions = m.at(".pi/agent/sessions");
    mkdirSync(join(sessions, "--closed--"), { mode: 0o700 });
    chmodSync(join(sessions, "--closed--"), 0o700);
    spawnSync("chmod", ["-R", "a+rX", m.at(".pi")]);
    chmodSync(join(sessions, "--closed--"), 0o700);
    const { code, out, err } = await asNobody(m, ["list", "--all", "--json"]);
    assert.equal(code, 0, err);
    const { sessions: listed, unread } = JSON.parse(out);
    assert.equal(listed.length, 1);
    const [{ agent, path, why, hint }] = unread;
    const about = ["pi", join(sessions, "--closed--"), "permission denied", "make it readable"];
    assert.deepEqual([agent, path, why, hint], about);
    assert.match(err, /--closed-- cannot be read: permission denied; make it readable\n/);
  });

  it("to read a database: it is named, also where a session is looked for in vain", async () => {
    const m = machine();
    m.install(PI);
    const database = m.at(".local/share/zed/threads/threads.db");
    mkdirSync(dirname(database), { recursive: true });
    makeZed(database);
    spawnSync("chmod", ["-R", "a+rX", m.at(".pi"), m.at(".local")]);
    chmodSync(database, 0o600);
    for (const args of [["list"], ["search", "MARK-USER-1"], ["limits"]]) {
      const { code, err } = await asNobody(m, args);
      assert.equal(code, 0, err);
      assert.match(err, /zed: .*threads\.db cannot be read: permission denied/);
    }
    for (const args of [
      ["info", "zed:nothing"],
      ["resume", "zed:nothing"],
    ]) {
      const { code, err } = await asNobody(m, args);
      assert.equal(code, 3, err);
      assert.match(err, /threads\.db cannot be read: permission denied/);
      assert.match(err, /it may be in what cannot be read/);
    }
  });
});

describe("a full disk", () => {
  const disk = mkdtempSync(join(root, "disk-"));
  const mounted =
    process.platform === "linux" &&
    spawnSync("mount", ["-t", "tmpfs", "-o", "size=8k", "tmpfs", disk]).status === 0;
  after(() => mounted && spawnSync("umount", [disk]));

  it("leaves nothing behind", { skip: !mounted && "needs a small disk" }, async () => {
    const m = machine();
    const source = m.copy(PI, "a.jsonl");
    const before = sha256(source);
    const ended = await m.run(["convert", source, "--to", "codex", "-o", join(disk, "b.jsonl")]);
    isClear(ended, 1, /disk is full/);
    assert.deepEqual(readdirSync(disk), []);
    assert.equal(sha256(source), before);
  });

  it("stdout that takes nothing is an error", async () => {
    const m = machine();
    const source = m.copy(PI, "a.jsonl");
    const line = `exec "$0" "$@" > /dev/full`;
    const bin = join(import.meta.dirname, "../../src/bin.ts");
    const { status, stderr } = spawnSync(
      "sh",
      ["-c", line, process.execPath, bin, "convert", source, "--to", "codex"],
      { env: m.env, encoding: "utf8" },
    );
    assert.notEqual(status, 0, stderr);
    assert.doesNotMatch(stderr, /^ +at /m);
  });
});

/** Loaded into the process before Segue: does `what` when it calls a function of node:fs. */
function hook(m: Machine, name: string, what: string): { env: { [name: string]: string } } {
  const path = m.at("hook.mjs");
  const text = `
    import fs from "node:fs";
    import { syncBuiltinESMExports } from "node:module";
    const real = fs.${name};
    fs.${name} = (...args) => { ${what} };
    syncBuiltinESMExports();`;
  writeFileSync(path, text);
  return { env: { NODE_OPTIONS: `--import=${path}` } };
}

const DIE = 'process.kill(process.pid, "SIGKILL");';

describe("killed", () => {
  for (const [name, call] of [
    ["before the file gets its name", "linkSync"],
    ["while the file is written to the disk", "fsyncSync"],
    ["in the middle of writing", "writeSync"],
  ] as const) {
    it(`${name}: there is no half file, and it can be done again`, async () => {
      const m = machine();
      const source = m.copy(PI, "a.jsonl");
      const args = ["convert", source, "--to", "codex", "-o", m.at("b.jsonl"), "--quiet"];
      const { signal } = await m.run(args, hook(m, call, DIE));
      assert.equal(signal, "SIGKILL");
      assert.ok(!existsSync(m.at("b.jsonl")));
      assert.equal((await m.run(args)).code, 0);
      const back = await m.run(["convert", m.at("b.jsonl"), "--to", "pi", "--quiet"]);
      assert.ok(back.stdout.equals(readFileSync(source)));
    });
  }

  it("while a session is put into a store: undo and a second try both work", async () => {
    const m = machine();
    m.install(PI);
    const args = ["resume", "pi#1", "--in", "codex", "--no-launch", "--quiet"];
    const { signal } = await m.run(
      args,
      hook(m, "linkSync", `if (args[1].includes("rollout-")) ${DIE} return real(...args);`),
    );
    assert.equal(signal, "SIGKILL");
    assert.equal(rollouts(m), 0);
    assert.equal((await m.run(["undo"])).code, 0);
    const again = await m.run(args);
    assert.equal(again.code, 0, again.err);
    assert.equal(rollouts(m), 1);
    assert.equal((await m.run(["undo"])).code, 0);
    assert.equal(rollouts(m), 0);
  });
});

function files(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: "utf8" }) : [];
}

function rollouts(m: Machine): number {
  return files(m.at(".codex")).filter((file) => file.endsWith(".jsonl")).length;
}

it("a file that grows while it is read is cut at its last whole line", async () => {
  const m = machine();
  const lines = readFileSync(PI.path, "utf8").trimEnd().split("\n");
  const half = `${lines.slice(0, 8).join("\n")}\n${lines[8]?.slice(0, 50)}`;
  writeFileSync(m.at("grows.jsonl"), half);
  const more = "the rest of the line\\n".repeat(3);
  // After Segue has seen how long the file is, and before it reads it; agents look at its head before.
  const grow = `
    const info = real(...args);
    if (globalThis.grown || !new Error().stack.includes("new Input")) return info;
    fs.appendFileSync("${m.at("grows.jsonl")}", "${more}");
    globalThis.grown = true;
    return info;`;
  const args = ["convert", m.at("grows.jsonl"), "--to", "codex", "-o", m.at("b.jsonl"), "--json"];
  const { code, out, err } = await m.run(args, hook(m, "fstatSync", grow));
  assert.equal(code, 0, err);
  const report = JSON.parse(out);
  assert.deepEqual(
    report.losses.map(({ code: c }: { code: string }) => c).includes("line-unreadable"),
    false,
  );
  assert.equal(report.source.records, 8);
  const back = await m.run(["convert", m.at("b.jsonl"), "--to", "pi", "--quiet"]);
  assert.equal(back.out, `${lines.slice(0, 8).join("\n")}\n`);
});

it("a store with loops of links in it is listed", async () => {
  const m = machine();
  m.install(PI);
  const sessions = m.at(".pi/agent/sessions");
  symlinkSync(sessions, join(sessions, "--loop--"));
  symlinkSync(join(sessions, "self"), join(sessions, "self"));
  symlinkSync("/nowhere/at/all.jsonl", join(sessions, "gone.jsonl"));
  const { code, out } = await m.run(["list", "--all", "--json"]);
  assert.equal(code, 0);
  assert.equal(JSON.parse(out).sessions.length, 1);
});

it("a carry that is damaged is said, and left aside", async () => {
  const m = machine();
  const source = m.copy(PI, "a.jsonl");
  await m.run(["convert", source, "--to", "codex", "-o", m.at("b.jsonl"), "--quiet"]);
  const carry = m.at("b.jsonl.segue");
  const bytes = readFileSync(carry);
  for (const [name, damaged] of [
    ["cut", bytes.subarray(0, bytes.length - 100)],
    ["changed", Buffer.from(bytes).fill(0, bytes.length >> 1, (bytes.length >> 1) + 9)],
    ["empty", Buffer.alloc(0)],
  ] as const) {
    writeFileSync(carry, damaged);
    const { code, err, out } = await m.run(["convert", m.at("b.jsonl"), "--to", "pi", "--quiet"]);
    assert.equal(code, 0, name);
    assert.match(err, /ignoring the carry/, name);
    assert.match(out, /MARK-USER-1/, name);
  }
});

it("a session that continues while it is appended to: undo refuses", async () => {
  const m = machine();
  m.install(PI);
  const args = ["resume", "pi#1", "--in", "codex", "--no-launch", "--quiet"];
  await m.run(args);
  const name = files(m.at(".codex")).find((file) => file.endsWith(".jsonl"));
  appendFileSync(m.at(".codex", name ?? ""), "{}\n");
  isClear(await m.run(["undo"]), 4, /has changed since Segue wrote it/);
  assert.equal((await m.run(["undo", "--force"])).code, 0);
  assert.equal(rollouts(m), 0);
});
