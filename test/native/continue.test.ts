/** What only Continue does: it opens the session that was changed last, whatever it was asked for. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { foreign, own } from "./agents/index.ts";
import { assertHistory } from "./assert-history.ts";
import { createLab, type Lab } from "./lab.ts";
import { obj, parseJson } from "./model-server/json.ts";
import { enterNetns } from "./netns.ts";
import { work } from "./pairs.ts";
import { record, turn } from "./record.ts";
import { BIN, refused, segue } from "./segue.ts";
import { Tui } from "./tmux.ts";

enterNetns();

/** Starts `segue`, which becomes the CLI, and says something there. */
async function saysIn(lab: Lab, args: string[], prompt: string, answer: string): Promise<void> {
  const env = { SEGUE_HOME: join(lab.home, ".segue") };
  const tui = Tui.start(lab, [process.execPath, BIN, ...args], { env, rows: 200 });
  try {
    await tui.waitFor("Ask anything");
    await tui.settle();
    lab.server.script([{ text: answer }]);
    tui.type(prompt);
    await tui.settle(300);
    tui.press("Enter");
    await tui.waitFor(answer);
    await tui.settle();
  } finally {
    await tui.close();
  }
}

function sessionIn(lab: Lab, id: string): string {
  return readFileSync(join(lab.home, ".continue/sessions", `${id}.json`), "utf8");
}

test("continue: Segue opens the session that was asked for, though another is newer", async () => {
  const lab = await createLab();
  try {
    const recording = await record(lab, "continue");
    const other = await turn(lab, "continue", [{ text: "MARK-N-A1" }], {
      prompt: "MARK-N-U1 newer",
    });
    assert.notEqual(other.sessionId, recording.sessionId);
    const before = sessionIn(lab, String(other.sessionId));
    await saysIn(lab, ["resume", recording.sessionId], "MARK-V-U1 Go on.", "MARK-V-A1");
    assert.match(sessionIn(lab, recording.sessionId), /MARK-S-U01[\s\S]*MARK-V-U1[\s\S]*MARK-V-A1/);
    assert.equal(sessionIn(lab, String(other.sessionId)), before);
    assertHistory(lab.server.lastMain(), [
      ...own(recording.markers, "continue"),
      { role: "user", marker: "MARK-V-U1" },
    ]);

    // With a prompt its screen would save over the session what came of that alone.
    for (const args of [
      ["--", "MARK-W-U1"],
      ["--", "--auto", "x"],
    ]) {
      const said = await refused(lab, ["resume", recording.sessionId, ...args]);
      assert.match(said, /would overwrite the session/);
    }
  } finally {
    await lab.close();
  }
});

test("continue: its CLI keeps the carry that is inside a session, and sends none of it", async () => {
  const lab = await createLab();
  try {
    const recording = await record(lab, "claude-code");
    const original = readFileSync(recording.path, "utf8");
    const piped = await segue(lab, ["convert", recording.path, "--to", "continue"]);
    assert.match(piped, /segueCarry/);
    const id = String(obj(parseJson(piped)).sessionId);
    const path = join(lab.home, ".continue/sessions", `${id}.json`);
    mkdirSync(dirname(path));
    writeFileSync(path, piped);
    const { prompt, steps, markers } = work("T1");
    await turn(lab, "continue", steps, { prompt, resume: id });
    const request = lab.server.lastMain();
    assertHistory(request, [
      ...foreign(recording.markers, "continue"),
      ...own(markers.slice(0, -1), "continue"),
    ]);
    assert.doesNotMatch(JSON.stringify(request.body), /segueCarry/);
    const back = await segue(lab, ["convert", path, "--to", "claude-code"]);
    assert.ok(back.startsWith(original), "the old bytes are not there");
    assert.match(back, /MARK-T1-U1[\s\S]*MARK-T1-A2/);
  } finally {
    await lab.close();
  }
});
