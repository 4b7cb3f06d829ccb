/**
 * A tool's result as long as no model usually gets one: each real CLI sends all of it after a resume, or
 * the loss report says that it sends less. What its own limits are is known from these runs.
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

const FILLING = "0123456789 words that fill a line, and nothing else\n".repeat(1200);

/** A question, a command with a long output, and an answer. */
const output = `MARK-L-BEGIN\n${FILLING}MARK-L-MIDDLE\n${FILLING}MARK-L-END\n`;
const call = { type: "tool_use", id: "toolu_01", name: "Bash", input: { command: "cat long" } };
const result = { type: "tool_result", tool_use_id: "toolu_01", content: output };
const said: readonly Said[] = [
  ["user", "MARK-L-U1 Show the long file."],
  ["assistant", [call]],
  ["user", [result]],
  ["assistant", [{ type: "text", text: "MARK-L-A1 That was it." }]],
];

for (const agent of some(AGENTS, 15)) {
  if (agent === "claude-code") continue;
  test(`a long result reaches ${agent}'s model, or is named`, async (t) => {
    const lab = await createLab();
    try {
      const file = join(lab.root, "long.jsonl");
      writeFileSync(file, claudeLines(lab.cwd, said));
      const there = await hand(lab, file, agent);
      const { prompt, steps } = work("T1");
      await turn(lab, agent, steps, { prompt, resume: there.id });
      const sent = historyOf(lab.server.lastMain()).map(({ text }) => text);
      const all = sent.filter((text) => text.includes(FILLING) || /MARK-L-/.test(text)).join("");
      const losses = there.losses.find(({ code }) => code === "result-cut-by-target")?.count ?? 0;
      const isWhole = ["BEGIN", "MIDDLE", "END"].every((name) => all.includes(`MARK-L-${name}`));
      const words = all.split("words that fill").length - 1;
      // One line may be in two pieces.
      t.diagnostic(
        `${agent}: ${isWhole ? "whole" : "cut"}, ${words} of 2400 lines, ${all.length} characters`,
      );
      assert.equal(losses, isWhole && words > 2390 ? 0 : 1);
    } finally {
      await lab.close();
    }
  });
}

/** What a user pastes, and an answer as long as that. */
const talk: readonly Said[] = [
  ["user", `MARK-L-U1\n${FILLING}MARK-L-U2`],
  ["assistant", [{ type: "text", text: `MARK-L-A1\n${FILLING}MARK-L-A2` }]],
];

for (const agent of some(AGENTS, 15)) {
  test(`a long question and a long answer reach ${agent}'s model`, async (t) => {
    const lab = await createLab();
    try {
      const file = join(lab.root, "long.jsonl");
      writeFileSync(file, claudeLines(lab.cwd, talk));
      const there = await hand(lab, file, agent);
      const { prompt, steps } = work("T1");
      await turn(lab, agent, steps, { prompt, resume: there.id });
      const sent = historyOf(lab.server.lastMain())
        .map(({ text }) => text)
        .join("\n");
      const words = sent.split("words that fill").length - 1;
      t.diagnostic(`${agent}: ${words} of 2400 lines`);
      assert.equal(words, 2400);
      const marks = ["U1", "U2", "A1", "A2"].filter((mark) => sent.includes(`MARK-L-${mark}`));
      assert.equal(marks.length, 4, marks.join(" "));
    } finally {
      await lab.close();
    }
  });
}
