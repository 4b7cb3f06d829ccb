/**
 * A session that an agent's real CLI recorded visits other agents, one after the other: each real CLI
 * opens it, works in it, and what it added comes home before the next. At last the agent's own CLI opens
 * the session with everything that was added. These are the pairs that pairs.test.ts leaves out, and the
 * pair of each agent with itself. SEGUE_LAB_TOUR=pi keeps the tour of that agent, and SEGUE_LAB_TOUR=pi:droid
 * one stop of it. What came of each pair is noted for docs/support.md.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { AGENTS, driverOf, foreign, kept, own, VISITS } from "./agents/index.ts";
import { assertHistory, type Expected } from "./assert-history.ts";
import { createLab, type Lab } from "./lab.ts";
import { obj, objs, parseJson } from "./model-server/json.ts";
import { enterNetns } from "./netns.ts";
import { work } from "./pairs.ts";
import { type Recording, record, turn } from "./record.ts";
import { type Noted, note } from "./results.ts";
import { hand, segue } from "./segue.ts";
import { ALL, share, some } from "./some.ts";

enterNetns();

const [ONLY, ONLY_STOP] = process.env.SEGUE_LAB_TOUR?.split(":") ?? [];
const BY_HAND = ALL || ONLY !== undefined;
/** In CI a tour has so many stops. */
const STOPS = 4;

const isQuick = (agent: string): boolean => driverOf(agent).slow === undefined;
const travellers = AGENTS.filter((id) => BY_HAND || isQuick(id));

function stopsOf(from: string): string[] {
  const stops = VISITS.filter(([source]) => source === from).map(([, to]) => to);
  if (ONLY_STOP !== undefined) return stops.filter((to) => to === ONLY_STOP);
  if (BY_HAND) return stops;
  const quick = stops.filter(isQuick);
  return [...some(quick, Math.ceil(quick.length / STOPS))];
}

/** What a session's report counts before anything was added to it. */
async function expected({ sessionId }: Recording, lab: Lab, to: string): Promise<Noted> {
  const out = await segue(lab, ["resume", sessionId, "--in", to, "--dry-run", "--json"]);
  const report = obj(parseJson(out));
  const counts = Object.entries(obj(report.counts)).map(([what, n]) => [what, Number(n)]);
  const losses = objs(report.losses).map(({ code, count }) => ({
    code: String(code),
    count: Number(count),
  }));
  return { counts: Object.fromEntries(counts), losses };
}

/** Gives what came home. */
async function visit(
  lab: Lab,
  recording: Recording,
  to: string,
  tag: string,
  history: readonly Expected[],
): Promise<Expected[]> {
  const { agent: from, sessionId, path } = recording;
  const before = driverOf(from).bytes(lab, sessionId);
  const there = await hand(lab, sessionId, to);
  assert.deepEqual(driverOf(from).bytes(lab, sessionId), before, "the source was touched");
  const { prompt, steps, markers } = work(tag);
  await turn(lab, to, steps, { prompt, resume: there.id });
  assertHistory(lab.server.lastMain(), [
    ...foreign(history, to),
    { role: "user", marker: `MARK-${tag}-U1` },
  ]);

  const home = await hand(lab, there.id, from);
  assert.equal(home.id, sessionId);
  assert.equal(home.path, path);
  const after = driverOf(from).bytes(lab, sessionId);
  assert.ok(after.length > before.length, `${path} did not grow`);
  assert.ok(after.subarray(0, before.length).equals(before), `the old bytes of ${path} changed`);
  return kept(markers, to);
}

/** A copy in the agent's own store, and what its CLI sends of that. */
async function visitItself(
  lab: Lab,
  { agent, sessionId }: Recording,
  history: readonly Expected[],
): Promise<void> {
  const copy = await hand(lab, sessionId, agent, ["--fork"]);
  assert.notEqual(copy.id, sessionId);
  await turn(lab, agent, [{ text: "MARK-Y-A1" }], { prompt: "MARK-Y-U1 a copy", resume: copy.id });
  assertHistory(lab.server.lastMain(), [
    ...history.filter(isSaid),
    { role: "user", marker: "MARK-Y-U1" },
  ]);
}

/** Reasoning is sent as each agent takes it, and differently by an original and a copy. */
function isSaid({ role }: Expected): boolean {
  return role !== "reasoning";
}

for (const from of BY_HAND ? travellers : some(travellers, share(20, AGENTS.length))) {
  if (ONLY !== undefined && from !== ONLY) continue;
  test(`${from} visits the others, and is at home after each`, async () => {
    const lab = await createLab();
    try {
      const recording = await record(lab, from);
      const stops = stopsOf(from);
      // At home with an agent without tools, calls and results are texts, also for the next agent.
      const atHome = (one: Expected): Expected[] =>
        driverOf(from).hasNoTools ? foreign([one], from).filter(() => isSaid(one)) : [one];
      const reports = new Map<string, Noted>();
      for (const to of stops) reports.set(to, await expected(recording, lab, to));
      const failures: string[] = [];
      const abroad: Expected[] = [];
      for (const [at, to] of stops.entries()) {
        const history = [...recording.markers, ...abroad];
        const noted = note(from, to, async () => {
          abroad.push(...(await visit(lab, recording, to, `T${at + 1}`, history)).flatMap(atHome));
          return reports.get(to) ?? { counts: {}, losses: [] };
        });
        await noted.catch((error: Error) => failures.push(`→ ${to}: ${error.message}`));
      }
      const done = { prompt: "MARK-Z-U1 where are we?", resume: recording.sessionId };
      await turn(lab, from, [{ text: "MARK-Z-A1" }], done);
      const home = [...own(recording.markers, from), ...foreign(abroad.filter(isSaid), from)];
      assertHistory(lab.server.lastMain(), [...home, { role: "user", marker: "MARK-Z-U1" }]);
      await visitItself(lab, recording, home);
      assert.deepEqual(failures, []);
      assert.deepEqual(lab.server.refusals, []);
    } finally {
      await lab.close();
    }
  });
}
