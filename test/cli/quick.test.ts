/** `segue AGENT [n]`, `segue latest`, and flags that are handed over with a session. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { known, temporaryFolder } from "../support/folder.ts";
import type { Machine } from "../support/segue.ts";
import { lastWentOn } from "../support/times.ts";
import { CLAUDE, CODEX, fails, idOf, inhabited, PI, stored } from "./support.ts";

const root = temporaryFolder();

/** The basic sessions, of which Pi's is the newest, and a second and older one of Codex. */
function machine(): Machine {
  const m = inhabited(root);
  const now = Date.now();
  [CLAUDE, CODEX, PI].forEach((each, i) => {
    lastWentOn(m.at(stored(each)), new Date(now - 100_000 + i * 1000));
  });
  const older = m.at(stored(CODEX).replace(idOf(CODEX), OLDER));
  const text = readFileSync(m.at(stored(CODEX)), "utf8");
  writeFileSync(older, text.replaceAll(idOf(CODEX), OLDER));
  lastWentOn(older, new Date(now - 9_000_000));
  return m;
}

const OLDER = "01a1fc2e-0000-7ca3-bf6d-7fcf91bb41ee";

describe("quick resume", () => {
  for (const [args, command] of [
    [["codex"], `codex resume ${idOf(CODEX)}`],
    [["codex", "2"], `codex resume ${OLDER}`],
    [["cc"], `claude --resume ${idOf(CLAUDE)}`],
    [["codex", "2", "--", "--yolo", "go on"], `codex resume ${OLDER} --yolo 'go on'`],
    [["claude", "--", "3"], `claude --resume ${idOf(CLAUDE)} 3`],
  ] as const) {
    it(`segue ${args.join(" ")}: natively, with what stands after --`, async () => {
      const [word, ...rest] = args;
      const all = [word, "--dry-run", ...rest];
      const { out, code, err } = await machine().run(all);
      assert.equal(code, 0, err);
      assert.equal(out.trim(), command);
    });
  }

  for (const [args, command] of [
    [["codex", "2", "--model", "gpt-5.5"], `codex resume ${OLDER} --model gpt-5.5`],
    [["codex", "--model=gpt-5.5", "2"], `codex resume ${OLDER} --model=gpt-5.5`],
    [["codex", "2", "--search", "--", "go on"], `codex resume ${OLDER} --search 'go on'`],
    // A flag takes one word: the next may be Segue's.
    [["codex", "--image", "x.png", "2"], `codex resume ${OLDER} --image x.png`],
    [["cc", "--permission-mode", "plan"], `claude --resume ${idOf(CLAUDE)} --permission-mode plan`],
  ] as const) {
    it(`segue ${args.join(" ")}: flags that an agent knows need no --`, async () => {
      const [word, ...rest] = args;
      const { out, code, err } = await machine().run([word, "--dry-run", ...rest]);
      assert.equal(code, 0, err);
      assert.equal(out.trim(), command);
    });
  }

  it("puts such flags in the other agent's terms", async () => {
    const to = ["--in", "codex", "--no-launch", "--cwd", "/home/dev/shop"];
    const flags = ["--dangerously-skip-permissions"];
    const { out, code, err } = await machine().run(["claude", ...flags, ...to]);
    assert.equal(code, 0, err);
    assert.match(out, /--dangerously-bypass-approvals-and-sandbox$/m);
  });

  it("hands over with --in, and takes the other options of resume", async () => {
    const m = machine();
    const { out, code } = await m.run(["codex", "2", "--in", "pi", "--no-launch", "--json"]);
    assert.equal(code, 0);
    const report = JSON.parse(out);
    assert.deepEqual([report.source.id, report.target.agent], [OLDER, "pi"]);
    const written = readFileSync(known<string>(report.target.path), "utf8");
    assert.match(written, /"type":"session"/);
  });

  it("latest: the newest of all agents", async () => {
    const { out } = await machine().run(["latest", "--in", "codex", "--dry-run", "--json"]);
    assert.equal(JSON.parse(out).source.id, idOf(PI));
  });

  for (const [args, exit, says] of [
    [["codex", "7"], 3, /no number 7/],
    [["codex", "x"], 2, /not a session number/],
    [["codex", "1", "2"], 2, /after --/],
    [["latest", "2"], 2, /does not take "2"/],
    [["cdex"], 3, /there is no agent "cdex"[\s\S]*codex/],
    [["nobody", "3"], 3, /there is no agent/],
    [["nobody", "--in", "pi"], 3, /there is no agent/],
    [["codex", "--nonsense"], 2, /unknown option '--nonsense'\n.*after --/],
    [["cc", "--model"], 2, /--model needs a value/],
    [["cc", "--model", "--force"], 2, /--model needs a value/],
    [["cc", "--resume", "abc"], 2, /--resume is not passed on: Segue chooses the session/],
    // Claude Code's, where neither is Claude Code.
    [
      ["resume", "pi#1", "--in", "codex", "--permission-mode", "plan"],
      2,
      /unknown option '--permission-mode'/,
    ],
    [["codex", "--dryrun"], 2, /unknown option '--dryrun'\n.*--dry-run/],
    [["codex", "-m", "gpt-5.5"], 2, /unknown option '-m'/],
    [["lst"], 2, /unknown command "lst"[\s\S]*list/],
    [["claude#2"], 2, /segue resume claude#2/],
    [["codex", "--nonsense"], 2, /unknown option/],
  ] as const) {
    it(`segue ${args.join(" ")}: exit ${exit}`, async () => {
      fails(await machine().run(args), exit, says);
    });
  }

  it("segue codex --help tells of it", async () => {
    const { out, code } = await machine().run(["codex", "--help"]);
    assert.equal(code, 0);
    assert.match(out, /Usage: segue codex \[options\] \[n\] \[args\.\.\.\][\s\S]*--in <agent>/);
  });
});

describe("flags for the agent", () => {
  it("are put in the other agent's terms, which is said", async () => {
    const flags = ["--permission-mode", "plan", "--model", "opus", "--add-dir", "../a"];
    const { out, err } = await machine().run(["cc", "--in", "codex", "--dry-run", "--", ...flags]);
    assert.match(
      out,
      /^codex resume \S+ --sandbox read-only --ask-for-approval never --add-dir \.\.\/a$/m,
    );
    assert.match(err, /--permission-mode plan → --sandbox read-only --ask-for-approval never/);
    assert.match(err, /--model opus: left out, Codex has no such model/);
  });

  it("are what --no-launch --json says as well", async () => {
    const m = machine();
    const { out } = await m.run(["codex", "--in", "cc", "--no-launch", "--json", "--", "--yolo"]);
    const { command } = JSON.parse(out).target;
    assert.equal(command.at(-1), "--dangerously-skip-permissions");
  });

  it("pass as they are to the agent that they are for", async () => {
    const { out, err } = await machine().run(["cc", "--dry-run", "--", "--permission-mode", "odd"]);
    assert.match(out, /--permission-mode odd$/m);
    assert.doesNotMatch(err, /→/);
  });

  it("start the agent with exactly these arguments", async () => {
    const m = machine();
    mkdirSync(m.at("bin"));
    mkdirSync(m.at("work"));
    const script = `#!${process.execPath}
if (process.argv.includes("--version")) console.log("2.1.197");
else console.log(JSON.stringify(process.argv.slice(2)));
`;
    writeFileSync(m.at("bin", "claude"), script, { mode: 0o755 });
    const flags = ["-s", "workspace-write", "-a", "on-request", "go; $(on)"];
    const start = ["codex", "--in", "claude", "--cwd", m.at("work"), "--quiet", "--", ...flags];
    const { out, code, err } = await m.run(start);
    assert.equal(code, 0, err);
    const args: unknown = JSON.parse(out);
    assert.ok(Array.isArray(args));
    assert.deepEqual(args.slice(2), ["--permission-mode", "acceptEdits", "go; $(on)"]);
  });
});
