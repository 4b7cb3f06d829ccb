/** What a list reads does not grow with what was said, nor with the square of the sessions. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { describe, it } from "node:test";
import { agentNamed } from "../../../src/agents/registry.ts";
import type { Found, Store } from "../../../src/agents/types.ts";
import { placeOf } from "../../../src/catalog/stores.ts";
import { makeCrush } from "../../support/crush-db.ts";
import { makeDeepAgents } from "../../support/deepagents-db.ts";
import { temporaryFolder } from "../../support/folder.ts";
import { makeGoose } from "../../support/goose-db.ts";
import { makeHermes } from "../../support/hermes-db.ts";
import { makeMastraCode } from "../../support/mastracode-db.ts";
import { makeOpenClaw } from "../../support/openclaw-db.ts";
import { makeDatabase, makeKiloDatabase } from "../../support/opencode-db.ts";

const root = temporaryFolder();

type Values = { [column: string]: SQLInputValue };

/** Adds a row; what else it must have is empty. */
function add(db: DatabaseSync, table: string, values: Values): void {
  const all: Values = {};
  for (const { name, type, notnull, dflt_value: other } of db
    .prepare(`PRAGMA table_info(${table})`)
    .all()) {
    if (notnull === 1 && other === null)
      all[String(name)] = /INT|REAL/i.test(String(type)) ? 0 : "";
  }
  Object.assign(all, values);
  const names = Object.keys(all);
  const marks = names.map(() => "?").join();
  db.prepare(`INSERT OR IGNORE INTO ${table} (${names.join()}) VALUES (${marks})`).run(
    ...Object.values(all),
  );
}

/** A message of a session: its number in it, whose it is, and what is said. */
type Say = (db: DatabaseSync, id: string, n: number, role: string, text: string) => void;

const say = (role: string, text: string) => JSON.stringify({ role, text });

function opencode(db: DatabaseSync, id: string, n: number, role: string, text: string): void {
  add(db, "project", { id: "p", worktree: "/", sandboxes: "[]" });
  add(db, "session", { id, project_id: "p", slug: id, directory: "/", title: id, version: "1" });
  add(db, "message", { id: `${id}m${n}`, session_id: id, data: JSON.stringify({ role }) });
  const data = JSON.stringify({ type: "text", text });
  add(db, "part", { id: `${id}p${n}`, message_id: `${id}m${n}`, session_id: id, data });
}

const AGENTS: { [agent: string]: [make: (path: string) => void, say: Say] } = {
  hermes: [
    makeHermes,
    (db, id, n, role, content) => {
      add(db, "sessions", { id, source: "cli", started_at: 1 });
      add(db, "messages", { session_id: id, role, content, timestamp: n });
    },
  ],
  goose: [
    makeGoose,
    (db, id, n, role, text) => {
      add(db, "sessions", { id, working_dir: "/" });
      const content_json = say(role, text);
      add(db, "messages", { session_id: id, role, content_json, created_timestamp: n });
    },
  ],
  crush: [
    makeCrush,
    (db, id, n, role, text) => {
      add(db, "sessions", { id, title: id });
      const parts = say(role, text);
      add(db, "messages", { id: `${id}${n}`, session_id: id, role, parts, created_at: n });
    },
  ],
  openclaw: [
    makeOpenClaw,
    (db, id, seq, role, text) => {
      add(db, "session_nodes", { session_key: id, current_session_id: id, entry_json: "{}" });
      add(db, "session_windows", { session_id: id, session_key: id });
      const event_json = JSON.stringify({ message: { role, text } });
      add(db, "transcript_events", { session_id: id, seq, event_json });
    },
  ],
  mastracode: [
    makeMastraCode,
    (db, id, n, role, content) => {
      const createdAt = new Date(n).toISOString();
      add(db, "mastra_threads", { id, createdAt, updatedAt: createdAt });
      add(db, "mastra_messages", { id: `${id}${n}`, thread_id: id, role, content, createdAt });
    },
  ],
  deepagents: [
    makeDeepAgents,
    (db, id, n, _, text) => {
      const checkpoint_id = `1f1ec544-36d${n}-6129-bfff-aa2ca4b9cae9`;
      add(db, "checkpoints", { thread_id: id, checkpoint_id, checkpoint: text, metadata: "{}" });
    },
  ],
  opencode: [makeDatabase, opencode],
  kilo: [makeKiloDatabase, opencode],
};

const SESSIONS = 50;
const MESSAGES = 8;
const LONG = "x".repeat(40_000);

/** How many bytes this process has asked the system for, so far. */
function asked(): number {
  return Number(/^rchar: (\d+)/.exec(readFileSync("/proc/self/io", "utf8"))?.[1]);
}

function found(agent: string, path: string): Found[] {
  const all = agentNamed(agent).store.inDatabase?.(path) ?? [];
  assert.equal(all.length, SESSIONS);
  return all;
}

describe("a list of a database's sessions, and one of them, read little of what was said in the others", {
  skip: process.platform !== "linux" && "only Linux counts what a process reads",
}, () => {
  for (const [agent, [make, message]] of Object.entries(AGENTS)) {
    it(agent, () => {
      const path = join(mkdtempSync(join(root, "db-")), "sessions.db");
      make(path);
      const db = new DatabaseSync(path);
      db.exec("BEGIN");
      for (let session = 0; session < SESSIONS; session++) {
        for (let n = 0; n < MESSAGES; n++) {
          const isLong = n > 0 && n < MESSAGES - 1;
          const id = `s${session}`;
          message(db, id, n, n % 2 === 0 ? "user" : "assistant", isLong ? LONG : "short");
        }
      }
      db.exec("COMMIT");
      db.close();
      const all = found(agent, path);
      for (const { summary } of all) assert.notEqual(summary?.messages, 0);
      const { database } = agentNamed(agent).store;
      const works = {
        list: () => found(agent, path),
        session: () => assert.ok(database?.read(path, "s7")),
        end: () => database?.end?.(path, "s7", 2),
      };
      for (const [what, work] of Object.entries(works)) {
        const before = asked();
        work();
        const bytes = asked() - before;
        const share = bytes / statSync(path).size;
        assert.ok(share < 0.15, `${what}: ${bytes} bytes, ${share.toFixed(2)} of the database`);
      }
    });
  }
});

it("whether sessions are in a database is found out once", () => {
  let searched = 0;
  const database = {
    ...agentNamed("grok").store.database,
    holds: () => {
      searched++;
      return true;
    },
    read: () => null,
    replace: () => undefined,
    renamed: () => [],
  };
  const store: Store = { ...agentNamed("grok").store, database };
  for (let n = 0; n < 1000; n++) {
    const session = { agent: "grok", id: `s${n}`, path: "/elsewhere", mtime: 0, bytes: 0 };
    assert.equal(placeOf(session, { id: "grok", store }), `/elsewhere#s${n}`);
  }
  assert.equal(searched, 1);
});

it("sessions of an older Kimi CLI, beside each other in a folder, take linear time", async () => {
  const few = await timeFor(150);
  const many = await timeFor(1200);
  // Quadratic work would take 64 times as long.
  assert.ok(many < few * 30, `${few} ms, ${many} ms`);
});

it("sessions of Mistral Vibe 2, each read beside those of 3, take linear time", {
  skip: process.platform !== "linux" && "only Linux counts what a process reads",
}, () => {
  const few = vibeBytes(10);
  const many = vibeBytes(60);
  // Quadratic work would take 36 times as long.
  assert.ok(many < few * 9, `${few} bytes, ${many} bytes`);
});

/** What is read for all sessions of 2.x, one by one, where each was imported into 3.x. */
function vibeBytes(sessions: number): number {
  const store = join(mkdtempSync(join(root, "vibe-")), ".vibe", "logs", "session");
  const put = (path: string, value: unknown): void => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${JSON.stringify(value)}\n`);
  };
  const ids = Array.from({ length: sessions }, (_, n) => String(n).padStart(8, "0"));
  for (const id of ids) {
    const old = join(store, `session_20261129_170731_${id}`);
    put(join(old, "meta.json"), { session_id: id });
    put(join(old, "messages.jsonl"), { role: "user", content: "hi" });
    const imported = join(store, "unified", `3${id}`);
    const generation = "0000000000000001";
    put(join(imported, "CURRENT"), { generation });
    const provenance = { source: { backend: "legacy", session_id: id }, imported_at: "2026" };
    const state = { import_provenance: provenance, more: LONG };
    put(join(imported, "generations", generation, "runtime-state.json"), state);
  }
  utimesSync(join(store, "unified"), 1e9, 1e9);
  const { database } = agentNamed("vibe").store;
  const before = asked();
  for (const id of ids) assert.ok(database?.read(store, id) === null);
  return asked() - before;
}

/** The least of several runs, in milliseconds of the processor. */
async function timeFor(sessions: number): Promise<number> {
  const store = join(mkdtempSync(join(root, "kimi-")), ".kimi", "sessions");
  for (let n = 0; n < sessions; n++) {
    const path = join(store, "0123456789abcdef0123456789abcdef", `s${n}.jsonl`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '{"role":"user","content":"hi"}\n');
  }
  const times: number[] = [];
  for (let run = 0; run < 4; run++) {
    const before = process.cpuUsage();
    assert.equal((await agentNamed("kimi-cli").store.find(store)).length, sessions);
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1000);
  }
  return Math.min(...times);
}
