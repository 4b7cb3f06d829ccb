/**
 * `segue run --failover --return`: the first agent's limit is over after some seconds, as its vendor said
 * when it refused. The work comes home by itself, and the first agent's request has the whole history.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { agentNamed } from "../../src/agents/registry.ts";
import { own } from "./agents/index.ts";
import { assertHistory, type Expected } from "./assert-history.ts";
import { AGENTS, type Agent, createLab, type Lab } from "./lab.ts";
import type { RecordedRequest, ScriptedError } from "./model-server/server.ts";
import { enterNetns } from "./netns.ts";
import { abroad } from "./pairs.ts";
import { claudeLimit, codexLimit, logInToPlan, ShortLimit } from "./plans.ts";
import { type Recording, record, turn } from "./record.ts";
import { runSegue } from "./segue.ts";
import { some } from "./some.ts";

enterNetns();

interface Home {
  agent: Agent;
  /** Where the work continues meanwhile. */
  other: Agent;
  flags: readonly string[];
  limit(ends: number): ScriptedError;
}

const HOMES: readonly Home[] = [
  {
    agent: "claude-code",
    other: "codex",
    flags: ["--dangerously-skip-permissions"],
    limit: claudeLimit,
  },
  {
    agent: "codex",
    other: "claude-code",
    flags: ["--dangerously-bypass-approvals-and-sandbox", "--skip-git-repo-check"],
    limit: codexLimit,
  },
];

/** Both are asked in different protocols. */
function isOf(agent: Agent, { protocol }: RecordedRequest): boolean {
  return (protocol === "anthropic") === (agent === "claude-code");
}

function lineOf({ agent, flags }: Home, { sessionId: id, path }: Recording): string[] {
  const { headless } = agentNamed(agent).launch;
  assert.ok(headless, agent);
  return [agent, ...headless.resumeArgs({ id, path, prompt: "MARK-F-U1 Do it.", args: flags })];
}

const SAID: readonly Expected[] = [
  { role: "user", marker: "MARK-F-U1" },
  { role: "user", marker: "continue" },
];

async function inLab(work: (lab: Lab) => Promise<void>): Promise<void> {
  const lab = await createLab();
  try {
    logInToPlan(lab);
    await work(lab);
  } finally {
    await lab.close();
  }
}

for (const home of some(HOMES, 2).filter(({ agent }) => AGENTS.includes(agent))) {
  const { agent, other } = home;

  test(`${agent} → ${other}, and home by itself when the limit is over`, () =>
    inLab(async (lab) => {
      const recording = await record(lab, agent);
      const limit = new ShortLimit(3, home.limit);
      lab.server.limit = (request) => (isOf(agent, request) ? limit.answer() : null);
      // The other agent works until the limit is over, and a hold longer.
      lab.server.script([{ text: "MARK-F-A1 done", delayMs: 8000 }]);
      const options = ["--failover", other, "--return", "--hold", "1s"];
      const done = await runSegue(lab, ["run", ...options, ...lineOf(home, recording)]);
      const said = `${done.stderr}\n${done.stdout}`;
      assert.equal(lab.server.stepsLeft, 0, said);
      assertHistory(lab.server.lastMain(), [
        ...abroad(recording.markers, other),
        ...abroad([...SAID], other),
      ]);
      assert.equal(done.code, 0, said);
      assert.match(done.stdout, /MARK-F-A1/, said);
      assert.match(said, new RegExp(`home again: ${agent}:${recording.sessionId}`));

      // Nothing but the agent itself is run.
      const prompt = "MARK-Z-U1 Where are we?";
      await turn(lab, agent, [{ text: "MARK-Z-A1" }], { prompt, resume: recording.sessionId });
      assertHistory(lab.server.lastMain(), [
        ...own(recording.markers, agent),
        ...SAID,
        { role: "assistant", marker: "MARK-F-A1" },
        { role: "user", marker: "MARK-Z-U1" },
      ]);
      assert.deepEqual(lab.server.refusals, []);
    }));

  test(`${agent} → ${other}, at its limit too: back to ${agent} when it is free`, () =>
    inLab(async (lab) => {
      const recording = await record(lab, agent);
      const [first, second] =
        agent === "codex" ? [codexLimit, claudeLimit] : [claudeLimit, codexLimit];
      const short = new ShortLimit(6, first);
      const long = new ShortLimit(3600, second);
      lab.server.limit = (request) => (isOf(agent, request) ? short : long).answer();
      lab.server.script([{ text: "MARK-F-A1 done" }]);
      const options = ["--failover", other, "--wait", "4m", "--hold", "1s"];
      const done = await runSegue(lab, ["run", ...options, ...lineOf(home, recording)]);
      const said = `${done.stderr}\n${done.stdout}`;
      const last = lab.server.lastMain();
      assert.ok(isOf(agent, last), said);
      assertHistory(last, [...own(recording.markers, agent), ...SAID]);
      assert.equal(done.code, 0, said);
      assert.match(done.stdout, /MARK-F-A1/, said);
      assert.ok(
        lab.server.mainRequests().some((request) => isOf(other, request)),
        said,
      );
      assert.match(said, new RegExp(`continuing in ${agentNamed(other).name}`));
      assert.deepEqual(lab.server.refusals, []);
    }));
}
