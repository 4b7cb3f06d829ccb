/**
 * The session is still open in its own CLI when the work done elsewhere comes home: that is said, and
 * nothing is appended to it, because the CLI does not read again what is on the disk.
 */
import assert from "node:assert/strict";
import { globSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { sha256 } from "../support/folder.ts";
import { dump } from "../support/opencode-db.ts";
import { type Agent, createLab, tuiCommand } from "./lab.ts";
import { enterNetns } from "./netns.ts";
import { work } from "./pairs.ts";
import { record, turn } from "./record.ts";
import { hand, refused } from "./segue.ts";
import { some } from "./some.ts";
import { Tui } from "./tmux.ts";

enterNetns();

const PAIRS: readonly [from: Agent, to: Agent][] = [
  ["claude-code", "pi"],
  ["codex", "pi"],
  ["copilot", "pi"],
  ["qwen", "codex"],
  ["pi", "codex"],
  ["gemini", "codex"],
  ["opencode", "codex"],
  ["kilo", "codex"],
  ["kimi", "codex"],
  ["continue", "codex"],
  ["goose", "codex"],
  ["kimi-cli", "codex"],
  ["grok", "codex"],
  ["vibe", "codex"],
  ["omp", "codex"],
  ["auggie", "codex"],
  ["nanocoder", "codex"],
  ["mastracode", "codex"],
];

for (const [from, to] of some(PAIRS, 11)) {
  test(`${from}: work that comes home from ${to} while the session is open`, async () => {
    const lab = await createLab();
    try {
      const recording = await record(lab, from);
      const own = await hand(lab, recording.sessionId, from);
      const tui = Tui.start(lab, tuiCommand(from, own.command.slice(1)), { rows: 200 });
      try {
        await tui.waitFor("MARK-S-A11");
        await tui.settle();
        const there = await hand(lab, recording.sessionId, to);
        const { prompt, steps } = work("T");
        await turn(lab, to, steps, { prompt, resume: there.id });
        const before = stateOf(recording.path);
        const said = await refused(lab, ["resume", there.id, "--in", from, "--no-launch"]);
        assert.match(said, /has this session open|may have this session open/);
        assert.equal(stateOf(recording.path), before);
        const forced = await hand(lab, there.id, from, ["--force"]);
        assert.equal(forced.path, own.path);
      } finally {
        await tui.close();
      }
    } finally {
      await lab.close();
    }
  });
}

/** What is in the file, or in the database, of the session at this place. */
function stateOf(place: string): string {
  const at = place.indexOf("#");
  if (at < 0) return sha256(place);
  const [path, id] = [place.slice(0, at), place.slice(at + 1)];
  if (!statSync(path).isDirectory()) return dump(path);
  const [file = ""] = globSync([`${id}.json`, `*/${id}/chat_history.jsonl`, `*/${id}/CURRENT`], {
    cwd: path,
  });
  return sha256(join(path, file));
}
