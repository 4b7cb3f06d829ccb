/**
 * Each pair of agents: a session that the one's real CLI recorded is opened in the other's real CLI,
 * worked on there, taken home, worked on again, and taken over once more. What counts is what the
 * CLIs send to the model server, which refuses what the vendors' APIs refuse. SEGUE_LAB_PAIRS=pi
 * keeps the pairs with that agent. What came of each pair is noted for docs/support.md.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { asked, driverOf, foreign, kept, own } from "./agents/index.ts";
import { assertHistory, type Expected } from "./assert-history.ts";
import { AGENTS, createLab, type Lab, PAIRS, SOME_PAIRS } from "./lab.ts";
import { enterNetns } from "./netns.ts";
import { work } from "./pairs.ts";
import { record, turn } from "./record.ts";
import { type Noted, note } from "./results.ts";
import { hand } from "./segue.ts";
import { ALL, share, some } from "./some.ts";

enterNetns();

const ONLY = process.env.SEGUE_LAB_PAIRS;

async function workIn(
  lab: Lab,
  agent: string,
  id: string,
  tag: string,
  history: Expected[],
): Promise<Expected[]> {
  const { prompt, steps, markers } = work(tag);
  await turn(lab, agent, steps, { prompt, resume: id });
  // The last request of the turn holds the turn itself, too, but for the answer to it.
  const now = asked(markers, agent);
  assertHistory(lab.server.lastMain(), [...history, ...now]);
  return kept(markers, agent);
}

function bytes(lab: Lab, agent: string, id: string): Buffer {
  return driverOf(agent).bytes(lab, id);
}

function grewFrom(old: Buffer, now: Buffer, what: string): void {
  assert.ok(now.length > old.length, `${what} did not grow`);
  assert.ok(now.subarray(0, old.length).equals(old), `the old bytes of ${what} changed`);
}

async function thereAndBackAgain(lab: Lab, from: string, to: string): Promise<Noted> {
  const recording = await record(lab, from);
  const { sessionId } = recording;
  const original = bytes(lab, from, sessionId);

  const there = await hand(lab, sessionId, to);
  assert.deepEqual(bytes(lab, from, sessionId), original, "the source was touched");
  const said = recording.markers;
  const one = await workIn(lab, to, there.id, "T1", foreign(said, to));
  const home = await hand(lab, there.id, from);
  assert.equal(home.id, sessionId);
  assert.equal(home.path, recording.path);
  const longer = bytes(lab, from, sessionId);
  grewFrom(original, longer, recording.path);

  // More work abroad, and home again: what was brought home before stays as it is.
  const more = await workIn(lab, to, there.id, "T2", [...foreign(said, to), ...own(one, to)]);
  const after = bytes(lab, to, there.id);
  assert.equal((await hand(lab, there.id, from)).path, recording.path);
  grewFrom(longer, bytes(lab, from, sessionId), recording.path);
  const two = await workIn(lab, from, sessionId, "T3", [
    ...own(said, from),
    ...foreign([...one, ...more], from),
  ]);

  const again = await hand(lab, sessionId, to);
  assert.equal(again.path, there.path);
  grewFrom(after, bytes(lab, to, there.id), there.path);
  await workIn(lab, to, there.id, "T4", [
    ...foreign(said, to),
    ...own([...one, ...more], to),
    ...foreign(two, to),
  ]);
  assert.deepEqual(lab.server.refusals, []);
  return { counts: there.counts, losses: there.losses };
}

for (const [from, to] of ALL || ONLY !== undefined
  ? PAIRS
  : some(SOME_PAIRS, 5 * share(2, AGENTS.length))) {
  if (ONLY !== undefined && from !== ONLY && to !== ONLY) continue;
  test(`${from} → ${to} → ${from} → ${to}`, async () => {
    const lab = await createLab();
    try {
      await note(from, to, () => thereAndBackAgain(lab, from, to));
    } finally {
      await lab.close();
    }
  });
}
