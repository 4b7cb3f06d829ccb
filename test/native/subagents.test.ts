/** What a subagent did comes along: its parent is resumed as ever, and the target's CLI knows the child. */
import assert from "node:assert/strict";
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { assertHistory } from "./assert-history.ts";
import { CodexAppServer } from "./codex-app-server.ts";
import { createLab } from "./lab.ts";
import { obj, objs, str } from "./model-server/json.ts";
import { enterNetns } from "./netns.ts";
import { turn } from "./record.ts";
import { hand } from "./segue.ts";

enterNetns();

const FIXTURE = join(import.meta.dirname, "../fixtures/claude-code/subagent");
const SESSION = "05be5057-698d-4ddf-a33d-da9e012e6579";

test("claude-code → codex: a subagent's thread is known as spawned by its session's", async () => {
  const lab = await createLab();
  try {
    cpSync(FIXTURE, lab.home, { recursive: true });
    const there = await hand(lab, SESSION, "codex", ["--subagents", "--cwd", lab.cwd]);
    const [sub] = objs(there.report.subagents);
    const child = str(obj(sub?.target).id) ?? "";
    await turn(lab, "codex", [{ text: "MARK-Z-A1" }], {
      prompt: "MARK-Z-U1 go on",
      resume: there.id,
    });
    assertHistory(lab.server.lastMain(), [
      { role: "user", marker: "MARK-U1" },
      { role: "assistant", marker: "MARK-A1" },
      { role: "assistant", marker: "MARK-A2" },
      { role: "user", marker: "MARK-Z-U1" },
    ]);
    const server = await CodexAppServer.start(lab);
    const threads = await server.listThreads({ sourceKinds: ["subAgentThreadSpawn"] });
    assert.deepEqual(
      threads.map(({ id }) => id),
      [child],
    );
    assert.ok(JSON.stringify(threads[0]?.source).includes(there.id));
    const interactive = await server.listThreads();
    assert.ok(interactive.every(({ id }) => id !== child));
    // Turns are shown from the first resume on (0.169.0).
    await server.request("thread/resume", { threadId: child });
    const said = JSON.stringify(await server.readThread(child));
    await server.close();
    for (const mark of ["MARK-SUBPROMPT", "MARK-SUB-A1", "MARK-SUB-FINAL"]) {
      assert.ok(said.includes(mark), mark);
    }
    assert.deepEqual(lab.server.refusals, []);
  } finally {
    await lab.close();
  }
});

const TRIPS = [
  { from: "claude-code", to: "qwen", session: SESSION, first: "MARK-U1", last: "MARK-A2" },
  {
    from: "qwen",
    to: "claude-code",
    session: "9bbea0bf-07af-414c-90e5-c5f6d4bc7d1b",
    first: "MARK-SUB main prompt",
    last: "MARK-A2",
  },
] as const;

for (const { from, to, session, first, last } of TRIPS) {
  test(`${from} → ${to}: a session with a subagent's transcript beside it is resumed, whole`, async () => {
    const lab = await createLab();
    try {
      cpSync(join(import.meta.dirname, `../fixtures/${from}/subagent`), lab.home, {
        recursive: true,
      });
      const there = await hand(lab, session, to, ["--subagents", "--cwd", lab.cwd]);
      const [sub] = objs(there.report.subagents);
      const child = str(obj(sub?.target).path) ?? "";
      const before = readFileSync(child);
      await turn(lab, to, [{ text: "MARK-Z-A1" }], {
        prompt: "MARK-Z-U1 go on",
        resume: there.id,
      });
      assertHistory(lab.server.lastMain(), [
        { role: "user", marker: first },
        { role: "assistant", marker: "MARK-A1" },
        { role: "assistant", marker: last },
        { role: "user", marker: "MARK-Z-U1" },
      ]);
      assert.deepEqual(readFileSync(child), before);
      const home = await hand(lab, there.id, from, ["--subagents", "--cwd", "/home/dev/shop"]);
      assert.equal(home.id, session);
      assert.deepEqual(lab.server.refusals, []);
    } finally {
      await lab.close();
    }
  });
}
