/** What only Auggie does: it keeps old summaries in a session, and sends none of them. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { foreign, own } from "./agents/index.ts";
import { assertHistory } from "./assert-history.ts";
import { createLab } from "./lab.ts";
import { obj, parseJson } from "./model-server/json.ts";
import { enterNetns } from "./netns.ts";
import { work } from "./pairs.ts";
import { record, turn } from "./record.ts";
import { segue } from "./segue.ts";

enterNetns();

test("auggie: its CLI keeps the carry that is inside a session, and sends none of it", async () => {
  const lab = await createLab();
  try {
    const recording = await record(lab, "claude-code");
    const original = readFileSync(recording.path, "utf8");
    const piped = await segue(lab, ["convert", recording.path, "--to", "auggie"]);
    assert.match(piped, /segueCarry/);
    const id = String(obj(parseJson(piped)).sessionId);
    const path = join(lab.home, ".augment/sessions", `${id}.json`);
    writeFileSync(path, piped);
    const { prompt, steps, markers } = work("T1");
    await turn(lab, "auggie", steps, { prompt, resume: id });
    const request = lab.server.lastMain();
    assertHistory(request, [
      ...foreign(recording.markers, "auggie"),
      ...own(markers.slice(0, -1), "auggie"),
    ]);
    assert.doesNotMatch(JSON.stringify(request.body), /segueCarry/);
    const back = await segue(lab, ["convert", path, "--to", "claude-code"]);
    assert.ok(back.startsWith(original), "the old bytes are not there");
    assert.match(back, /MARK-T1-U1[\s\S]*MARK-T1-A2/);
  } finally {
    await lab.close();
  }
});
