/**
 * What the user takes back abroad is taken back at home, too: up to a turn in the middle of what the
 * home agent itself recorded, and up to the first prompt. Pi is the agent abroad: its sessions are trees.
 */
import assert from "node:assert/strict";
import { appendFileSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { AGENTS, driverOf, own } from "./agents/index.ts";
import { assertHistory, type Expected, historyOf } from "./assert-history.ts";
import { createLab, type Lab } from "./lab.ts";
import { arr, obj, parseJson, str } from "./model-server/json.ts";
import { enterNetns } from "./netns.ts";
import { abroad, work } from "./pairs.ts";
import { record, turn } from "./record.ts";
import { hand, segue } from "./segue.ts";
import { ALL, share, some } from "./some.ts";

enterNetns();

const homes = AGENTS.filter((id) => id !== "pi" && (ALL || driverOf(id).slow === undefined));
/** A part for each place, and never both for one agent. */
const at = Object.entries({ "the second prompt": "MARK-S-U09", "the first prompt": "MARK-S-U01" });
const cases = homes.flatMap((home) => at.map(([place, prompt]) => ({ home, place, prompt })));

for (const { home, place, prompt } of some(cases, share(14, homes.length))) {
  test(`${home} → pi, where the user goes back to before ${place} → ${home}`, async () => {
    const lab = await createLab();
    try {
      const recording = await record(lab, home);
      const original = await raw(lab, recording.path);
      const there = await hand(lab, recording.sessionId, "pi");
      goBack(there.path, prompt);
      const after = work("T3");
      await turn(lab, "pi", after.steps, { prompt: after.prompt, resume: there.id });
      const kept = recording.markers.filter(({ marker }) => placeOf(marker) < placeOf(prompt));
      assertHistory(lab.server.lastMain(), [
        ...abroad(kept, "pi"),
        { role: "user", marker: "MARK-T3-U1" },
      ]);

      const back = await hand(lab, there.id, home);
      const now = await raw(lab, recording.path);
      assert.ok(now.startsWith(stays(original, home, prompt)), "old lines changed");
      if (back.path !== recording.path) assert.equal(now, original, "the original was touched");
      const done = { prompt: "MARK-Z-U1 where are we?", resume: back.id };
      await turn(lab, home, [{ text: "MARK-Z-A1" }], done);
      assertHistory(lab.server.lastMain(), [
        ...own(kept, home),
        ...abroad(after.markers.filter(isSaid), home),
        { role: "user", marker: "MARK-Z-U1" },
      ]);
      const sent = JSON.stringify(historyOf(lab.server.lastMain()));
      for (const { marker } of recording.markers.slice(kept.length)) {
        assert.ok(!sent.includes(marker), `${marker} was taken back, and is sent`);
      }
      assert.deepEqual(lab.server.refusals, []);
    } finally {
      await lab.close();
    }
  });
}

/** Reasoning from elsewhere is sent as each agent takes it, and differently by an original and a copy. */
function isSaid({ role }: Expected): boolean {
  return role !== "reasoning";
}

/** OpenCode removes what was taken back with the next prompt; the others keep it. */
function stays(original: string, home: string, prompt: string): string {
  const taken = home === "opencode" || home === "kilo" ? original.indexOf(prompt) : -1;
  return taken < 0 ? original : original.slice(0, original.lastIndexOf("\n", taken));
}

/** A session's own lines: rows of a database as JSON. */
function raw(lab: Lab, path: string): Promise<string> {
  return segue(lab, ["show", path, "--raw"]);
}

/** Writes what Pi writes for a label set while it stands at the entry before that prompt. */
function goBack(path: string, prompt: string): void {
  const entries = readFileSync(path, "utf8").trimEnd().split("\n").map(parseJson);
  const at = entries.findIndex((entry) => isPrompt(entry, prompt));
  const { id: targetId, parentId } = obj(entries[at]);
  assert.ok(str(targetId), "Pi's session has no such prompt");
  const time = new Date().toISOString();
  const label = { type: "label", id: "0f0e0d0c", parentId, timestamp: time, targetId, label: "x" };
  appendFileSync(path, `${JSON.stringify(label)}\n`);
}

function isPrompt(entry: unknown, prompt: string): boolean {
  const { role, content } = obj(obj(entry).message);
  return role === "user" && arr(content).some((part) => str(obj(part).text)?.includes(prompt));
}

/** The number of a marker's place in the recording: 9 for MARK-S-U09, 3 for MARK-S-C3a. */
function placeOf(marker: string): number {
  return Number.parseInt(/-[A-Z](\w\w)$/.exec(marker)?.[1] ?? "", 10);
}
