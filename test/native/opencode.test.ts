/**
 * What is OpenCode's own: both ways of writing into its database, taking that back, and what its
 * user does abroad.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { dump } from "../support/opencode-db.ts";
import { foreign, own } from "./agents/index.ts";
import { OPENCODE_MODELS } from "./agents/opencode.ts";
import { assertHistory, type Expected, historyOf } from "./assert-history.ts";
import { createLab, type Lab } from "./lab.ts";
import { obj, objs, parseJson, str } from "./model-server/json.ts";
import { enterNetns } from "./netns.ts";
import { OpenCodeServer } from "./opencode-server.ts";
import { work } from "./pairs.ts";
import { type Recording, record, turn } from "./record.ts";
import { hand, type Resumed, segue } from "./segue.ts";
import { some } from "./some.ts";

enterNetns();

function databaseOf(path: string): string {
  return path.slice(0, path.lastIndexOf("#"));
}

/** The machine as it is, or without OpenCode on PATH. */
function machine(lab: Lab, installed: boolean): Lab {
  if (installed) return lab;
  const path = lab.env.PATH?.split(":").filter((folder) => folder !== lab.bin);
  return { ...lab, env: { ...lab.env, PATH: path?.join(":") ?? "" } };
}

for (const installed of some([true, false], 2)) {
  const how = installed ? "by its import" : "by a transaction of our own";
  test(`a session is written ${how}, taken back exactly, and resumed`, async () => {
    const lab = await createLab();
    try {
      const recording = await record(lab, "claude-code");
      // The database and the project are there.
      await turn(lab, "opencode", [{ text: "hello" }], { prompt: "hello" });
      const segueLab = machine(lab, installed);
      const database = `${lab.home}/.local/share/opencode/opencode.db`;
      const rows = dump(database);
      const there = await hand(segueLab, recording.sessionId, "opencode");
      assert.equal(databaseOf(there.path), database);
      assert.notEqual(dump(database), rows);
      await segue(segueLab, ["undo"]);
      assert.deepEqual(dump(database).split("\n"), rows.split("\n"));

      const again = await hand(segueLab, recording.sessionId, "opencode");
      const { prompt, steps, markers } = work("T1");
      await turn(lab, "opencode", steps, { prompt, resume: again.id });
      assertHistory(lab.server.lastMain(), [
        ...foreign(recording.markers, "opencode"),
        ...own(markers.slice(0, -1), "opencode"),
      ]);
      assert.deepEqual(lab.server.refusals, []);
    } finally {
      await lab.close();
    }
  });
}

for (const installed of some([true, false], 2)) {
  const how = installed ? "by its import" : "by a transaction of our own";
  test(`a subagent comes along, ${how}: OpenCode lists it below its session, which it resumes`, async () => {
    const lab = await createLab();
    try {
      cpSync(join(import.meta.dirname, "../fixtures/claude-code/subagent"), lab.home, {
        recursive: true,
      });
      await turn(lab, "opencode", [{ text: "hello" }], { prompt: "hello" });
      const database = `${lab.home}/.local/share/opencode/opencode.db`;
      const rows = dump(database);
      const segueLab = machine(lab, installed);
      const session = "05be5057-698d-4ddf-a33d-da9e012e6579";
      const args = ["--subagents", "--cwd", lab.cwd];
      const gone = await hand(segueLab, session, "opencode", args);
      assert.deepEqual(objs(gone.report.subagents).length, 1);
      await segue(segueLab, ["undo"]);
      assert.deepEqual(dump(database).split("\n"), rows.split("\n"));

      const there = await hand(segueLab, session, "opencode", args);
      const server = await OpenCodeServer.start(lab);
      const [child, ...more] = objs(await server.request("GET", `/session/${there.id}/children`));
      assert.deepEqual(more, []);
      assert.equal(child?.parentID, there.id);
      const said = JSON.stringify(
        await server.request("GET", `/session/${str(child?.id)}/message`),
      );
      await server.close();
      for (const mark of ["MARK-SUBPROMPT", "MARK-SUB-A1", "MARK-SUB-OUT", "MARK-SUB-FINAL"]) {
        assert.ok(said.includes(mark), mark);
      }
      await turn(lab, "opencode", [{ text: "MARK-Z-A1" }], {
        prompt: "MARK-Z-U1 go on",
        resume: there.id,
      });
      assertHistory(lab.server.lastMain(), [
        { role: "user", marker: "MARK-U1" },
        { role: "assistant", marker: "MARK-A1" },
        { role: "assistant", marker: "MARK-A2" },
        { role: "user", marker: "MARK-Z-U1" },
      ]);
      assert.deepEqual(lab.server.refusals, []);
    } finally {
      await lab.close();
    }
  });
}

interface Trip {
  lab: Lab;
  recording: Recording;
  there: Resumed;
}

/** A session of Claude Code's, in OpenCode, where its user does what `abroad` does; and home again. */
async function trip(abroad: (trip: Trip) => Promise<Expected[]>): Promise<string> {
  const lab = await createLab();
  try {
    const recording = await record(lab, "claude-code");
    const there = await hand(lab, recording.sessionId, "opencode");
    const expected = await abroad({ lab, recording, there });
    const home = await hand(lab, there.id, "claude-code");
    await turn(lab, "claude-code", [{ text: "MARK-Z-A1" }], {
      prompt: "MARK-Z-U1 where are we?",
      resume: home.id,
    });
    assertHistory(lab.server.lastMain(), [...expected, { role: "user", marker: "MARK-Z-U1" }]);
    assert.deepEqual(lab.server.refusals, []);
    return JSON.stringify(historyOf(lab.server.lastMain()));
  } finally {
    await lab.close();
  }
}

async function workThere(lab: Lab, id: string, tag: string): Promise<Expected[]> {
  const { prompt, steps, markers } = work(tag);
  await turn(lab, "opencode", steps, { prompt, resume: id });
  return markers;
}

test("claude-code → opencode, where a turn is taken back → claude-code", async () => {
  const sent = await trip(async ({ lab, recording, there }) => {
    const kept = await workThere(lab, there.id, "T1");
    await workThere(lab, there.id, "T2");
    const server = await OpenCodeServer.start(lab);
    const messages = objs(await server.request("GET", `/session/${there.id}/message`));
    const last = messages.map((one) => obj(one.info)).findLast(({ role }) => role === "user");
    const messageID = str(last?.id) ?? "";
    await server.request("POST", `/session/${there.id}/revert`, { messageID });
    await server.close();
    const after = await workThere(lab, there.id, "T3");
    return [...recording.markers, ...foreign([...kept, ...after], "claude-code")];
  });
  assert.doesNotMatch(sent, /MARK-T2/);
});

test("claude-code → opencode, where it is compacted → claude-code", async () => {
  const sent = await trip(async ({ lab, there }) => {
    await workThere(lab, there.id, "T1");
    const server = await OpenCodeServer.start(lab);
    const model = { providerID: "lab-anthropic", modelID: "claude-lab" };
    await server.request("POST", `/session/${there.id}/summarize`, model);
    await server.close();
    return foreign(await workThere(lab, there.id, "T2"), "claude-code");
  });
  assert.match(sent, /Side reply/);
});

test("opencode import takes a session that Segue wrote as a file, with the carry inside", async () => {
  const lab = await createLab();
  try {
    const recording = await record(lab, "claude-code");
    const file = join(lab.root, "piped.json");
    writeFileSync(file, await segue(lab, ["convert", recording.path, "--to", "opencode"]));
    // The model of the file is no model of this machine: the user chooses one.
    execFileSync(join(lab.bin, "opencode"), ["import", file], { cwd: lab.cwd, env: lab.env });
    const { info } = obj(parseJson(readFileSync(file, "utf8")));
    const id = str(obj(info).id) ?? "";
    const { prompt, steps, markers } = work("T1");
    const model = OPENCODE_MODELS.anthropic;
    await turn(lab, "opencode", steps, { prompt, resume: id, model });
    assertHistory(lab.server.lastMain(), [
      ...foreign(recording.markers, "opencode"),
      ...own(markers.slice(0, -1), "opencode"),
    ]);
    assert.doesNotMatch(JSON.stringify(lab.server.lastMain().body), /segue-carry/);

    const place = `${lab.home}/.local/share/opencode/opencode.db#${id}`;
    const home = await segue(lab, ["convert", place, "--to", "claude-code"]);
    assert.match(home, /MARK-S-U01[\s\S]*MARK-S-A11[\s\S]*MARK-T1-U1/);
    assert.deepEqual(lab.server.refusals, []);
  } finally {
    await lab.close();
  }
});

test("a session from elsewhere is sent whole on every wire, its reasoning as text", async () => {
  const lab = await createLab();
  try {
    const recording = await record(lab, "claude-code");
    const there = await hand(lab, recording.sessionId, "opencode");
    for (const model of [OPENCODE_MODELS.responses, OPENCODE_MODELS.chat]) {
      const options = { prompt: "MARK-Z-U1 go on", resume: there.id, model };
      await turn(lab, "opencode", [{ text: "MARK-Z-A1" }], options);
      const told = foreign(recording.markers, "opencode");
      assertHistory(lab.server.lastMain(), [...told, { role: "user", marker: "MARK-Z-U1" }]);
    }
    assert.deepEqual(lab.server.refusals, []);
  } finally {
    await lab.close();
  }
});
