/** What only Nanocoder does: it cuts long results, removes old sessions, and keeps the keys of messages that it does not know. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { foreign, own } from "./agents/index.ts";
import { assertHistory } from "./assert-history.ts";
import { createLab } from "./lab.ts";
import { obj, parseJson } from "./model-server/json.ts";
import { enterNetns } from "./netns.ts";
import { work } from "./pairs.ts";
import { record, turn } from "./record.ts";
import { hand, segue } from "./segue.ts";

enterNetns();

const SESSIONS = ".local/share/nanocoder/sessions";

test("nanocoder: its CLI keeps the carry that is inside a session, and sends none of it", async () => {
  const lab = await createLab();
  try {
    const recording = await record(lab, "claude-code");
    const original = readFileSync(recording.path, "utf8");
    const piped = await segue(lab, ["convert", recording.path, "--to", "nanocoder"]);
    assert.match(piped, /segueCarry/);
    const path = join(lab.home, SESSIONS, `${String(obj(parseJson(piped)).id)}.json`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, piped);
    const { prompt, steps, markers } = work("T1");
    await turn(lab, "nanocoder", steps, { prompt, resume: String(obj(parseJson(piped)).id) });
    const request = lab.server.lastMain();
    assertHistory(request, [
      ...foreign(recording.markers, "nanocoder"),
      ...own(markers.slice(0, -1), "nanocoder"),
    ]);
    assert.doesNotMatch(JSON.stringify(request.body), /segueCarry/);
    const back = await segue(lab, ["convert", path, "--to", "claude-code"]);
    assert.ok(back.startsWith(original), "the old bytes are not there");
    assert.match(back, /MARK-T1-U1[\s\S]*MARK-T1-A2/);
  } finally {
    await lab.close();
  }
});

test("nanocoder: of a long result its CLI sends a part, and the report says so", async () => {
  const lab = await createLab();
  try {
    const long = `for n in $(seq 1 2500); do echo "MARK-L-$n"; done`;
    const steps = [{ tools: [{ kind: "bash" as const, command: long }] }, { text: "MARK-L-A1" }];
    const { sessionId } = await turn(lab, "claude-code", steps, { prompt: "MARK-L-U1" });
    const session = JSON.parse(
      await segue(lab, ["convert", sessionId ?? "", "--to", "nanocoder", "--json", "-o", "x.json"]),
    );
    const cut = session.losses.find(
      ({ code }: { code: string }) => code === "result-cut-by-target",
    );
    const there = await hand(lab, sessionId ?? "", "nanocoder");
    await turn(lab, "nanocoder", [{ text: "MARK-L-A2" }], {
      prompt: "MARK-L-U2",
      resume: there.id,
    });
    const isSent = !/\[Output truncated: \d+ characters total/.test(
      JSON.stringify(lab.server.lastMain().body),
    );
    assert.ok(cut);
    assert.ok(!isSent);
  } finally {
    await lab.close();
  }
});

test("nanocoder: a session of long ago that was handed over is still there after a start", async () => {
  const lab = await createLab();
  try {
    const recording = await record(lab, "claude-code");
    const then = readFileSync(recording.path, "utf8").replaceAll(
      /"20\d\d-\d\d-\d\dT/g,
      '"2020-01-02T',
    );
    writeFileSync(recording.path, then);
    const there = await hand(lab, recording.sessionId, "nanocoder");
    await turn(lab, "nanocoder", [{ text: "MARK-O-A1" }], { prompt: "MARK-O-U1" });
    const path = join(lab.home, SESSIONS, `${there.id}.json`);
    assert.match(readFileSync(path, "utf8"), /"createdAt": "2020-01-02T/);
  } finally {
    await lab.close();
  }
});
