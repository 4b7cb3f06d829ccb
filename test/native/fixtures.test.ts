/**
 * Every session in test/fixtures that a real CLI wrote, of whatever version and however it ended,
 * opens in the other agents' real CLIs: nothing is refused, and all that was written is sent.
 */
import assert from "node:assert/strict";
import { cpSync, globSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { historyOf } from "./assert-history.ts";
import { AGENTS, type Agent, createLab } from "./lab.ts";
import { enterNetns } from "./netns.ts";
import { turn } from "./record.ts";
import { hand, SEGUE_ID, segue } from "./segue.ts";

enterNetns();

const FIXTURES = fileURLToPath(new URL("../fixtures", import.meta.url));

const FILES: { [agent in Agent]: string } = {
  claude: ".claude/projects/*/*.jsonl",
  codex: ".codex/{sessions/*/*/*,archived_sessions}/rollout-*.jsonl",
  pi: ".pi/agent/sessions/*/*.jsonl",
};

/** Markers of what is said; the vendors' own words are blanked in the fixtures. */
function markersIn(text: string): Set<string> {
  return new Set(text.match(/MARK-[A-Z]+(-\w+)*/g));
}

for (const from of AGENTS) {
  const folder = join(FIXTURES, SEGUE_ID[from]);
  for (const variant of globSync("*", { cwd: folder }).sort()) {
    const files = globSync(FILES[from], { cwd: join(folder, variant) }).sort();
    for (const to of AGENTS.filter((agent) => agent !== from)) {
      test(`${from} ${variant} → ${to}`, async () => {
        const lab = await createLab();
        try {
          cpSync(join(folder, variant), lab.home, { recursive: true });
          for (const file of files) {
            const args = ["--cwd", lab.cwd];
            const there = await hand(lab, join(lab.home, file), to, args);
            const shown = await segue(lab, ["show", there.path, "--tools", "full"]);
            const wanted = markersIn(shown.replace(/^\[\d+\] compaction/gm, ""));
            assert.ok(wanted.size > 0, `${basename(file)}: nothing was written`);
            const prompt = "MARK-NEW go on";
            await turn(lab, to, [{ text: "MARK-DONE" }], { prompt, resume: there.id });
            const sent = markersIn(JSON.stringify(historyOf(lab.server.lastMain())));
            const gone = [...wanted].filter((marker) => !sent.has(marker));
            assert.deepEqual(gone, [], `${basename(file)}: not sent`);
            assert.ok(sent.has("MARK-NEW"));
          }
          assert.deepEqual(lab.server.refusals, []);
        } finally {
          await lab.close();
        }
      });
    }
  }
}
