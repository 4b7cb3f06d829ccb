/** `segue run --failover` with two accounts of Claude Code: they are two agents, each with a limit of its own. */
import assert from "node:assert/strict";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { own } from "./agents/index.ts";
import { assertHistory, type Expected } from "./assert-history.ts";
import { createLab, type Lab } from "./lab.ts";
import type { RecordedRequest } from "./model-server/server.ts";
import { enterNetns } from "./netns.ts";
import { abroad } from "./pairs.ts";
import { claudeLimit, logInToPlan, ShortLimit } from "./plans.ts";
import { record, turn } from "./record.ts";
import { runSegue } from "./segue.ts";
import { some } from "./some.ts";

enterNetns();

const CONFIG = `profiles:
  claude-work:
    agent: claude
    env: { CLAUDE_CONFIG_DIR: ~/work, ANTHROPIC_CUSTOM_HEADERS: "x-account: work" }
`;

const SAID: readonly Expected[] = [
  { role: "user", marker: "MARK-F-U1" },
  { role: "user", marker: "continue" },
];

const isWork = ({ headers }: RecordedRequest): boolean => headers["x-account"] === "work";

async function inLab(work: (lab: Lab) => Promise<void>): Promise<void> {
  const lab = await createLab();
  try {
    logInToPlan(lab);
    mkdirSync(join(lab.home, ".segue"));
    writeFileSync(join(lab.home, ".segue/config.yml"), CONFIG);
    await work(lab);
  } finally {
    await lab.close();
  }
}

/** The command line that continues a session, as a user would type it. */
function lineOf(agent: string, id: string): string[] {
  const flags = ["--print", "--resume", id, "--dangerously-skip-permissions"];
  return [agent, ...flags, "--", "MARK-F-U1 Do it."];
}

function toTheOtherAccount(): Promise<void> {
  return inLab(async (lab) => {
    const recording = await record(lab, "claude-code");
    const { sessionId, markers } = recording;
    const limit = new ShortLimit(3, claudeLimit);
    lab.server.limit = (request) => (isWork(request) ? null : limit.answer());
    lab.server.script([{ text: "MARK-F-A1 done", delayMs: 8000 }]);
    const options = ["--failover", "claude-work", "--return", "--hold", "1s"];
    const done = await runSegue(lab, ["run", ...options, ...lineOf("claude", sessionId)]);
    const said = `${done.stderr}\n${done.stdout}`;
    const there = lab.server.lastMain();
    assert.ok(isWork(there), said);
    assertHistory(there, [...own(markers, "claude-code"), ...SAID]);
    assert.equal(done.code, 0, said);
    assert.match(said, /continuing in Claude Code \(claude-work\)/);
    assert.match(said, new RegExp(`home again: claude-code:${sessionId}`));

    const prompt = "MARK-Z-U1 Where are we?";
    await turn(lab, "claude-code", [{ text: "MARK-Z-A1" }], { prompt, resume: sessionId });
    const home = lab.server.lastMain();
    assert.ok(!isWork(home));
    assertHistory(home, [
      ...own(markers, "claude-code"),
      ...SAID,
      { role: "assistant", marker: "MARK-F-A1" },
      { role: "user", marker: "MARK-Z-U1" },
    ]);
    assert.deepEqual(lab.server.refusals, []);
  });
}

function fromTheOtherAccount(): Promise<void> {
  return inLab(async (lab) => {
    const { sessionId, markers } = await record(lab, "claude-code");
    renameSync(join(lab.home, ".claude"), join(lab.home, "work"));
    lab.server.limit = (request) =>
      isWork(request) ? claudeLimit(Math.ceil(Date.now() / 1000) + 3600) : null;
    lab.server.script([{ text: "MARK-F-A1 done" }]);
    const line = lineOf("claude-work", sessionId);
    const done = await runSegue(lab, ["run", "--failover", "codex", ...line]);
    const said = `${done.stderr}\n${done.stdout}`;
    assertHistory(lab.server.lastMain(), [...abroad(markers, "codex"), ...abroad(SAID, "codex")]);
    assert.equal(done.code, 0, said);
    assert.match(done.stdout, /MARK-F-A1/, said);
    assert.match(
      said,
      /Claude Code \(claude-work\) is at its session limit.*; continuing in Codex/,
    );
    assert.deepEqual(lab.server.refusals, []);
  });
}

const TESTS: readonly (readonly [name: string, check: () => Promise<void>])[] = [
  ["to the other account, and home when the limit is over", toTheOtherAccount],
  ["from the other account to Codex", fromTheOtherAccount],
];

for (const [name, check] of some(TESTS, 2)) test(name, check);
