/** An agent's screen under `segue run` is the one that it has without; at a limit, the next one's opens. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { assertHistory } from "./assert-history.ts";
import { createLab, type Lab, tuiCommand } from "./lab.ts";
import type { ScriptedError } from "./model-server/server.ts";
import { enterNetns } from "./netns.ts";
import { claudeLimit, logInToPlan, ShortLimit } from "./plans.ts";
import { BIN, segue } from "./segue.ts";
import { some } from "./some.ts";
import { Tui } from "./tmux.ts";

enterNetns();

const SEGUE = [process.execPath, BIN, "run"];
const [WIDE, NARROW] = [
  [120, 40],
  [80, 24],
] as const;

/** What its screen shows: at first, with a text typed, and in a smaller window. */
async function screens(lab: Lab, command: string[]): Promise<string[]> {
  const [columns, rows] = WIDE;
  const env = { SEGUE_HOME: join(lab.home, ".segue"), CLAUDE_CODE_MAX_RETRIES: "0" };
  const tui = Tui.start(lab, command, { columns, rows, env });
  try {
    await tui.waitFor("❯");
    const seen = [await tui.settle()];
    tui.type("MARK-TYPED");
    await tui.waitFor("MARK-TYPED");
    seen.push(await tui.settle());
    tui.resize(...NARROW);
    seen.push(await tui.settle(1000));
    return seen;
  } finally {
    await tui.close();
  }
}

test("Claude Code's screen looks and resizes as without Segue", async () => {
  const lab = await createLab();
  try {
    // It greets differently the second time.
    await screens(lab, tuiCommand("claude-code"));
    const plain = await screens(lab, tuiCommand("claude-code"));
    const under = await screens(lab, [...SEGUE, ...tuiCommand("claude-code")]);
    assert.deepEqual(under, plain);
  } finally {
    await lab.close();
  }
});

/** `segue run` on a screen, with a shell that says how it ended. */
async function onScreen(
  args: readonly string[],
  { limit, plan }: { limit(): ScriptedError | null; plan?: true },
  work: (tui: Tui, lab: Lab) => Promise<void>,
): Promise<void> {
  const lab = await createLab();
  try {
    if (plan) logInToPlan(lab);
    // Codex's screen starts a server that outlives it.
    await segue(lab, ["config", "set", "agents.codex.args", "--no-daemon"]);
    lab.server.limit = (request) => (request.protocol === "anthropic" ? limit() : null);
    lab.server.script([{ text: "MARK-ON-A1 It continues." }, { text: "MARK-ON-A2 And at home." }]);
    const env = { SEGUE_HOME: join(lab.home, ".segue") };
    const words = [...SEGUE, ...args].map((word) => `'${word}'`).join(" ");
    const shell = ["sh", "-c", `${words}; echo "ended with $?"; read -r line`];
    const tui = Tui.start(lab, shell, { env });
    try {
      await work(tui, lab);
    } finally {
      await tui.close();
    }
  } finally {
    await lab.close();
  }
}

async function say(tui: Tui, text: string): Promise<void> {
  tui.type(text);
  await tui.waitForScreen(text);
  tui.press("Enter");
}

const [SOON, LATER] = [20, 3 * 3600];

test("Claude Code at its limit on its screen: Codex continues on the same screen, then Claude Code again", () => {
  const limit = new ShortLimit(SOON, claudeLimit);
  const args = ["--failover", "codex", "--return", "--hold", "1s", "claude"];
  return onScreen(args, { limit: () => limit.answer(), plan: true }, async (tui, lab) => {
    await tui.waitForScreen("❯");
    await say(tui, "MARK-ON-U1 Do it.");
    await tui.waitFor("continuing in Codex");
    await tui.waitForScreen("MARK-ON-A1");
    const there = lab.server.lastMain();
    assert.notEqual(there.protocol, "anthropic");
    assertHistory(there, [
      { role: "user", marker: "MARK-ON-U1" },
      { role: "user", marker: "continue" },
    ]);
    await tui.waitFor("continuing in Claude Code");
    await tui.waitForScreen(/MARK-ON-A1[\s\S]*❯/);
    await say(tui, "MARK-ON-U2 And now?");
    await tui.waitForScreen("MARK-ON-A2");
    const home = lab.server.lastMain();
    assert.equal(home.protocol, "anthropic");
    assertHistory(home, [
      { role: "user", marker: "MARK-ON-U1" },
      { role: "user", marker: "continue" },
      { role: "assistant", marker: "MARK-ON-A1" },
      { role: "user", marker: "MARK-ON-U2" },
    ]);
    assert.match(await segue(lab, ["log"]), /codex[\s\S]*claude-code|claude-code[\s\S]*codex/);
  });
});

const DOES_NOT_END = { limit: () => claudeLimit(Math.ceil(Date.now() / 1000) + LATER) };

/** Up to where Segue asks: the agent is ended by hand. */
async function untilAsked(tui: Tui): Promise<void> {
  await tui.waitForScreen("❯");
  await say(tui, "MARK-ON-U1 Do it.");
  await tui.waitFor(/limit/i);
  await say(tui, "/exit");
  await tui.waitForScreen(/continue in another agent\? \[/);
}

async function choosesCodex(): Promise<void> {
  await onScreen(["claude"], DOES_NOT_END, async (tui, lab) => {
    await untilAsked(tui);
    await tui.waitForScreen(/Claude Code (?:is at its|is refused)/);
    await say(tui, "codex");
    await tui.waitForScreen("MARK-ON-A1");
    const asked = lab.server.lastMain();
    assert.notEqual(asked.protocol, "anthropic");
    assertHistory(asked, [
      { role: "user", marker: "MARK-ON-U1" },
      { role: "user", marker: "continue" },
    ]);
    assert.match(await segue(lab, ["log"]), /codex/);
  });
}

/** Nothing is started, and the session is where it was. */
async function leaves(key: string, shows: RegExp): Promise<void> {
  await onScreen(["claude"], DOES_NOT_END, async (tui, lab) => {
    await untilAsked(tui);
    tui.press(key);
    const shown = await tui.waitForScreen(/ended with \d+/);
    assert.match(shown, shows);
    assert.doesNotMatch(shown, /this is a bug|Warning/);
    assert.doesNotMatch(await segue(lab, ["log"]), /codex/);
    assert.match(await segue(lab, ["list"]), /claude-code/);
  });
}

async function suspends(): Promise<void> {
  const lab = await createLab();
  const env = { SEGUE_HOME: join(lab.home, ".segue"), PS1: "SHELL> " };
  const tui = Tui.start(lab, ["bash", "--norc", "--noprofile", "-i"], { env });
  try {
    await tui.waitForScreen("SHELL>");
    tui.type(`${SEGUE.map((word) => `'${word}'`).join(" ")} claude`);
    tui.press("Enter");
    await tui.waitForScreen("❯");
    tui.type("MARK-BEFORE");
    await tui.waitForScreen("MARK-BEFORE");
    tui.press("C-z");
    await tui.waitForScreen(/Stopped/);
    // The shell has the keys again.
    await say(tui, "echo MARK-SHELL-$((20+3))");
    await tui.waitForScreen("MARK-SHELL-23");
    await say(tui, "fg");
    await tui.waitForScreen(/❯[^\n]*MARK-BEFORE/);
    tui.type(" MARK-AFTER");
    await tui.waitForScreen("MARK-BEFORE MARK-AFTER");
  } finally {
    await tui.close();
    await lab.close();
  }
}

const OTHERS: readonly (readonly [name: string, check: () => Promise<void>])[] = [
  ["at a limit without --failover, Segue asks, and Codex continues", choosesCodex],
  ["Ctrl-C where Segue asks ends it", () => leaves("C-c", /ended with 130/)],
  ["Ctrl-D where Segue asks is no", () => leaves("C-d", /segue resume claude-code:\S+ --in /)],
  ["Ctrl-Z gives the shell back, and fg the screen", suspends],
];

for (const [name, check] of some(OTHERS, 4)) test(name, check);
