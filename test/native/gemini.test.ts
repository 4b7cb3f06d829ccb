/**
 * What Gemini CLI's own clean-up, which is on by default, does to a session of Segue's; and that no
 * result of such a session is ever sent twice, however often it is resumed.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { foreign } from "./agents/index.ts";
import { assertHistory, historyOf } from "./assert-history.ts";
import { createLab, runCli } from "./lab.ts";
import { enterNetns } from "./netns.ts";
import { record, turn } from "./record.ts";
import { hand } from "./segue.ts";

enterNetns();

const OLD = "2021-03-04T05:06:07.890Z";

test("a session of Segue's survives the clean-up, though it is old and was resumed before", async () => {
  const lab = await createLab({ geminiCleansUp: true });
  try {
    const recording = await record(lab, "pi");
    const lines = readFileSync(recording.path, "utf8");
    writeFileSync(recording.path, lines.replace(/"timestamp":"[^"]+"/g, `"timestamp":"${OLD}"`));
    const there = await hand(lab, recording.sessionId, "gemini");
    const told = foreign(recording.markers, "gemini");
    // At each start it deletes what it takes to be broken or out of date.
    await runCli(lab, "gemini", { prompt: "", args: ["--list-sessions"] });
    for (const round of ["1", "2", "3"]) {
      const prompt = `MARK-G-U${round} go on`;
      await turn(lab, "gemini", [{ text: `MARK-G-A${round}` }], { prompt, resume: there.id });
      const history = assertHistory(lab.server.lastMain(), [
        ...told,
        { role: "user", marker: `MARK-G-U${round}` },
      ]);
      const results = history.flatMap(({ kind, callId }) => (kind === "result" ? [callId] : []));
      assert.equal(new Set(results).size, results.length, "a result was sent twice");
      lab.server.script([{ text: "MARK-G-OTHER" }]);
      await runCli(lab, "gemini", { prompt: "MARK-G-ELSE another session" });
      assert.ok(existsSync(there.path), `deleted after round ${round}`);
    }
    assert.deepEqual(lab.server.refusals, []);
  } finally {
    await lab.close();
  }
});

test("what the user said reaches the model, though it begins like a command", async () => {
  const lab = await createLab();
  try {
    const first = await turn(lab, "pi", [{ text: "MARK-P-A1" }], {
      prompt: "/home/dev/MARK-P-U1 is broken",
    });
    const id = first.sessionId ?? "";
    await turn(lab, "pi", [{ text: "MARK-P-A2" }], { prompt: "?MARK-P-U2 what now", resume: id });
    const there = await hand(lab, id, "gemini");
    for (const round of ["3", "4"]) {
      const prompt = `MARK-P-U${round}`;
      await turn(lab, "gemini", [{ text: `MARK-P-A${round}` }], { prompt, resume: there.id });
      const said = historyOf(lab.server.lastMain()).map(({ text }) => text);
      assert.ok(said.includes("/home/dev/MARK-P-U1 is broken"), said.join("\n"));
      assert.ok(said.includes("?MARK-P-U2 what now"), said.join("\n"));
    }
    const home = await hand(lab, there.id, "pi");
    assert.equal(home.id, id);
  } finally {
    await lab.close();
  }
});

test("--session-file takes a session of Segue's from anywhere", async () => {
  const lab = await createLab();
  try {
    const recording = await record(lab, "pi");
    const there = await hand(lab, recording.sessionId, "gemini");
    const file = `${lab.root}/elsewhere.jsonl`;
    writeFileSync(file, readFileSync(there.path));
    lab.server.script([{ text: "MARK-F-A1" }]);
    const done = await runCli(lab, "gemini", {
      prompt: "MARK-F-U1",
      args: ["--session-file", file],
    });
    assert.equal(done.error, null);
    assertHistory(lab.server.lastMain(), [
      ...foreign(recording.markers, "gemini"),
      { role: "user", marker: "MARK-F-U1" },
    ]);
    assert.deepEqual(lab.server.refusals, []);
  } finally {
    await lab.close();
  }
});
