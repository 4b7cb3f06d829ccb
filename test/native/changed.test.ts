/**
 * What a user does abroad besides continuing: compacting, going back to an earlier turn. On the way
 * home the old bytes stay, and the home agent's model sees the conversation as it was left.
 */
import assert from "node:assert/strict";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { assertHistory, type Expected, historyOf } from "./assert-history.ts";
import { CodexAppServer } from "./codex-app-server.ts";
import { type Agent, createLab, type Lab, runCli, sessionPath, tuiCommand } from "./lab.ts";
import { objs } from "./model-server/json.ts";
import { enterNetns } from "./netns.ts";
import { abroad, work } from "./pairs.ts";
import { type Recording, record, turn } from "./record.ts";
import { hand, type Resumed } from "./segue.ts";
import { testSome } from "./some.ts";
import { Tui } from "./tmux.ts";

enterNetns();

const test = testSome(3);

interface Trip {
  lab: Lab;
  recording: Recording;
  original: Buffer;
  there: Resumed;
}

async function trip(from: Agent, to: Agent, use: (trip: Trip) => Promise<void>): Promise<void> {
  const lab = await createLab();
  try {
    const recording = await record(lab, from);
    const original = readFileSync(recording.path);
    await use({ lab, recording, original, there: await hand(lab, recording.sessionId, to) });
    assert.deepEqual(lab.server.refusals, []);
  } finally {
    await lab.close();
  }
}

async function workThere(lab: Lab, agent: Agent, id: string, tag: string): Promise<Expected[]> {
  const { prompt, steps, markers } = work(tag);
  await turn(lab, agent, steps, { prompt, resume: id });
  return markers;
}

/** Goes home, and there one turn on; gives what the home agent sent for it. */
async function home({ lab, recording, original, there }: Trip): Promise<string> {
  const back = await hand(lab, there.id, recording.agent);
  assert.equal(back.path, recording.path, "a new session was written");
  const now = readFileSync(recording.path);
  assert.ok(now.subarray(0, original.length).equals(original), "old bytes changed");
  await turn(lab, recording.agent, [{ text: "MARK-Z-A1" }], {
    prompt: "MARK-Z-U1 where are we?",
    resume: recording.sessionId,
  });
  return JSON.stringify(historyOf(lab.server.lastMain()));
}

function sees(lab: Lab, expected: Expected[]): void {
  assertHistory(lab.server.lastMain(), [...expected, { role: "user", marker: "MARK-Z-U1" }]);
}

test("claude → codex, where a turn is taken back → claude", () =>
  trip("claude-code", "codex", async (trip) => {
    const { lab, recording, there } = trip;
    const kept = await workThere(lab, "codex", there.id, "T1");
    await workThere(lab, "codex", there.id, "T2");
    const server = await CodexAppServer.start(lab);
    await server.request("thread/resume", { threadId: there.id });
    const turns = objs((await server.readThread(there.id)).turns);
    await server.request("thread/revert", { threadId: there.id, beforeTurnId: turns.at(-1)?.id });
    await server.close();
    const after = await workThere(lab, "codex", there.id, "T3");
    assert.notEqual(sessionPath(lab, "codex", there.id), there.path, "codex wrote no new segment");

    const sent = await home(trip);
    sees(lab, [
      ...recording.markers,
      ...abroad(kept, "claude-code"),
      ...abroad(after, "claude-code"),
    ]);
    assert.doesNotMatch(sent, /MARK-T2/);
  }));

test("codex → pi, where the user goes back in the tree → codex", () =>
  trip("codex", "pi", async (trip) => {
    const { lab, recording, there } = trip;
    const kept = await workThere(lab, "pi", there.id, "T1");
    const entries = readFileSync(there.path, "utf8").trimEnd().split("\n");
    const before: { id: string } = JSON.parse(entries.at(-1) ?? "{}");
    await workThere(lab, "pi", there.id, "T2");
    // What Pi writes for a label set while it stands at an older entry (tree-branch in the fixtures).
    const place = { id: "0f0e0d0c", parentId: before.id, timestamp: new Date().toISOString() };
    const label = { type: "label", ...place, targetId: before.id, label: "back here" };
    appendFileSync(there.path, `${JSON.stringify(label)}\n`);
    const after = await workThere(lab, "pi", there.id, "T3");
    assert.doesNotMatch(JSON.stringify(historyOf(lab.server.lastMain())), /MARK-T2/);

    const sent = await home(trip);
    sees(lab, [...recording.markers, ...abroad(kept, "codex"), ...abroad(after, "codex")]);
    assert.doesNotMatch(sent, /MARK-T2/);
  }));

test("claude → pi, where the user goes back in the tree → claude", () =>
  trip("claude-code", "pi", async (trip) => {
    const { lab, recording, there } = trip;
    const entries = readFileSync(there.path, "utf8").trimEnd().split("\n");
    const before: { id: string } = JSON.parse(entries.at(-1) ?? "{}");
    await workThere(lab, "pi", there.id, "T2");
    const place = { id: "0f0e0d0c", parentId: before.id, timestamp: new Date().toISOString() };
    const label = { type: "label", ...place, targetId: before.id, label: "back here" };
    appendFileSync(there.path, `${JSON.stringify(label)}\n`);
    const after = await workThere(lab, "pi", there.id, "T3");

    const sent = await home(trip);
    sees(lab, [...recording.markers, ...abroad(after, "claude-code")]);
    assert.doesNotMatch(sent, /MARK-T2/);
  }));

test("claude → pi, which compacts and keeps the last messages → claude", () =>
  trip("claude-code", "pi", async (trip) => {
    const { lab, there } = trip;
    await workThere(lab, "pi", there.id, "T1");
    await compactPi(lab, there.path);
    const after = await workThere(lab, "pi", there.id, "T2");
    const abroadSent = historyOf(lab.server.lastMain()).map(({ text }) => text);

    const sent = await home(trip);
    sees(lab, abroad(after, "claude-code"));
    for (const text of abroadSent) {
      const [marker] = /MARK-[ST]\d?-\w+/.exec(text) ?? [];
      if (marker) assert.ok(sent.includes(marker), `${marker} is gone`);
    }
    assert.match(sent, /Side reply/, "the summary is gone");
  }));

test("codex → claude, which compacts → codex", () =>
  trip("codex", "claude-code", async (trip) => {
    const { lab, there } = trip;
    await workThere(lab, "claude-code", there.id, "T1");
    await turn(lab, "claude-code", [], { prompt: "/compact", resume: there.id });
    const after = await workThere(lab, "claude-code", there.id, "T2");

    const sent = await home(trip);
    sees(lab, abroad(after, "codex"));
    assert.doesNotMatch(sent, /MARK-S-C02/, "what was compacted away is sent");
  }));

test("pi → codex, which compacts → pi", () =>
  trip("pi", "codex", async (trip) => {
    const { lab, there } = trip;
    await workThere(lab, "codex", there.id, "T1");
    await compactOnScreen(lab, tuiCommand("codex", ["resume", there.id]), /Context compacted/i);
    const after = await workThere(lab, "codex", there.id, "T2");

    const sent = await home(trip);
    sees(lab, abroad(after, "pi"));
    assert.doesNotMatch(sent, /MARK-S-C02/, "what was compacted away is sent");
  }));

test("claude → qwen, where the user goes back to an earlier prompt → claude", () =>
  trip("claude-code", "qwen", async (trip) => {
    const { lab, recording, there } = trip;
    const kept = await workThere(lab, "qwen", there.id, "T1");
    await workThere(lab, "qwen", there.id, "T2");
    await rewindQwen(lab, there.id);
    const after = await workThere(lab, "qwen", there.id, "T3");
    assert.doesNotMatch(JSON.stringify(historyOf(lab.server.lastMain())), /MARK-T2/);

    const sent = await home(trip);
    sees(lab, [
      ...recording.markers,
      ...abroad(kept, "claude-code"),
      ...abroad(after, "claude-code"),
    ]);
    assert.doesNotMatch(sent, /MARK-T2/);
  }));

test("codex → qwen, which compacts → codex", () =>
  trip("codex", "qwen", async (trip) => {
    const { lab, there } = trip;
    await workThere(lab, "qwen", there.id, "T1");
    const summary = [{ text: "<state_snapshot>MARK-SUMMARY</state_snapshot>" }];
    await turn(lab, "qwen", summary, { prompt: "/compress", resume: there.id });
    const after = await workThere(lab, "qwen", there.id, "T2");

    const sent = await home(trip);
    sees(lab, abroad(after, "codex"));
    assert.match(sent, /MARK-SUMMARY/, "the summary is gone");
    assert.doesNotMatch(sent, /MARK-S-C02/, "what was compacted away is sent");
  }));

test("qwen → codex, which compacts → qwen", () =>
  trip("qwen", "codex", async (trip) => {
    const { lab, there } = trip;
    await workThere(lab, "codex", there.id, "T1");
    await compactOnScreen(lab, tuiCommand("codex", ["resume", there.id]), /Context compacted/i);
    const after = await workThere(lab, "codex", there.id, "T2");

    const sent = await home(trip);
    sees(lab, abroad(after, "qwen"));
    assert.doesNotMatch(sent, /MARK-S-C02/, "what was compacted away is sent");
  }));

test("qwen → pi, where the user goes back in the tree → qwen", () =>
  trip("qwen", "pi", async (trip) => {
    const { lab, recording, there } = trip;
    const kept = await workThere(lab, "pi", there.id, "T1");
    const entries = readFileSync(there.path, "utf8").trimEnd().split("\n");
    const before: { id: string } = JSON.parse(entries.at(-1) ?? "{}");
    await workThere(lab, "pi", there.id, "T2");
    const place = { id: "0f0e0d0c", parentId: before.id, timestamp: new Date().toISOString() };
    const label = { type: "label", ...place, targetId: before.id, label: "back here" };
    appendFileSync(there.path, `${JSON.stringify(label)}\n`);
    const after = await workThere(lab, "pi", there.id, "T3");

    const sent = await home(trip);
    sees(lab, [...recording.markers, ...abroad(kept, "qwen"), ...abroad(after, "qwen")]);
    assert.doesNotMatch(sent, /MARK-T2/);
  }));

/** Escape twice opens the list of prompts, at the last one; Enter takes it, and Enter again the first way. */
async function rewindQwen(lab: Lab, id: string): Promise<void> {
  const tui = Tui.start(lab, tuiCommand("qwen", ["--resume", id]));
  try {
    await tui.waitFor("Type your message");
    await tui.settle(1000);
    tui.press("Escape");
    await tui.settle(200);
    tui.press("Escape");
    await tui.waitFor("Rewind Conversation");
    tui.press("Enter");
    await tui.waitFor("Restore conversation only");
    tui.press("Enter");
    await tui.waitFor("Conversation rewound");
    // The record is written a little later.
    await tui.settle(1500);
  } finally {
    await tui.close();
  }
}

test("claude → copilot, which compacts → claude", () =>
  trip("claude-code", "copilot", async (trip) => {
    const { lab, there } = trip;
    await workThere(lab, "copilot", there.id, "T1");
    const command = tuiCommand("copilot", there.command.slice(1));
    await compactOnScreen(lab, command, /Compaction completed/);
    const after = await workThere(lab, "copilot", there.id, "T2");

    const sent = await home(trip);
    sees(lab, abroad(after, "claude-code"));
    // Whether its request for a summary declares tools, and so counts as a step here, differs.
    const both = /MARK-S-U01[\s\S]*(Side reply|LAB-END)/;
    assert.match(sent, both, "the user's messages, and the summary");
    assert.doesNotMatch(sent, /MARK-S-C02/, "what was compacted away is sent");
  }));

// Copilot CLI cuts its file off, and has no form for a branch: what comes of it is a new session.
test("claude → copilot, where a turn is taken back → claude", () =>
  trip("claude-code", "copilot", async ({ lab, recording, there }) => {
    await workThere(lab, "copilot", there.id, "T1");
    await hand(lab, there.id, "claude-code");
    const longer = readFileSync(recording.path);
    await undoOnScreen(lab, tuiCommand("copilot", there.command.slice(1)));
    const after = await workThere(lab, "copilot", there.id, "T2");
    assert.doesNotMatch(JSON.stringify(historyOf(lab.server.lastMain())), /MARK-T1/);

    const back = await hand(lab, there.id, "claude-code");
    assert.notEqual(back.path, recording.path);
    assert.deepEqual(readFileSync(recording.path), longer, "the original was touched");
    const prompt = "MARK-Z-U1 where are we?";
    await turn(lab, "claude-code", [{ text: "MARK-Z-A1" }], { prompt, resume: back.id });
    sees(lab, [...recording.markers, ...abroad(after, "claude-code")]);
    assert.doesNotMatch(JSON.stringify(historyOf(lab.server.lastMain())), /MARK-T1/);
  }));

test("copilot → pi, where the user goes back in the tree → copilot", () =>
  trip("copilot", "pi", async ({ lab, recording, original, there }) => {
    const entries = readFileSync(there.path, "utf8").trimEnd().split("\n");
    const before: { id: string } = JSON.parse(entries.at(-1) ?? "{}");
    await workThere(lab, "pi", there.id, "T1");
    await hand(lab, there.id, "copilot");
    const longer = readFileSync(recording.path);
    assert.ok(longer.subarray(0, original.length).equals(original), "old bytes changed");
    const place = { id: "0f0e0d0c", parentId: before.id, timestamp: new Date().toISOString() };
    const label = { type: "label", ...place, targetId: before.id, label: "back here" };
    appendFileSync(there.path, `${JSON.stringify(label)}\n`);
    const after = await workThere(lab, "pi", there.id, "T2");

    const back = await hand(lab, there.id, "copilot");
    assert.notEqual(back.path, recording.path);
    assert.deepEqual(readFileSync(recording.path), longer, "the original was touched");
    const prompt = "MARK-Z-U1 where are we?";
    await turn(lab, "copilot", [{ text: "MARK-Z-A1" }], { prompt, resume: back.id });
    sees(lab, [...recording.markers, ...abroad(after, "copilot")]);
    assert.doesNotMatch(JSON.stringify(historyOf(lab.server.lastMain())), /MARK-T1/);
  }));

// Droid begins a new session for what it goes back to, too.
test("droid → pi, where the user goes back in the tree → droid", () =>
  trip("droid", "pi", async ({ lab, recording, there }) => {
    const entries = readFileSync(there.path, "utf8").trimEnd().split("\n");
    const before: { id: string } = JSON.parse(entries.at(-1) ?? "{}");
    await workThere(lab, "pi", there.id, "T1");
    await hand(lab, there.id, "droid");
    const longer = readFileSync(recording.path);
    const place = { id: "0f0e0d0c", parentId: before.id, timestamp: new Date().toISOString() };
    const label = { type: "label", ...place, targetId: before.id, label: "back here" };
    appendFileSync(there.path, `${JSON.stringify(label)}\n`);
    const after = await workThere(lab, "pi", there.id, "T2");

    const back = await hand(lab, there.id, "droid");
    assert.notEqual(back.path, recording.path);
    assert.deepEqual(readFileSync(recording.path), longer, "the original was touched");
    const prompt = "MARK-Z-U1 where are we?";
    await turn(lab, "droid", [{ text: "MARK-Z-A1" }], { prompt, resume: back.id });
    sees(lab, [...recording.markers, ...abroad(after, "droid")]);
    assert.doesNotMatch(JSON.stringify(historyOf(lab.server.lastMain())), /MARK-T1/);
  }));

/** Takes back the last turn: the list of turns, this one, and without the files. */
async function undoOnScreen(lab: Lab, command: string[]): Promise<void> {
  const tui = Tui.start(lab, command);
  try {
    await tui.waitFor(/MARK-T1-A2/);
    await tui.settle();
    tui.type("/undo");
    await tui.settle(300);
    await tui.pressUntil("Enter", /Rewind to a previous point/);
    tui.press("Enter");
    await tui.waitFor(/Conversation only/);
    tui.press("Enter");
    await tui.waitFor(/Rewound the conversation/);
  } finally {
    await tui.close();
  }
}

async function compactPi(lab: Lab, path: string): Promise<void> {
  // Pi keeps the last 20,000 tokens by default, which is more than there is.
  const settings = join(lab.home, ".pi/agent/settings.json");
  const now: object = JSON.parse(readFileSync(settings, "utf8"));
  writeFileSync(settings, JSON.stringify({ ...now, compaction: { keepRecentTokens: 100 } }));
  await compactOnScreen(lab, tuiCommand("pi", ["--session", path]), /Compacted from/);
}

async function compactOnScreen(lab: Lab, command: string[], done: RegExp): Promise<void> {
  const tui = Tui.start(lab, command);
  try {
    await tui.settle();
    tui.type("/compact");
    await tui.settle(300);
    await tui.pressUntil("Enter", done);
  } finally {
    await tui.close();
  }
}

test("claude → kimi, where a turn is taken back → claude", () =>
  trip("claude-code", "kimi", async (trip) => {
    const { lab, recording, there } = trip;
    const kept = await workThere(lab, "kimi", there.id, "T1");
    await workThere(lab, "kimi", there.id, "T2");
    await says(lab, there, "/undo 1", "MARK-T2-A2");
    const after = await workThere(lab, "kimi", there.id, "T3");
    assert.doesNotMatch(JSON.stringify(historyOf(lab.server.lastMain())), /MARK-T2/);

    const sent = await home(trip);
    sees(lab, [
      ...recording.markers,
      ...abroad(kept, "claude-code"),
      ...abroad(after, "claude-code"),
    ]);
    assert.doesNotMatch(sent, /MARK-T2/);
  }));

test("kimi → pi, where the user goes back in the tree → kimi", () =>
  trip("kimi", "pi", async (trip) => {
    const { lab, recording, there } = trip;
    const kept = await workThere(lab, "pi", there.id, "T1");
    const entries = readFileSync(there.path, "utf8").trimEnd().split("\n");
    const before: { id: string } = JSON.parse(entries.at(-1) ?? "{}");
    await workThere(lab, "pi", there.id, "T2");
    const place = { id: "0f0e0d0c", parentId: before.id, timestamp: new Date().toISOString() };
    const label = { type: "label", ...place, targetId: before.id, label: "back here" };
    appendFileSync(there.path, `${JSON.stringify(label)}\n`);
    const after = await workThere(lab, "pi", there.id, "T3");
    // Kimi Code itself goes back from there, too: what was brought home is a part of its tree.
    const sent = await home(trip);
    sees(lab, [...recording.markers, ...abroad(kept, "kimi"), ...abroad(after, "kimi")]);
    assert.doesNotMatch(sent, /MARK-T2/);
  }));

test("claude → kimi, which compacts → claude", () =>
  trip("claude-code", "kimi", async (trip) => {
    const { lab, there } = trip;
    await workThere(lab, "kimi", there.id, "T1");
    lab.server.script([{ text: "MARK-SUM what was done" }]);
    await says(lab, there, "/compact", "MARK-T1-A2", "Compaction complete");
    const after = await workThere(lab, "kimi", there.id, "T2");

    const sent = await home(trip);
    sees(lab, abroad(after, "claude-code"));
    for (const marker of ["MARK-S-U01", "MARK-S-U09", "MARK-T1-U1", "MARK-SUM"]) {
      assert.ok(sent.includes(marker), `${marker} is gone`);
    }
    assert.doesNotMatch(sent, /MARK-S-O02/);
  }));

test("claude → goose, which compacts → claude", () =>
  trip("claude-code", "goose", async (trip) => {
    const { lab, there } = trip;
    await workThere(lab, "goose", there.id, "T1");
    await runCli(lab, "goose", { prompt: "/compact", resume: there.id });
    const after = await workThere(lab, "goose", there.id, "T2");

    const sent = await home(trip);
    sees(lab, abroad(after, "claude-code"));
    assert.match(sent, /Side reply/);
    assert.doesNotMatch(sent, /MARK-S-O02|MARK-T1-U1/);
  }));

test("goose → claude, which compacts → goose", async () => {
  const lab = await createLab();
  try {
    const recording = await record(lab, "goose");
    const there = await hand(lab, recording.sessionId, "claude-code");
    await workThere(lab, "claude-code", there.id, "T1");
    const summary = [{ text: "MARK-SUM what was done" }];
    await turn(lab, "claude-code", summary, { prompt: "/compact", resume: there.id });
    const after = await workThere(lab, "claude-code", there.id, "T2");

    const back = await hand(lab, there.id, "goose");
    assert.equal(back.path, recording.path, "a new session was written");
    const prompt = "MARK-Z-U1 where are we?";
    await turn(lab, "goose", [{ text: "MARK-Z-A1" }], { prompt, resume: back.id });
    sees(lab, abroad(after, "goose"));
    const sent = JSON.stringify(historyOf(lab.server.lastMain()));
    assert.match(sent, /MARK-SUM/);
    // What came before is in the database, and hidden from the model.
    assert.doesNotMatch(sent, /MARK-S-O02|MARK-T1-U1/);
    assert.deepEqual(lab.server.refusals, []);
  } finally {
    await lab.close();
  }
});

/** Types a command on Kimi Code's screen, which shows the session first. */
async function says(
  lab: Lab,
  { id }: Resumed,
  command: string,
  before: string,
  after?: string,
): Promise<void> {
  const tui = Tui.start(lab, tuiCommand("kimi", ["--session", id]), { rows: 200 });
  try {
    await tui.waitFor(before);
    await tui.settle();
    tui.type(command);
    await tui.settle();
    tui.press("Enter");
    if (after !== undefined) await tui.waitFor(after);
    await tui.settle(1500);
  } finally {
    await tui.close();
  }
}
