/**
 * Mastra Code's task list is a state of the thread: where a summary from elsewhere stands for the message that
 * told it, its own model is told it again, and so is the next agent's.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertHistory, historyOf } from "./assert-history.ts";
import { createLab } from "./lab.ts";
import { enterNetns } from "./netns.ts";
import { abroad, work } from "./pairs.ts";
import { record, turn } from "./record.ts";
import { hand } from "./segue.ts";

enterNetns();

const TASKS = [
  { content: "MARK-TASK-1 look", status: "completed", activeForm: "Looking" },
  { content: "MARK-TASK-2 write", status: "in_progress", activeForm: "Writing" },
];

test("mastracode with a task list → claude, which compacts → mastracode → claude", async () => {
  const lab = await createLab();
  try {
    const { sessionId, path } = await record(lab, "mastracode");
    const lists = { kind: "named", name: "task_write", input: { tasks: TASKS } } as const;
    await turn(lab, "mastracode", [{ tools: [lists] }, { text: "MARK-L-A1 listed" }], {
      prompt: "MARK-L-U1 make a list",
      resume: sessionId,
    });

    const there = await hand(lab, sessionId, "claude-code");
    const sent = async (agent: string, text: string, prompt: string, resume: string) => {
      await turn(lab, agent, [{ text }], { prompt, resume });
      return lab.server.lastMain();
    };
    const told = await sent("claude-code", "MARK-T0-A1", "MARK-T0-U1", there.id);
    assert.match(JSON.stringify(historyOf(told)), /▸ \[in_progress\] \{id: \w+\} MARK-TASK-2/);
    await sent("claude-code", "MARK-SUM what was done", "/compact", there.id);
    const { prompt, steps, markers } = work("T2");
    await turn(lab, "claude-code", steps, { prompt, resume: there.id });

    const back = await hand(lab, there.id, "mastracode");
    assert.equal(back.path, path, "a new session was written");
    const home = await sent("mastracode", "MARK-Z-A1", "MARK-Z-U1 where are we?", back.id);
    assertHistory(home, [...abroad(markers, "mastracode"), { role: "user", marker: "MARK-Z-U1" }]);
    const body = JSON.stringify(home.body);
    assert.match(body, /MARK-SUM/);
    assert.match(body, /▸ \[in_progress\] \{id: \w+\} MARK-TASK-2/);
    assert.doesNotMatch(body, /MARK-S-O02|MARK-L-U1/);

    const again = await hand(lab, back.id, "claude-code");
    const last = JSON.stringify(
      historyOf(await sent("claude-code", "MARK-Y-A1", "MARK-Y-U1", again.id)),
    );
    for (const word of ["MARK-SUM", "MARK-TASK-2 write", "MARK-Z-A1"]) {
      assert.equal(last.split(word).length, 2, `${word} is there once`);
    }
    assert.deepEqual(lab.server.refusals, []);
  } finally {
    await lab.close();
  }
});
