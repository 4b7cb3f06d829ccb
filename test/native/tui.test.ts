import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { driverOf } from "./agents/index.ts";
import { CodexAppServer } from "./codex-app-server.ts";
import { type Agent, createLab, type Lab, tuiCommand } from "./lab.ts";
import { arr, objs } from "./model-server/json.ts";
import { enterNetns } from "./netns.ts";
import { type Recording, record } from "./record.ts";
import { goesOn, sees } from "./screen.ts";

enterNetns();

/** The CLIs' own listings show a recorded session, and their terminal interfaces continue with it. */

async function withRecording(
  agent: Agent,
  use: (lab: Lab, recording: Recording) => Promise<void>,
): Promise<void> {
  const lab = await createLab();
  try {
    await use(lab, await record(lab, agent));
  } finally {
    await lab.close();
  }
}

test("claude: the picker, and continuing after --resume", () =>
  withRecording("claude-code", async (lab, recording) => {
    // Claude Code's picker leaves out what `claude -p` recorded (entrypoint sdk-cli).
    const lines = readFileSync(recording.path, "utf8");
    writeFileSync(recording.path, lines.replaceAll('"entrypoint":"sdk-cli"', '"entrypoint":"cli"'));
    await sees(lab, tuiCommand("claude-code", ["--resume"]), "MARK-S-U09");
    const shown = await goesOn(
      lab,
      tuiCommand("claude-code", ["--resume", recording.sessionId]),
      recording.markers,
    );
    assert.match(shown, /MARK-S-U01[\s\S]*MARK-S-W06[\s\S]*MARK-S-U09/);
  }));

test("codex: the picker, and continuing after resume", () =>
  withRecording("codex", async (lab, recording) => {
    const picker = tuiCommand("codex", ["resume", "--include-non-interactive"]);
    await sees(lab, picker, "MARK-S-U01");
    const shown = await goesOn(
      lab,
      tuiCommand("codex", ["resume", recording.sessionId]),
      recording.markers,
    );
    assert.match(shown, /MARK-S-U01[\s\S]*MARK-S-O02[\s\S]*MARK-S-U09/);
  }));

test("codex: thread/list and thread/read", () =>
  withRecording("codex", async (lab, recording) => {
    const server = await CodexAppServer.start(lab);
    try {
      const threads = await server.listThreads();
      const listed = threads.find((thread) => thread.id === recording.sessionId);
      assert.match(String(listed?.preview), /MARK-S-U01/);
      const thread = await server.readThread(recording.sessionId);
      const items = objs(thread.turns).flatMap((turn) => arr(turn.items));
      assert.match(JSON.stringify(items), /MARK-S-U01.*MARK-S-O02.*MARK-S-U09.*MARK-S-A11/);
    } finally {
      await server.close();
    }
  }));

test("pi: the picker, and continuing after --session", () =>
  withRecording("pi", async (lab, recording) => {
    await sees(lab, tuiCommand("pi", ["-r"]), "MARK-S-U01");
    await goesOn(lab, tuiCommand("pi", ["--session", recording.sessionId]), recording.markers);
  }));

test("copilot: the list, and continuing after --resume", () =>
  withRecording("copilot", async (lab, recording) => {
    const { listArgs, listKeys } = driverOf("copilot");
    await sees(lab, tuiCommand("copilot", listArgs), "MARK-S-U01", listKeys);
    const shown = await goesOn(
      lab,
      tuiCommand("copilot", [`--resume=${recording.sessionId}`]),
      recording.markers,
    );
    assert.match(shown, /MARK-S-U01[\s\S]*MARK-S-C02[\s\S]*MARK-S-U09/);
  }));

test("droid: the picker, and continuing after --resume", () =>
  withRecording("droid", async (lab, recording) => {
    // The title that the lab's model gave it.
    await sees(lab, tuiCommand("droid", ["--resume"]), "Side reply");
    const shown = await goesOn(
      lab,
      tuiCommand("droid", ["--resume", recording.sessionId]),
      recording.markers,
    );
    assert.match(shown, /MARK-S-U01[\s\S]*MARK-S-O02[\s\S]*MARK-S-U09/);
  }));

test("cline: the list, and continuing after --id", () =>
  withRecording("cline", async (lab, recording) => {
    const { listArgs, own } = driverOf("cline");
    await sees(lab, tuiCommand("cline", listArgs), "MARK-S-U01");
    const command = tuiCommand("cline", ["--id", recording.sessionId]);
    const shown = await goesOn(lab, command, own(recording.markers));
    assert.match(shown, /MARK-S-U01[\s\S]*MARK-S-A08[\s\S]*MARK-S-U09/);
  }));

test("kimi: the list, and continuing after --session", () =>
  withRecording("kimi", async (lab, recording) => {
    await sees(lab, tuiCommand("kimi", ["--session"]), "MARK-S-U");
    await goesOn(lab, tuiCommand("kimi", ["--session", recording.sessionId]), recording.markers);
  }));

test("grok: the list, and continuing after --resume", () =>
  withRecording("grok", async (lab, recording) => {
    await sees(lab, tuiCommand("grok", driverOf("grok").listArgs), "MARK-S-U01");
    const command = tuiCommand("grok", ["--resume", recording.sessionId]);
    const shown = await goesOn(lab, command, recording.markers);
    assert.match(shown, /MARK-S-U01[\s\S]*MARK-S-A08[\s\S]*MARK-S-U09/);
  }));

test("nanocoder: the list, and continuing after --resume", () =>
  withRecording("nanocoder", async (lab, recording) => {
    await sees(lab, tuiCommand("nanocoder", driverOf("nanocoder").listArgs), "MARK-S-U");
    const command = tuiCommand("nanocoder", ["--resume", recording.sessionId]);
    const shown = await goesOn(lab, command, driverOf("nanocoder").own(recording.markers));
    assert.match(shown, /MARK-S-U01[\s\S]*MARK-S-A08[\s\S]*MARK-S-U09/);
  }));

test("vibe: the list, and continuing after --resume", () =>
  withRecording("vibe", async (lab, recording) => {
    await sees(lab, tuiCommand("vibe", driverOf("vibe").listArgs), "MARK-S-U01");
    const command = tuiCommand("vibe", [`--resume=${recording.sessionId}`]);
    const shown = await goesOn(lab, command, recording.markers);
    assert.match(shown, /MARK-S-U01[\s\S]*MARK-S-A08[\s\S]*MARK-S-U09/);
  }));

test("hermes: the list, and continuing after --resume", () =>
  withRecording("hermes", async (lab, recording) => {
    const { listArgs, own } = driverOf("hermes");
    await sees(lab, tuiCommand("hermes", listArgs), recording.sessionId);
    const command = tuiCommand("hermes", ["chat", "--resume", recording.sessionId]);
    const shown = await goesOn(lab, command, own(recording.markers));
    assert.match(shown, /MARK-S-U01[\s\S]*MARK-S-A08[\s\S]*MARK-S-U09/);
  }));

test("auggie: the picker, and continuing after --resume", () =>
  withRecording("auggie", async (lab, recording) => {
    await sees(lab, tuiCommand("auggie", driverOf("auggie").listArgs), "MARK-S-U");
    const command = tuiCommand("auggie", ["--resume", recording.sessionId]);
    const shown = await goesOn(lab, command, recording.markers);
    assert.match(shown, /MARK-S-U01[\s\S]*MARK-S-A08[\s\S]*MARK-S-U09/);
  }));

test("aider: continuing after --restore-chat-history", () =>
  withRecording("aider", async (lab, recording) => {
    const { own, says } = driverOf("aider");
    const command = tuiCommand("aider", ["--restore-chat-history"]);
    await goesOn(lab, command, own(recording.markers), says);
  }));
