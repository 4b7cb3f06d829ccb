/** `segue resume --fit`: what it takes, what it says, and that a fitted session comes and goes as any other. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { agentNamed } from "../../src/agents/registry.ts";
import { opening, see, textsOf, turn, workOn, write } from "../support/conversion.ts";
import { temporaryFolder } from "../support/folder.ts";
import { Machine } from "../support/segue.ts";
import { fails } from "./support.ts";

const root = temporaryFolder();
const CLAUDE = agentNamed("claude-code");
const CODEX = agentNamed("codex");
const TURNS = 120;

/** A machine with one session of many turns in Claude Code's store. */
function machine(): { m: Machine; path: string; id: string } {
  const m = new Machine(mkdtempSync(join(root, "home-")));
  const { writer, text } = opening(CLAUDE, "fit");
  const entries = Array.from({ length: TURNS }, (_, n) => turn(CLAUDE, `t${n}`)).flat();
  const file = text + write(writer, entries);
  const id = /"sessionId":"([^"]+)"/.exec(file)?.[1] ?? "";
  const path = m.at(".claude/projects/-home-dev-shop", `${id}.jsonl`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, file);
  return { m, path, id };
}

function resume(id: string, to: string, ...more: string[]): string[] {
  return ["resume", id, "--in", to, "--no-launch", ...more];
}

/** Runs, and gives the report. */
async function handed(m: Machine, args: string[]) {
  const { out, err, code } = await m.run([...args, "--json"]);
  assert.equal(code, 0, err);
  return JSON.parse(out);
}

function files(m: Machine): string[] {
  return readdirSync(m.home, { recursive: true, encoding: "utf8" })
    .filter((path) => !path.startsWith(".segue"))
    .sort();
}

describe("what --fit takes", () => {
  for (const wrong of ["", "x", "0", "-5", "1999", "1k", "200kb", "1e6", "200 k", "9".repeat(20)]) {
    it(`not "${wrong}"`, async () => {
      const { m, id } = machine();
      const before = files(m);
      fails(await m.run(resume(id, "codex", `--fit=${wrong}`)), 2, /2000 tokens or more/);
      assert.deepEqual(files(m), before);
    });
  }

  for (const [given, window] of [
    ["200000", 200_000],
    ["200k", 200_000],
    ["200K", 200_000],
    ["1m", 1_000_000],
    ["1.5m", 1_500_000],
    ["2000", 2000],
  ] as const) {
    it(given, async () => {
      const { m, id } = machine();
      const report = await handed(m, resume(id, "codex", "--fit", given));
      assert.equal(report.tokens.window, window);
      assert.ok(report.tokens.estimate <= window * 0.9);
    });
  }

  it("not with --full-history", async () => {
    const { m, id } = machine();
    fails(await m.run(resume(id, "codex", "--fit", "4k", "--full-history")), 2, /--full-history/);
  });

  it("nothing smaller than the newest message", async () => {
    const { m, path, id } = machine();
    const text = readFileSync(path, "utf8");
    const asked = text.indexOf(`question t${TURNS - 1} `);
    const end = text.indexOf("\n", asked) + 1;
    writeFileSync(path, text.slice(0, asked) + "word ".repeat(9000) + text.slice(asked, end));
    const before = files(m);
    fails(await m.run(resume(id, "codex", "--fit", "4k")), 2, /newest message.*\n.*--fit 14k/);
    assert.deepEqual(files(m), before);
    await handed(m, resume(id, "codex", "--fit", "14k"));
  });
});

describe("a session that is made to fit", () => {
  it("is written, said, and undone", async () => {
    const { m, path, id } = machine();
    const [before, bytes] = [files(m), readFileSync(path)];
    const { err, code } = await m.run(resume(id, "codex", "--fit", "4k"));
    assert.equal(code, 0, err);
    assert.match(
      err,
      /^\d+ older turns are replaced by a handoff entry; they come back when the session returns$/m,
    );
    assert.match(err, /kept aside: \d+ \(fitted-carried ×\d+\)/);
    assert.ok(readFileSync(path).equals(bytes));
    assert.equal((await m.run(["undo"])).code, 0);
    assert.deepEqual(files(m), before);
  });

  it("is left as it is when it fits", async () => {
    const { m, id } = machine();
    const { err } = await m.run(resume(id, "codex", "--fit", "200k"));
    assert.match(err, /^the session fits \(\d+ of 200000 tokens\): nothing is replaced$/m);
    assert.doesNotMatch(err, /fitted-carried/);
  });

  it("--dry-run says the same, and writes nothing", async () => {
    const { m, id } = machine();
    const before = files(m);
    const args = ["resume", id, "--in", "codex", "--fit", "4k"];
    assert.match((await m.run([...args, "--dry-run"])).err, /older turns are replaced/);
    assert.deepEqual(files(m), before);
  });

  it("comes home with what was added, goes there again, and is undone step by step", async () => {
    const { m, path, id } = machine();
    const original = readFileSync(path);
    const there = await handed(m, resume(id, "codex", "--fit", "4k"));
    const abroad = { agent: CODEX, path: there.target.path };
    workOn(abroad, "new");
    const home = await handed(m, resume(there.target.id, "claude"));
    assert.equal(home.target.path, path);
    const grown = readFileSync(path);
    assert.ok(
      grown.subarray(0, original.length).equals(original) && grown.length > original.length,
    );
    const { live } = await see({ agent: CLAUDE, path });
    assert.deepEqual(live.slice(0, 5).flatMap(textsOf), turn(CLAUDE, "t0").flatMap(textsOf));
    assert.deepEqual(live.slice(-5).flatMap(textsOf), turn(CLAUDE, "new").flatMap(textsOf));

    workOn({ agent: CLAUDE, path }, "more");
    const before = readFileSync(abroad.path);
    const again = await handed(m, resume(id, "codex", "--fit", "6k"));
    assert.equal(again.target.path, abroad.path);
    const after = readFileSync(abroad.path);
    assert.ok(after.subarray(0, before.length).equals(before) && after.length > before.length);
    assert.equal((await m.run(["undo"])).code, 0);
    assert.ok(readFileSync(abroad.path).equals(before));
    // The original has grown since the second write, which can no longer be undone exactly.
    writeFileSync(path, grown);
    assert.equal((await m.run(["undo"])).code, 0);
    assert.ok(readFileSync(path).equals(original));
  });

  it("is made anew when it no longer fits there", async () => {
    const { m, path, id } = machine();
    const there = await handed(m, resume(id, "codex", "--fit", "4k"));
    workOn({ agent: CODEX, path: there.target.path }, "new");
    await handed(m, resume(there.target.id, "claude"));
    for (let n = 0; n < 60; n++) workOn({ agent: CLAUDE, path }, `more${n}`);
    const old = readFileSync(there.target.path);
    const { err, code } = await m.run(resume(id, "codex", "--fit", "4k"));
    assert.equal(code, 0, err);
    assert.match(err, /do not fit into --fit: writing a new session/);
    assert.match(err, /older turns are replaced/);
    assert.ok(readFileSync(there.target.path).equals(old));
  });

  it("is the one that is continued with when the same is asked for again", async () => {
    const { m, id } = machine();
    const one = await handed(m, resume(id, "codex", "--fit", "4k"));
    const two = await handed(m, resume(id, "codex", "--fit", "4k"));
    assert.deepEqual([two.how, two.target.path], ["opened", one.target.path]);
    const smaller = await handed(m, resume(id, "codex", "--fit", "3k"));
    assert.notEqual(smaller.target.path, one.target.path);
  });

  it("names a range of the original that `show` prints", async () => {
    const { m, id } = machine();
    const { target } = await handed(m, resume(id, "codex", "--fit", "4k"));
    const { live } = await see({ agent: CODEX, path: target.path });
    const [, selector = "", range = ""] =
      /segue show (\S+) --range (\S+)`/.exec(live.flatMap(textsOf)[0] ?? "") ?? [];
    const shown = await m.run(["show", selector, "--range", range]);
    assert.match(shown.out, /^\[1\] user\nquestion t0 /);
    const first = /question t(\d+) /.exec(live.flatMap(textsOf)[1] ?? "")?.[1];
    assert.match(shown.out, new RegExp(`answer t${Number(first) - 1}\n+$`));
  });
});

describe("in the session's own agent", () => {
  it("a new, shorter session; its turns go home with --full-history", async () => {
    const { m, path, id } = machine();
    const original = readFileSync(path);
    const args = ["resume", id, "--fit", "4k"];
    const said = await m.run([...args, "--dry-run"]);
    assert.match(said.err, /turns are replaced by a handoff entry; the original stays unchanged/);
    const short = await handed(m, resume(id, "claude", "--fit", "4k"));
    assert.notEqual(short.target.id, id);
    assert.ok(readFileSync(path).equals(original));
    const there = { agent: CLAUDE, path: short.target.path };
    assert.ok((await see(there)).live.length < TURNS * 3);
    workOn(there, "new");
    const opened = await handed(m, resume(short.target.id, "claude"));
    assert.deepEqual([opened.how, opened.target.id], ["opened", short.target.id]);
    const home = await handed(m, resume(short.target.id, "claude", "--full-history"));
    assert.equal(home.target.path, path);
    const grown = readFileSync(path);
    assert.ok(grown.subarray(0, original.length).equals(original));
    const { live } = await see({ agent: CLAUDE, path });
    assert.deepEqual(live.slice(-5).flatMap(textsOf), turn(CLAUDE, "new").flatMap(textsOf));
    const whole = await handed(m, resume(id, "claude", "--full-history"));
    assert.deepEqual([whole.how, whole.target.id], ["opened", id]);
  });

  it("what fits is opened as it is", async () => {
    const { m, id } = machine();
    const before = files(m);
    const { err, out, code } = await m.run(["resume", id, "--no-launch", "--fit", "1m"]);
    assert.equal(code, 0, err);
    assert.match(err, /nothing is replaced\nopening it in Claude Code/);
    assert.match(out, new RegExp(`--resume ${id}`));
    assert.deepEqual(files(m), before);
  });
});
