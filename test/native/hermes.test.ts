/** What Hermes's users do on its screen, and what comes home from and to its database. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { driverOf } from "./agents/index.ts";
import { assertHistory, type Expected, historyOf } from "./assert-history.ts";
import { createLab, type Lab, tuiCommand } from "./lab.ts";
import { enterNetns } from "./netns.ts";
import { abroad, work } from "./pairs.ts";
import { record, turn } from "./record.ts";
import { hand, segue } from "./segue.ts";
import { ALL } from "./some.ts";
import { Tui } from "./tmux.ts";

enterNetns();

async function workThere(lab: Lab, agent: string, id: string, tag: string): Promise<Expected[]> {
  const { prompt, steps, markers } = work(tag);
  await turn(lab, agent, steps, { prompt, resume: id });
  return markers;
}

/** Opens the session on Hermes's screen, and types a command there. */
async function says(
  lab: Lab,
  id: string,
  { before, command, after }: { before: string; command: string; after: RegExp },
): Promise<void> {
  const tui = Tui.start(lab, tuiCommand("hermes", ["chat", "--resume", id]), { rows: 200 });
  try {
    await tui.waitFor(before);
    await tui.settle(1500);
    tui.type(command);
    await tui.settle();
    await tui.pressUntil("Enter", after);
    await tui.settle(1500);
  } finally {
    await tui.close();
  }
}

/** It does so only after a prompt. */
async function compress(lab: Lab, id: string, before: string): Promise<void> {
  const tui = Tui.start(lab, tuiCommand("hermes", ["chat", "--resume", id]), { rows: 200 });
  try {
    await tui.waitFor(before);
    await tui.settle(1500);
    lab.server.script([{ text: "MARK-T0-A1 Yes." }]);
    tui.type("MARK-T0-U1 Are you there?");
    await tui.settle();
    tui.press("Enter");
    await tui.waitFor("MARK-T0-A1");
    await tui.settle(1500);
    tui.type("/compress");
    await tui.settle();
    await tui.pressUntil("Enter", /Compressed: \d+/);
    await tui.settle(1500);
  } finally {
    await tui.close();
  }
}

async function goesOn(lab: Lab, agent: string, id: string, markers: Expected[]): Promise<string> {
  await turn(lab, agent, [{ text: "MARK-Z-A1" }], {
    prompt: "MARK-Z-U1 where are we?",
    resume: id,
  });
  assertHistory(lab.server.lastMain(), [...markers, { role: "user", marker: "MARK-Z-U1" }]);
  assert.deepEqual(lab.server.refusals, []);
  return JSON.stringify(historyOf(lab.server.lastMain()));
}

test("pi → hermes and taken back: its database is what it was", async () => {
  const lab = await createLab();
  try {
    const own = await record(lab, "hermes", { tag: "H" });
    const { bytes } = driverOf("hermes");
    const before = bytes(lab, own.sessionId);
    const recording = await record(lab, "pi");
    const there = await hand(lab, recording.sessionId, "hermes");
    assert.ok(bytes(lab, there.id).length > 0);
    await segue(lab, ["undo"]);
    assert.equal(bytes(lab, there.id).length, 0);
    assert.ok(bytes(lab, own.sessionId).equals(before));
    await goesOn(lab, "hermes", own.sessionId, driverOf("hermes").own(own.markers));
  } finally {
    await lab.close();
  }
});

/** Several minutes in all: by hand. */
if (ALL) {
  test("claude → hermes, where a turn is taken back and all is compacted → claude", async () => {
    const lab = await createLab();
    try {
      const recording = await record(lab, "claude-code");
      const original = readFileSync(recording.path);
      const there = await hand(lab, recording.sessionId, "hermes");
      const kept = await workThere(lab, "hermes", there.id, "T1");
      await workThere(lab, "hermes", there.id, "T2");
      const undo = { before: "MARK-T2-A2", command: "/undo", after: /Undid 1 turn/ };
      await says(lab, there.id, undo);
      const after = await workThere(lab, "hermes", there.id, "T3");
      assert.doesNotMatch(JSON.stringify(historyOf(lab.server.lastMain())), /MARK-T2/);
      await compress(lab, there.id, "MARK-T3-A2");
      const last = await workThere(lab, "hermes", there.id, "T4");
      const sent = historyOf(lab.server.lastMain()).map(({ text }) => text);

      const back = await hand(lab, there.id, "claude-code");
      const home = await goesOn(lab, "claude-code", back.id, abroad(last, "claude-code"));
      for (const text of sent) {
        const [marker] = /MARK-[ST]\d?-[UAO]\w+/.exec(text) ?? [];
        if (marker) assert.ok(home.includes(marker), `${marker} is gone`);
      }
      assert.match(home, /Side reply/, "the summary is gone");
      assert.doesNotMatch(home, /MARK-T2/);
      assert.ok(kept.length > 0 && after.length > 0);
      assert.ok(readFileSync(recording.path).subarray(0, original.length).equals(original));
    } finally {
      await lab.close();
    }
  });

  test("hermes → claude, which compacts → hermes", async () => {
    const lab = await createLab();
    try {
      const recording = await record(lab, "hermes");
      const there = await hand(lab, recording.sessionId, "claude-code");
      await workThere(lab, "claude-code", there.id, "T1");
      await turn(lab, "claude-code", [], { prompt: "/compact", resume: there.id });
      const after = await workThere(lab, "claude-code", there.id, "T2");
      const back = await hand(lab, there.id, "hermes");
      assert.equal(back.id, recording.sessionId, "a new session was written");
      const home = await goesOn(lab, "hermes", back.id, abroad(after, "hermes"));
      assert.doesNotMatch(home, /MARK-S-C02/, "what was compacted away is sent");
      assert.match(home, /CONTEXT SUMMARY/);
    } finally {
      await lab.close();
    }
  });
}
