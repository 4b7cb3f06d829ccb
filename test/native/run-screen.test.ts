/** An agent's screen under `segue run` is the one that it has without. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { createLab, type Lab, tuiCommand } from "./lab.ts";
import { enterNetns } from "./netns.ts";
import { segue } from "./segue.ts";
import { Tui } from "./tmux.ts";

enterNetns();

const BIN = fileURLToPath(new URL("../../src/bin.ts", import.meta.url));
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

test("Claude Code at its limit on its screen: Codex continues on the same screen", async () => {
  const lab = await createLab();
  try {
    const body = {
      type: "error",
      error: {
        type: "rate_limit_error",
        message: "This request would exceed your account's rate limit.",
      },
    };
    const error = {
      status: 429,
      body,
      headers: { "anthropic-ratelimit-unified-reset": "1800000000" },
    };
    // Only Codex is answered.
    lab.server.limit = ({ protocol }) => (protocol === "openai-responses" ? null : error);
    lab.server.script([{ text: "MARK-ON-A1 It is done." }]);
    const env = { SEGUE_HOME: join(lab.home, ".segue") };
    const tui = Tui.start(lab, [...SEGUE, "--failover", "codex", "claude"], { env });
    try {
      await tui.waitFor("❯");
      tui.type("MARK-ON-U1 Do it.");
      await tui.waitFor("MARK-ON-U1 Do it.");
      tui.press("Enter");
      await tui.waitFor("MARK-ON-A1");
      assert.equal(lab.server.lastMain().protocol, "openai-responses");
      const asked = JSON.stringify(lab.server.lastMain().body);
      assert.match(asked, /MARK-ON-U1/);
      assert.match(await segue(lab, ["log"]), /codex/);
    } finally {
      await tui.close();
    }
  } finally {
    await lab.close();
  }
});
