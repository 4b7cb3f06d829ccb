/**
 * A session that was handed over stands in the target's own list under its title, and opens in the
 * target's own screen with what was said and done; continuing from there sends all of it.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { driverOf } from "./agents/index.ts";
import { CodexAppServer } from "./codex-app-server.ts";
import { AGENTS, createLab, type Lab, SOME_PAIRS, tuiCommand } from "./lab.ts";
import { enterNetns } from "./netns.ts";
import { abroad } from "./pairs.ts";
import { record } from "./record.ts";
import { goesOn, sees } from "./screen.ts";
import { hand } from "./segue.ts";
import { ALL, share, some } from "./some.ts";

enterNetns();

const TITLE = "A title of its own";

/** Some agents' screens, each once; by hand all, with whatever they may be shown. */
const SHOWN = ALL
  ? SOME_PAIRS
  : some(
      SOME_PAIRS.filter(([, to], at) => SOME_PAIRS.findIndex(([, other]) => other === to) === at),
      share(2, AGENTS.length),
    );

/** What is seen of a call, where it is not the command or what that printed. */
const CALLS: { readonly [agent: string]: RegExp } = {
  // Claude Code 2.1.332 counts what was run in a line of its own.
  "claude-code": /Ran 1 shell command|MARK-S-[CO]02/,
  // OpenClaw 2026.9.6 shows none of the calls of earlier turns.
  openclaw: /MARK-S-A03/,
  // Hermes 0.19.0 counts them.
  hermes: /\[1 tool call: terminal\]/,
  // Deep Agents Code 0.1.88 counts those that did not fail.
  deepagents: /Ran 1 shell command/,
  // Mistral Vibe 3.0.2 shows none of the calls of a session that it imported.
  vibe: /MARK-S-A03/,
};

for (const [from, to] of SHOWN) {
  test(`${from} → ${to}: listed with its title, shown, and continued with on the screen`, async () => {
    const lab = await createLab();
    try {
      const recording = await record(lab, from);
      driverOf(from).rename?.(lab, recording.sessionId, TITLE);
      const there = await hand(lab, recording.sessionId, to);
      const { says } = driverOf(to);
      if (says !== undefined) {
        const start = tuiCommand(to, there.command.slice(1));
        await goesOn(lab, start, abroad(recording.markers, to), says);
        return;
      }
      // Codex keeps titles outside its session files, so a session of its own has none here.
      const title = driverOf(from).rename ? TITLE : "MARK-S-U";
      await sees(
        lab,
        tuiCommand(to, driverOf(to).listArgs),
        driverOf(to).listsIds ? there.id : title,
        driverOf(to).listKeys,
      );
      // The very command that Segue would run.
      const command = tuiCommand(to, there.command.slice(1));
      const { blank } = driverOf(to);
      const shown = await goesOn(lab, command, abroad(recording.markers, to), blank);
      if (blank !== undefined) return;
      // Kimi Code 2.1.0 folds the first of many messages of a turn; Hermes 0.19.0 cuts an answer with reasoning.
      const answer = ["kimi", "hermes"].includes(to) ? "A07" : "A01";
      // Of a prompt of several texts and an image, Droid 0.225.2 shows the last text and "[1 image]".
      const prompt = to === "droid" ? "\\[1 image\\]" : "MARK-S-U01";
      assert.match(shown, new RegExp(`${prompt}[^]*MARK-S-${answer}[^]*MARK-S-U09`));
      assert.match(shown, CALLS[to] ?? /MARK-S-[CO]02/);
      if (to === "codex") await codexKnows(lab, there.id, driverOf(from).rename !== null);
    } finally {
      await lab.close();
    }
  });
}

async function codexKnows(lab: Lab, id: string, titled: boolean): Promise<void> {
  const server = await CodexAppServer.start(lab);
  try {
    const listed = (await server.listThreads()).find((thread) => thread.id === id);
    assert.match(String(listed?.preview), /MARK-S-U01/);
    if (titled) assert.equal(listed?.name, TITLE);
    const thread = await server.readThread(id);
    const text = JSON.stringify(thread.turns);
    assert.match(text, /MARK-S-U01.*MARK-S-R01.*MARK-S-O02.*MARK-S-U09.*MARK-S-A11/);
  } finally {
    await server.close();
  }
}
