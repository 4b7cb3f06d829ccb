/**
 * Sessions that are made to fit: the real CLI sends the handoff entry and the newest turns, natively,
 * and nothing older. What was replaced comes back on the way home, with the work that was added.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { agentNamed } from "../../src/agents/registry.ts";
import { driverOf, foreign, own } from "./agents/index.ts";
import { assertHistory, type Expected, type HistoryItem } from "./assert-history.ts";
import { AGENTS, createLab, type Lab } from "./lab.ts";
import { enterNetns } from "./netns.ts";
import { work } from "./pairs.ts";
import { record, turn } from "./record.ts";
import { hand } from "./segue.ts";
import { some } from "./some.ts";

enterNetns();

/** The least that `--fit` takes. */
const FIT = ["--fit", "2k"];

/** A turn that nothing else finds room beside. */
const LONG = "word ".repeat(1500);

async function workIn(lab: Lab, agent: string, id: string, tag: string, rest = "") {
  const { prompt, steps, markers } = work(tag);
  await turn(lab, agent, steps, { prompt: `${prompt} ${rest}`, resume: id });
  return markers;
}

/** What was last sent: the entry, the turns that stayed, and one more. */
function sees(lab: Lab, stayed: Expected[], now: Expected[]): void {
  const entry: Expected = { role: "user", marker: "# Handoff", text: "MARK-S-U01" };
  const history = assertHistory(lab.server.lastMain(), [entry, ...stayed, ...asked(now)]);
  const old = history.filter(isOld);
  assert.equal(old.length, 1, "older turns are sent");
  assert.match(old[0]?.text ?? "", /# Handoff[\s\S]*> "?MARK-T1-U1/);
}

/** What the last request of a turn holds of it: all before its last answer, which is Aider's only one. */
function asked(turn: Expected[]): Expected[] {
  const last = turn.findLastIndex(({ role }) => role === "user" || role === "tool-result");
  return turn.slice(0, last + 1);
}

function isOld({ text }: HistoryItem): boolean {
  return /MARK-(?:S|T1)-/.test(text);
}

function bytes(lab: Lab, agent: string, id: string): Buffer {
  return driverOf(agent).bytes(lab, id);
}

async function fitThere(lab: Lab, from: string, to: string): Promise<void> {
  const { sessionId, path, markers } = await record(lab, from);
  const before = [...markers, ...(await workIn(lab, from, sessionId, "T1", LONG))];
  // As its own store holds them: Continue's has no reasoning, and Aider's no calls.
  const stays = own(
    [...(await workIn(lab, from, sessionId, "T2")), ...(await workIn(lab, from, sessionId, "T3"))],
    from,
  );
  const original = bytes(lab, from, sessionId);
  const keeps = from === to && agentNamed(from).keepsSeals === true;
  const abroad = keeps ? own : foreign;

  const there = await hand(lab, sessionId, to, FIT);
  assert.deepEqual(bytes(lab, from, sessionId), original, "the source was touched");
  assert.notEqual(there.id, sessionId);
  const added = own(await workIn(lab, to, there.id, "T4"), to);
  sees(lab, abroad(stays, to), added);

  const home = await hand(lab, there.id, from, from === to ? ["--full-history"] : []);
  assert.equal(home.path, path);
  const grown = bytes(lab, from, sessionId);
  assert.ok(grown.length > original.length && grown.subarray(0, original.length).equals(original));
  const all = [...own(before, from), ...stays, ...abroad(added, from)];
  const more = await workIn(lab, from, sessionId, "T5");
  assertHistory(lab.server.lastMain(), [...all, ...asked(own(more, from))]);

  if (from === to) return;
  const again = await hand(lab, sessionId, to, ["--fit", "3k"]);
  assert.equal(again.path, there.path);
  const last = await workIn(lab, to, there.id, "T6");
  sees(lab, [...foreign(stays, to), ...added, ...foreign(own(more, from), to)], own(last, to));
}

const TRIPS: readonly (readonly [from: string, to: string])[] = [
  ["claude-code", "codex"],
  ["claude-code", "gemini"],
  ["claude-code", "pi"],
  ["codex", "claude-code"],
  ...AGENTS.map((agent) => [agent, agent] as const),
];

for (const [from, to] of some(TRIPS, 20)) {
  test(`${from} → ${to}, made to fit, and home`, async () => {
    const lab = await createLab();
    try {
      await fitThere(lab, from, to);
      assert.deepEqual(lab.server.refusals, []);
    } finally {
      await lab.close();
    }
  });
}
