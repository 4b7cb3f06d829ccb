/** OpenHands runs a call that has no result when its session is opened: never one that Segue left open. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { driverOf } from "./agents/index.ts";
import { assertHistory } from "./assert-history.ts";
import { createLab } from "./lab.ts";
import { enterNetns } from "./netns.ts";
import { turn } from "./record.ts";
import { hand } from "./segue.ts";

enterNetns();

const INTERRUPTED = fileURLToPath(
  new URL("../fixtures/openhands/interrupted/session.jsonl", import.meta.url),
);

test("openhands: a command that was interrupted is not run when the session has come home", {
  skip: driverOf("openhands").absent?.() ?? false,
}, async () => {
  const lab = await createLab();
  try {
    const own = await hand(lab, INTERRUPTED, "openhands", ["--cwd", lab.cwd]);
    const there = await hand(lab, own.id, "claude-code", ["--cwd", lab.cwd]);
    const prompt = "MARK-U1 go on";
    await turn(lab, "claude-code", [{ text: "MARK-A1" }], { prompt, resume: there.id });
    assert.equal((await hand(lab, there.id, "openhands")).id, own.id);
    const more = { prompt: "MARK-U2 and now?", resume: own.id };
    await turn(lab, "openhands", [{ text: "MARK-A2" }], more);
    // What the command prints would be there, had it been run.
    assertHistory(lab.server.lastMain(), [
      { role: "tool-call", marker: "MARK-NEVER" },
      { role: "tool-result", marker: "No result was recorded for this call." },
      { role: "user", marker: "MARK-U1" },
      { role: "assistant", marker: "MARK-A1" },
      { role: "user", marker: "MARK-U2" },
    ]);
    const request = JSON.stringify(lab.server.lastMain()?.body);
    assert.equal(request.split("MARK-NEVER").length, 2);
    assert.deepEqual(lab.server.refusals, []);
  } finally {
    await lab.close();
  }
});
