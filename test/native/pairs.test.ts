/**
 * Each pair of agents: a session that the one's real CLI recorded is opened in the other's real CLI,
 * worked on there, taken home, worked on again, and taken over once more. What counts is what the
 * CLIs send to the model server, which refuses what the vendors' APIs refuse.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { assertHistory, type Expected } from "./assert-history.ts";
import { AGENTS, type Agent, createLab, type Lab } from "./lab.ts";
import { enterNetns } from "./netns.ts";
import { abroad, work } from "./pairs.ts";
import { record, turn } from "./record.ts";
import { hand } from "./segue.ts";

enterNetns();

const ONLY = process.env.SEGUE_LAB_PAIRS;

async function workIn(
  lab: Lab,
  agent: Agent,
  id: string,
  tag: string,
  history: Expected[],
): Promise<Expected[]> {
  const { prompt, steps, markers } = work(tag);
  await turn(lab, agent, steps, { prompt, resume: id });
  // The last request of the turn holds the turn itself, too, but for the answer to it.
  assertHistory(lab.server.lastMain(), [...history, ...markers.slice(0, -1)]);
  return markers;
}

function startsWith(path: string, bytes: Buffer): void {
  const now = readFileSync(path);
  assert.ok(now.length > bytes.length, `${path} did not grow`);
  assert.ok(now.subarray(0, bytes.length).equals(bytes), `the old bytes of ${path} changed`);
}

for (const from of AGENTS) {
  for (const to of AGENTS.filter((agent) => agent !== from)) {
    if (ONLY !== undefined && from !== ONLY && to !== ONLY) continue;
    test(`${from} → ${to} → ${from} → ${to}`, async () => {
      const lab = await createLab();
      try {
        const recording = await record(lab, from);
        const original = readFileSync(recording.path);

        const there = await hand(lab, recording.sessionId, to);
        assert.deepEqual(readFileSync(recording.path), original, "the source was touched");
        const said = recording.markers;
        const one = await workIn(lab, to, there.id, "T1", abroad(said, to));
        const home = await hand(lab, there.id, from);
        assert.equal(home.id, recording.sessionId);
        assert.equal(home.path, recording.path);
        startsWith(recording.path, original);
        const longer = readFileSync(recording.path);

        // More work abroad, and home again: what was brought home before stays as it is.
        const more = await workIn(lab, to, there.id, "T2", [...abroad(said, to), ...one]);
        const after = readFileSync(there.path);
        assert.equal((await hand(lab, there.id, from)).path, recording.path);
        startsWith(recording.path, longer);
        const two = await workIn(lab, from, recording.sessionId, "T3", [
          ...said,
          ...abroad([...one, ...more], from),
        ]);

        const again = await hand(lab, recording.sessionId, to);
        assert.equal(again.path, there.path);
        startsWith(there.path, after);
        await workIn(lab, to, there.id, "T4", [
          ...abroad(said, to),
          ...one,
          ...more,
          ...abroad(two, to),
        ]);
        assert.deepEqual(lab.server.refusals, []);
      } finally {
        await lab.close();
      }
    });
  }
}
