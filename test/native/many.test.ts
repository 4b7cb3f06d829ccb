/**
 * A session of many turns, far below any model's window: each real CLI sends every question, call, result
 * and answer after a resume, or the loss report says that it sends fewer. Some CLIs clear old results.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { historyOf } from "./assert-history.ts";
import { claudeLines, type Said } from "./claude-lines.ts";
import { AGENTS, createLab } from "./lab.ts";
import { enterNetns } from "./netns.ts";
import { work } from "./pairs.ts";
import { turn } from "./record.ts";
import { hand } from "./segue.ts";
import { some } from "./some.ts";

enterNetns();

const TURNS = 50;
const FILLING = "0123456789 words that fill a line, and nothing else\n".repeat(60);

/** Every turn has a question, a call, a result and an answer. */
const said: readonly Said[] = Array.from({ length: TURNS }, (_, n) => turnOf(n + 1)).flat();

function turnOf(n: number): Said[] {
  const command = `echo MARK-C-${n}-C`;
  const call = { type: "tool_use", id: `toolu_${n}`, name: "Bash", input: { command } };
  const content = `MARK-R-${n}-B\n${FILLING}MARK-R-${n}-E\n`;
  return [
    ["user", `MARK-U-${n}-U What is in part ${n}?`],
    ["assistant", [call]],
    ["user", [{ type: "tool_result", tool_use_id: `toolu_${n}`, content }]],
    ["assistant", [{ type: "text", text: `MARK-A-${n}-A That was part ${n}.` }]],
  ];
}

const MARKS: readonly [kind: string, mark: (n: number) => string][] = [
  ["questions", (n) => `MARK-U-${n}-U`],
  ["calls", (n) => `MARK-C-${n}-C`],
  ["beginnings of results", (n) => `MARK-R-${n}-B`],
  ["ends of results", (n) => `MARK-R-${n}-E`],
  ["answers", (n) => `MARK-A-${n}-A`],
];

for (const agent of some(AGENTS, 15)) {
  test(`fifty turns reach ${agent}'s model, or it is named what does not`, async (t) => {
    const lab = await createLab();
    try {
      const file = join(lab.root, "many.jsonl");
      writeFileSync(file, claudeLines(lab.cwd, said));
      const there = await hand(lab, file, agent);
      const { prompt, steps } = work("T1");
      await turn(lab, agent, steps, { prompt, resume: there.id });
      const sent = JSON.stringify(historyOf(lab.server.lastMain()));
      const missing = MARKS.map(([kind, mark]) => {
        const gone = Array.from({ length: TURNS }, (_, n) => n + 1).filter(
          (n) => !sent.includes(mark(n)),
        );
        return [kind, gone.length] as const;
      }).filter(([, count]) => count > 0);
      const words = missing.map(([kind, count]) => `${count} ${kind}`).join(", ") || "nothing";
      t.diagnostic(`${agent}: ${words} missing`);
      const named = there.losses
        .filter(({ code }) => /-cut-by-target$/.test(code))
        .map(({ code, count }) => `${code} ${count}`);
      if (missing.length > 0) assert.notDeepEqual(named, [], words);
      else assert.deepEqual(named, []);
    } finally {
      await lab.close();
    }
  });
}
