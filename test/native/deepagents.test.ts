/** What a user of Deep Agents Code does abroad besides continuing: compacting. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertHistory, historyOf } from "./assert-history.ts";
import { createLab } from "./lab.ts";
import { enterNetns } from "./netns.ts";
import { abroad, work } from "./pairs.ts";
import { record, turn } from "./record.ts";
import { hand } from "./segue.ts";
import { ALL } from "./some.ts";

enterNetns();

// It starts slowly: by hand, as other trips with it.
if (ALL) test("deepagents → claude, which compacts → deepagents", compactsAbroad);

async function compactsAbroad(): Promise<void> {
  const lab = await createLab();
  try {
    const { sessionId, path } = await record(lab, "deepagents");
    const there = await hand(lab, sessionId, "claude-code");
    const summary = [{ text: "MARK-SUM what was done" }];
    await turn(lab, "claude-code", summary, { prompt: "/compact", resume: there.id });
    const { prompt, steps, markers } = work("T2");
    await turn(lab, "claude-code", steps, { prompt, resume: there.id });

    const back = await hand(lab, there.id, "deepagents");
    assert.equal(back.path, path, "a new session was written");
    await turn(lab, "deepagents", [{ text: "MARK-Z-A1" }], {
      prompt: "MARK-Z-U1 where are we?",
      resume: back.id,
    });
    const home = lab.server.lastMain();
    assertHistory(home, [...abroad(markers, "deepagents"), { role: "user", marker: "MARK-Z-U1" }]);
    const sent = JSON.stringify(historyOf(home));
    assert.match(sent, /MARK-SUM/);
    assert.doesNotMatch(sent, /MARK-S-O02/);
    assert.deepEqual(lab.server.refusals, []);
  } finally {
    await lab.close();
  }
}
