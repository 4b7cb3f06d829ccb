/** Entries in an agent's own index of its sessions: added with a new session, and taken back with it. */
import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { fixture } from "../support/fixtures.ts";
import { temporaryFolder } from "../support/folder.ts";
import { Machine } from "../support/segue.ts";
import { CLAUDE, fails } from "./support.ts";

const root = temporaryFolder();
const INDEX = ".continue/sessions/sessions.json";

/** A machine with Continue's own session, and one of Claude Code's to hand over. */
function machine(): Machine {
  const m = new Machine(mkdtempSync(join(root, "home-")));
  m.install(CLAUDE);
  m.install(fixture("continue/basic"));
  return m;
}

async function handedOver(m: Machine): Promise<string> {
  const { code, err } = await m.run(["resume", "claude-code#1", "--in", "continue", "--no-launch"]);
  assert.equal(code, 0, err);
  return readFileSync(m.at(INDEX), "utf8");
}

function sessionsIn(m: Machine): string[] {
  return readdirSync(m.at(dirname(INDEX))).filter((name) => name !== "sessions.json");
}

describe("the index of Continue's sessions", () => {
  it("names a session that was handed over, beside those that were there", async () => {
    const m = machine();
    const before: unknown[] = JSON.parse(readFileSync(m.at(INDEX), "utf8"));
    const now: { [key: string]: unknown }[] = JSON.parse(await handedOver(m));
    assert.deepEqual(now.slice(0, -1), before);
    const { sessionId, title, workspaceDirectory, dateCreated } = now.at(-1) ?? {};
    assert.ok(sessionsIn(m).includes(`${sessionId}.json`));
    assert.match(String(title), /MARK-USER-1/);
    assert.equal(workspaceDirectory, "/home/dev/shop");
    assert.match(String(dateCreated), /^\d{13}$/);
  });

  it("is what it was, to the byte, when the write is undone", async () => {
    const m = machine();
    const before = readFileSync(m.at(INDEX));
    const sessions = sessionsIn(m);
    await handedOver(m);
    const { code, err } = await m.run(["undo"]);
    assert.equal(code, 0, err);
    assert.deepEqual(readFileSync(m.at(INDEX)), before);
    assert.deepEqual(sessionsIn(m), sessions);
  });

  it("keeps what the agent has added since, when the write is undone", async () => {
    const m = machine();
    const all: unknown[] = JSON.parse(await handedOver(m));
    const other = { sessionId: "other", title: "later" };
    writeFileSync(m.at(INDEX), JSON.stringify([...all, other], null, 2));
    assert.equal((await m.run(["undo"])).code, 0);
    const now: unknown[] = JSON.parse(readFileSync(m.at(INDEX), "utf8"));
    assert.deepEqual(now, [all[0], other]);
  });

  it("is made where there is none, and goes again", async () => {
    const m = new Machine(mkdtempSync(join(root, "home-")));
    m.install(CLAUDE);
    mkdirSync(m.at(dirname(INDEX)), { recursive: true });
    assert.equal(JSON.parse(await handedOver(m)).length, 1);
    assert.equal((await m.run(["undo"])).code, 0);
    assert.equal(existsSync(m.at(INDEX)), false);
    assert.deepEqual(readdirSync(m.at(dirname(INDEX))), []);
  });

  it("is left alone when it is damaged, and nothing is written", async () => {
    const m = machine();
    const sessions = sessionsIn(m);
    writeFileSync(m.at(INDEX), "[{");
    const args = ["resume", "claude-code#1", "--in", "continue", "--no-launch"];
    fails(await m.run(args), 4, /index of sessions is damaged/);
    assert.equal(readFileSync(m.at(INDEX), "utf8"), "[{");
    assert.deepEqual(sessionsIn(m), sessions);
    assert.match((await m.run(["undo"])).err, /nothing to undo/);
  });

  it("is completed by the next command when Segue was killed in between", async () => {
    const m = machine();
    const before = readFileSync(m.at(INDEX), "utf8");
    const after = await handedOver(m);
    // As it was between the session and its entry.
    writeFileSync(m.at(INDEX), before);
    await leaveMark(m);
    assert.equal((await m.run(["log"])).code, 0);
    assert.equal(readFileSync(m.at(INDEX), "utf8"), after);
  });
});

/** As a process that was killed leaves it: the newest write is marked as begun. */
async function leaveMark(m: Machine): Promise<void> {
  const { begunPath } = await import("../../src/io/state.ts");
  const log = readFileSync(m.at(".segue/journal.jsonl"), "utf8").trimEnd().split("\n").at(-1) ?? "";
  const { path } = JSON.parse(log);
  const mark = begunPath(m.env, path);
  mkdirSync(dirname(mark), { recursive: true });
  writeFileSync(mark, "");
}
