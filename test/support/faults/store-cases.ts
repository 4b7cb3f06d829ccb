/** Commands that write into agents' stores, and take that back. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fixture, fixtures } from "../fixtures.ts";
import { makeDatabase, makeKiloDatabase } from "../opencode-db.ts";
import type { Machine } from "../segue.ts";
import type { Case } from "./trial.ts";

const PI = fixture("pi/basic");
const SUBAGENT = fixtures.find(
  ({ name }) => name.startsWith("claude-code/subagent/") && !name.includes("/subagents/"),
);

/** The one file of sessions below a folder of the home. */
export function sessionIn(m: Machine, folder: string): string | undefined {
  if (!existsSync(m.at(folder))) return undefined;
  const names = readdirSync(m.at(folder), { recursive: true, encoding: "utf8" });
  const name = names.find((one) => one.endsWith(".jsonl"));
  return name === undefined ? undefined : m.at(folder, name);
}

export function databaseOf(m: Machine, agent: "opencode" | "kilo"): string {
  const path = m.at(`.local/share/${agent}/${agent}.db`);
  if (existsSync(path)) return path;
  mkdirSync(dirname(path), { recursive: true });
  (agent === "kilo" ? makeKiloDatabase : makeDatabase)(path);
  return path;
}

export const RESUME = ["--no-launch", "--quiet"];

async function runs(m: Machine, ...args: string[]): Promise<string> {
  const { code, out, err } = await m.run(args);
  assert.equal(code, 0, err);
  return out;
}

/** The session that is there continues, as its agent would write it. */
function goesOn(path: string): void {
  const text = readFileSync(path, "utf8");
  const line = text.split("\n").find((one) => one.includes("MARK-USER-1"));
  assert.ok(line !== undefined);
  writeFileSync(path, `${line.replaceAll("MARK-USER-1", "ADDED-THERE")}\n`, { flag: "a" });
}

/** A message of the user's more, in the newest session. */
function goesOnInDatabase(path: string): void {
  const db = new DatabaseSync(path);
  const copy = (table: string, where: string) => {
    const row = db.prepare(`SELECT * FROM ${table} WHERE data LIKE '%${where}%'`).get();
    assert.ok(row, `no row of ${table}`);
    return row;
  };
  const part = copy("part", "MARK-USER-1");
  const message = db.prepare("SELECT * FROM message WHERE id = ?").get(part.message_id ?? null);
  assert.ok(message);
  const late = 4102444800000;
  const [messageId, partId] = ["msg_zzzzzzzzzzzz00000000000001", "prt_zzzzzzzzzzzz00000000000001"];
  insert(db, "message", { ...message, id: messageId, time_created: late, time_updated: late });
  const data = String(part.data).replaceAll("MARK-USER-1", "ADDED-THERE");
  const times = { time_created: late, time_updated: late };
  insert(db, "part", { ...part, id: partId, message_id: messageId, data, ...times });
  db.close();
}

function insert(
  db: DatabaseSync,
  table: string,
  row: { [name: string]: string | number | bigint | null | Uint8Array | undefined },
): void {
  const names = Object.keys(row);
  const marks = names.map(() => "?").join(", ");
  db.prepare(`INSERT INTO ${table} (${names.join(", ")}) VALUES (${marks})`).run(
    ...names.map((name) => row[name] ?? null),
  );
}

/** Pi's session goes to another agent, in which it is a file. */
function resumes(agent: string, more: readonly string[] = []): Case {
  return {
    name: ["resume --in", agent, ...more].join(" "),
    async prepare(m) {
      m.install(PI);
      return ["resume", "pi#1", "--in", agent, ...more, ...RESUME];
    },
  };
}

function resumesInDatabase(agent: "opencode" | "kilo"): Case {
  return {
    name: `resume --in ${agent} (SQLite)`,
    async prepare(m) {
      m.install(PI);
      databaseOf(m, agent);
      return ["resume", "pi#1", "--in", agent, ...RESUME];
    },
  };
}

async function wentTo(m: Machine, agent: string): Promise<string> {
  m.install(PI);
  if (agent === "opencode" || agent === "kilo") databaseOf(m, agent);
  const report = await runs(m, "resume", "pi#1", "--in", agent, "--no-launch", "--json");
  return JSON.parse(report).target.path;
}

async function readyToGoHome(m: Machine): Promise<string[]> {
  const there = await wentTo(m, "codex");
  goesOn(there);
  return ["resume", there, "--in", "pi", ...RESUME];
}

/** From a file to the database that it came from. */
async function readyForDatabase(m: Machine, agent: "opencode" | "kilo"): Promise<string[]> {
  m.install(PI);
  const path = databaseOf(m, agent);
  await runs(m, "resume", "pi#1", "--in", agent, ...RESUME);
  // What came from Pi is a session of its own there once nobody knows of it any more.
  rmSync(m.at(".segue"), { recursive: true });
  rmSync(m.at(".pi"), { recursive: true });
  const report = await runs(m, "resume", `${agent}#1`, "--in", "codex", "--no-launch", "--json");
  const there = JSON.parse(report).target.path;
  goesOn(there);
  assert.ok(existsSync(path));
  return ["resume", there, "--in", agent, ...RESUME];
}

async function undoes(m: Machine, args: Promise<string[]>, n: number): Promise<string[]> {
  await runs(m, ...(await args));
  return ["undo", String(n)];
}

const UNDO = { undoes: true, refusesAgain: true } as const;

export const STORE_CASES: readonly Case[] = [
  resumes("codex"),
  resumes("claude"),
  resumes("gemini"),
  resumes("copilot"),
  resumes("qwen"),
  {
    name: "quick resume",
    async prepare(m) {
      m.install(PI);
      return ["pi", "--in", "codex", ...RESUME];
    },
  },
  {
    name: "resume of a file in its own agent",
    refusesAgain: true,
    async prepare(m) {
      return ["resume", m.copy(PI, "a.jsonl"), "--in", "pi", ...RESUME];
    },
  },
  resumesInDatabase("opencode"),
  resumesInDatabase("kilo"),
  {
    name: "resume --subagents (SQLite)",
    inSteps: true,
    async prepare(m) {
      assert.ok(SUBAGENT);
      m.install(SUBAGENT);
      databaseOf(m, "opencode");
      const id = SUBAGENT.path.slice(SUBAGENT.path.lastIndexOf("/") + 1, -".jsonl".length);
      return ["resume", id, "--in", "opencode", "--subagents", ...RESUME];
    },
  },
  { name: "return", prepare: readyToGoHome },
  {
    name: "return from a database",
    async prepare(m) {
      const there = await wentTo(m, "opencode");
      goesOnInDatabase(databaseOf(m, "opencode"));
      return ["resume", there, "--in", "pi", ...RESUME];
    },
  },
  { name: "return to OpenCode (SQLite)", prepare: (m) => readyForDatabase(m, "opencode") },
  { name: "return to Kilo (SQLite)", prepare: (m) => readyForDatabase(m, "kilo") },
  {
    name: "undo of a new session",
    ...UNDO,
    async prepare(m) {
      await wentTo(m, "codex");
      return ["undo"];
    },
  },
  {
    name: "undo of a session and files beside it",
    ...UNDO,
    async prepare(m) {
      await wentTo(m, "copilot");
      return ["undo"];
    },
  },
  { name: "undo of an append", ...UNDO, prepare: (m) => undoes(m, readyToGoHome(m), 2) },
  {
    name: "undo --force of an append that continued",
    ...UNDO,
    async prepare(m) {
      const args = await undoes(m, readyToGoHome(m), 2);
      const home = sessionIn(m, ".pi");
      assert.ok(home !== undefined);
      writeFileSync(home, "{}\n", { flag: "a" });
      return [...args, "--force"];
    },
  },
  {
    name: "undo of rows (SQLite)",
    ...UNDO,
    async prepare(m) {
      await wentTo(m, "opencode");
      return ["undo"];
    },
  },
  {
    name: "undo of rows that were added (SQLite)",
    ...UNDO,
    prepare: (m) => undoes(m, readyForDatabase(m, "opencode"), 2),
  },
  {
    name: "undo of a session with subagents (SQLite)",
    ...UNDO,
    inSteps: true,
    async prepare(m) {
      assert.ok(SUBAGENT);
      m.install(SUBAGENT);
      databaseOf(m, "opencode");
      const id = SUBAGENT.path.slice(SUBAGENT.path.lastIndexOf("/") + 1, -".jsonl".length);
      await runs(m, "resume", id, "--in", "opencode", "--subagents", ...RESUME);
      return ["undo", "1"];
    },
  },
];
