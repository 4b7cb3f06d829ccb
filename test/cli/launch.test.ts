/** `segue resume` becomes the agent: arguments, folder, input, exit code and signals are its own. */
import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { agentNamed, writable } from "../../src/agents/registry.ts";
import { workOn } from "../support/conversion.ts";
import { fixture } from "../support/fixtures.ts";
import { temporaryFolder } from "../support/folder.ts";
import { Machine } from "../support/segue.ts";
import { fails } from "./support.ts";

const root = temporaryFolder();

/** A machine where the session's folder exists, and `command` is a script. */
function machine(command: string, script: string): Machine {
  const m = new Machine(realpathSync(mkdtempSync(join(root, "home-"))));
  mkdirSync(m.at("bin"));
  mkdirSync(m.at("shop"));
  writeFileSync(m.at("bin", command), script, { mode: 0o755 });
  const text = readFileSync(fixture("pi/basic").path, "utf8");
  writeFileSync(m.at("s.jsonl"), text.replaceAll("/home/dev/shop", m.at("shop")));
  return m;
}

const TELL = `#!${process.execPath}
if (process.argv.includes("--version")) console.log("codex-cli 0.169.0");
else if (process.argv.includes("app-server")) process.exit(1);
else {
  const stdin = process.getBuiltinModule("node:fs").readFileSync(0, "utf8");
  console.log(JSON.stringify({
    pid: process.pid, args: process.argv.slice(2), cwd: process.cwd(), pwd: process.env.PWD, stdin,
  }));
  process.exitCode = 37;
}
`;

describe("resume", { skip: process.platform === "win32" }, () => {
  it("hands over arguments, folder, input, output and exit code", async () => {
    const m = machine("codex", TELL);
    let pid: number | undefined;
    const args = ["resume", m.at("s.jsonl"), "--in", "codex", "--quiet"];
    const { code, out, err } = await m.run(
      [...args, "--prompt", "go on; $(touch x) `y`", "--", "--model", "a b"],
      {
        stdin: "typed\n",
        started: (child) => {
          pid = child.pid;
        },
      },
    );
    assert.equal(code, 37, err);
    const told = JSON.parse(out);
    assert.equal(told.cwd, m.at("shop"));
    assert.equal(told.pwd, m.at("shop"));
    assert.equal(told.stdin, "typed\n");
    assert.equal(told.args[0], "resume");
    assert.ok(told.args.includes("go on; $(touch x) `y`"), "one argument, through no shell");
    const model = told.args.indexOf("--model");
    assert.deepEqual(told.args.slice(model, model + 2), ["--model", "a b"]);
    assert.equal(told.pid, pid, "it did not take Segue's place");
  });

  it("a signal that ends the agent ends Segue so", async () => {
    const m = machine(
      "codex",
      TELL.replace("process.exitCode = 37", 'process.kill(process.pid, "SIGTERM")'),
    );
    const { signal, code } = await m.run(["resume", m.at("s.jsonl"), "--in", "codex", "--quiet"]);
    assert.deepEqual([code, signal], [null, "SIGTERM"]);
  });

  it("a signal that Segue gets, the agent gets", async () => {
    const m = machine(
      "codex",
      `#!${process.execPath}
if (process.argv.includes("--version")) { console.log("codex-cli 0.169.0"); process.exit(); }
if (process.argv.includes("app-server")) process.exit(1);
process.on("SIGINT", () => { console.log("interrupted"); process.exit(5); });
console.log("ready");
setInterval(() => {}, 1e6);
`,
    );
    const { code, out } = await m.run(["resume", m.at("s.jsonl"), "--in", "codex", "--quiet"], {
      started: (child) => child.stdout?.once("data", () => child.kill("SIGINT")),
    });
    assert.deepEqual([code, out], [5, "ready\ninterrupted\n"]);
  });

  it("a folder in which no agent can start is refused before anything is written, whichever it is", async () => {
    const m = machine("codex", TELL);
    writeFileSync(m.at("file"), "x");
    const before = readdirSync(m.home);
    for (const { id } of writable) {
      const resume = ["resume", m.at("s.jsonl"), "--in", id, "--no-launch", "--cwd"];
      fails(await m.run([...resume, m.at("file")]), 2, /--cwd is a file, not a folder/);
      fails(await m.run([...resume, m.at("file", "x")]), 1, /a file is where a folder should be/);
    }
    assert.deepEqual(
      readdirSync(m.home).filter((name) => name !== ".segue"),
      before,
    );
    assert.equal((await m.run(["log"])).out, "");
  });

  it("so is one that does not exist, if the agent is to be started there", async () => {
    // These have their own CLI make what they lack.
    for (const { id, launch } of writable.filter(({ store }) => store.database?.import)) {
      const m = machine(String(launch.command), TELL);
      const resume = ["resume", m.at("s.jsonl"), "--in", id, "--cwd", m.at("nowhere")];
      const { code, err } = await m.run(resume);
      assert.equal(code, 1, id);
      assert.match(err, /no such folder|this folder does not exist|no database here yet/, id);
      assert.equal((await m.run(["log"])).out, "", id);
    }
  });

  it("and one that we may not enter, named or the session's own", {
    skip: process.getuid?.() !== 0 && "only root can be another",
  }, async () => {
    const m = machine("codex", TELL);
    for (const folder of [root, m.home]) chmodSync(folder, 0o777);
    chmodSync(m.at("s.jsonl"), 0o644);
    chmodSync(m.at("shop"), 0o700);
    mkdirSync(m.at("closed"), { mode: 0o700 });
    const closed = /cannot continue in this folder: permission denied/;
    const resume = ["resume", m.at("s.jsonl"), "--in", "codex"];
    fails(await m.run(resume, { uid: 65_534 }), 1, closed);
    for (const more of [[], ["--no-launch"], ["--handoff"]]) {
      fails(await m.run([...resume, "--cwd", m.at("closed"), ...more], { uid: 65_534 }), 1, closed);
    }
    assert.equal(existsSync(m.at(".codex")), false, "something was written");
  });

  it("a session whose folder no longer exists is not written, and the error says what to do", async () => {
    const m = machine("codex", TELL);
    rmSync(m.at("shop"), { recursive: true });
    const args = ["resume", m.at("s.jsonl"), "--in", "codex"];
    fails(await m.run(args), 1, /folder no longer exists.*\n.*--cwd/);
    fails(await m.run([...args, "--cwd", m.at("nowhere")]), 1, /no such folder/);
    assert.equal(existsSync(m.at(".codex")), false, "something was written");
    assert.deepEqual((await m.run(["log"])).out, "");
    mkdirSync(m.at("moved"));
    const { out, err, code } = await m.run([...args, "--cwd", m.at("moved")]);
    assert.equal(code, 37, err);
    assert.equal(JSON.parse(out).cwd, m.at("moved"));
  });

  it("a prompt too long to be passed on is refused before anything is written", async () => {
    const m = machine("pi", TELL);
    // The longest that Linux takes; Pi is given it with a space before the "@".
    const prompt = `@${"x".repeat(131_070)}`;
    const done = await m.run(["resume", m.at("s.jsonl"), "--prompt", prompt]);
    fails(done, 1, /too long for this system/);
    assert.equal(existsSync(m.at(".pi")), false);
  });

  it("a session that comes home opens in its own folder, or anew in another", async () => {
    const m = machine("codex", TELL);
    writeFileSync(m.at("bin", "pi"), TELL.replace("codex-cli 0.169.0", "0.73.0"), { mode: 0o755 });
    for (const folder of ["there", "third"]) mkdirSync(m.at(folder));
    const placed = await m.run(["resume", m.at("s.jsonl"), "--in", "pi"]);
    assert.equal(placed.code, 37, placed.err);
    const resume = async (...args: string[]) => {
      const { out, err, code } = await m.run(["resume", ...args]);
      assert.equal(code, 37, err);
      return { told: JSON.parse(out), err };
    };
    const there = await resume("pi#1", "--in", "codex", "--cwd", m.at("there"));
    assert.equal(there.told.cwd, m.at("there"));
    const again = await resume("pi#1", "--in", "codex");
    assert.match(again.err, /already handed over/);
    assert.equal(again.told.cwd, m.at("there"), "where it was handed over to");
    const home = await resume("codex#1", "--in", "pi");
    assert.match(home.err, /up to date/);
    assert.equal(home.told.cwd, m.at("shop"), "its own folder");
    const moved = await resume("codex#1", "--in", "pi", "--cwd", m.at("third"));
    assert.match(moved.err, /another folder was requested/);
    assert.equal(moved.told.cwd, m.at("third"));
    const native = await resume("pi#1", "--cwd", m.at("there"));
    assert.match(native.err, /to its new one: [1-9].*a new session, for/s);
    const copy = readFileSync(native.told.args[1], "utf8");
    assert.ok(copy.includes(m.at("there")) && !copy.includes(`"cwd":"${m.at("shop")}"`));
    const undone = await m.run(["undo"]);
    assert.equal(undone.code, 0, undone.err);
    assert.equal(existsSync(native.told.args[1]), false);
  });

  it("what was brought to a folder before is opened there, not written twice", async () => {
    const m = machine("codex", TELL);
    writeFileSync(m.at("bin", "pi"), TELL.replace("codex-cli 0.169.0", "0.73.0"), { mode: 0o755 });
    for (const folder of ["there", "third"]) mkdirSync(m.at(folder));
    const count = () =>
      readdirSync(m.at(".pi"), { recursive: true, encoding: "utf8" }).filter((name) =>
        name.endsWith(".jsonl"),
      ).length;
    const resume = async (...args: string[]) => {
      const { out, err, code } = await m.run(["resume", ...args]);
      assert.equal(code, 37, err);
      const { args: told, cwd } = JSON.parse(out);
      return { told: { args: told, cwd }, err };
    };
    await resume(m.at("s.jsonl"), "--in", "pi");
    await resume("pi#1", "--in", "codex");
    const home = ["codex#1", "--in", "pi", "--cwd"];
    const first = await resume(...home, m.at("there"));
    const other = await resume(...home, m.at("third"));
    assert.equal(count(), 3);
    for (const one of [first, other, first]) {
      const again = await resume(...home, one.told.cwd);
      assert.match(again.err, /already handed over: continuing that session/);
      assert.deepEqual(again.told, one.told);
    }
    assert.equal(count(), 3);
    const forked = await resume(...home, m.at("there"), "--fork");
    assert.notDeepEqual(forked.told.args, first.told.args);
    assert.equal(count(), 4);
  });

  it("its own agent in another folder: the copy is opened the second time", async () => {
    const m = machine("codex", TELL);
    mkdirSync(m.at("third"));
    await m.run(["resume", m.at("s.jsonl"), "--in", "codex"]);
    const { out } = await m.run(["list", "--agent", "codex", "--json", "--all"]);
    const args = ["resume", JSON.parse(out).sessions[0].id, "--cwd", m.at("third")];
    const [first, second] = [await m.run(args), await m.run(args)];
    assert.equal(first.code, 37, first.err);
    assert.match(first.err, /a new session, for/);
    assert.match(second.err, /already handed over/);
    assert.deepEqual(JSON.parse(second.out).args, JSON.parse(first.out).args);
  });

  it("the original has continued by itself: what comes home is written anew once", async () => {
    const m = machine("codex", TELL);
    writeFileSync(m.at("bin", "pi"), TELL.replace("codex-cli 0.169.0", "0.73.0"), { mode: 0o755 });
    await m.run(["resume", m.at("s.jsonl"), "--in", "pi"]);
    await m.run(["resume", "pi#1", "--in", "codex"]);
    const [name = ""] = readdirSync(m.at(".pi"), { recursive: true, encoding: "utf8" }).filter(
      (each) => each.endsWith(".jsonl"),
    );
    workOn({ agent: agentNamed("pi"), path: m.at(".pi", name) }, "by itself");
    const args = ["resume", "codex#1", "--in", "pi"];
    const [first, second] = [await m.run(args), await m.run(args)];
    assert.match(first.err, /the original has changed, or no longer exists: writing a new session/);
    assert.match(second.err, /already handed over/);
    assert.deepEqual(JSON.parse(second.out).args, JSON.parse(first.out).args);
  });
});
