/** What cannot be read is said, and hides nothing else. */
import assert from "node:assert/strict";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import { agentNamed } from "../../../src/agents/registry.ts";
import { type Catalog, openCatalog } from "../../../src/catalog/catalog.ts";
import { gathering, type Unread } from "../../../src/io/unread.ts";
import { makeCrush } from "../../support/crush-db.ts";
import { makeCursor, makeState } from "../../support/cursor-db.ts";
import { makeDeepAgents } from "../../support/deepagents-db.ts";
import { known, temporaryFolder } from "../../support/folder.ts";
import { makeGoose } from "../../support/goose-db.ts";
import { makeHermes } from "../../support/hermes-db.ts";
import { makeMastraCode } from "../../support/mastracode-db.ts";
import { makeOpenClaw } from "../../support/openclaw-db.ts";
import { makeDatabase, makeKiloDatabase } from "../../support/opencode-db.ts";
import { makeWarp } from "../../support/warp-db.ts";
import { makeZed } from "../../support/zed-db.ts";

const root = temporaryFolder();

function makeKiro(path: string): void {
  const db = new DatabaseSync(path);
  db.exec(`CREATE TABLE state (key TEXT PRIMARY KEY, value BLOB);
    CREATE TABLE conversations (key TEXT PRIMARY KEY, value TEXT)`);
  db.close();
}

const CHAT = `chats/${"0".repeat(32)}/5f0a3c1e-8f1a-4b7e-9d52-0c6a1b2d3e4f/store.db`;

type Made = [path: string, make: (path: string) => void, agent?: string];

/** Each agent's database below its store's folder, and what makes it. */
const DATABASES: { [name: string]: Made } = {
  crush: ["crush.db", makeCrush],
  cursor: [CHAT, makeCursor],
  "cursor's editor": [
    "globalStorage/state.vscdb",
    (path) => makeState(path, { cursorDiskKV: {} }).close(),
    "cursor",
  ],
  deepagents: [".state/sessions.db", makeDeepAgents],
  goose: ["sessions/sessions.db", makeGoose],
  hermes: ["state.db", makeHermes],
  kilo: ["kilo.db", makeKiloDatabase],
  kiro: ["data.sqlite3", makeKiro],
  mastracode: ["mastra.db", makeMastraCode],
  openclaw: ["agents/main/agent/openclaw-agent.sqlite", makeOpenClaw],
  opencode: ["opencode.db", makeDatabase],
  warp: ["warp.sqlite", makeWarp],
  zed: ["threads/threads.db", makeZed],
};

/** A store with a database in it. */
function made(name: string) {
  const [below, make, agent = name] = known(DATABASES[name]);
  const store = mkdtempSync(join(root, "store-"));
  const path = join(store, below);
  mkdirSync(dirname(path), { recursive: true });
  make(path);
  return { agent, store, path };
}

async function unreadIn(agent: string, store: string): Promise<Unread[]> {
  return (await gathering(() => agentNamed(agent).store.find(store))).unread;
}

for (const name of Object.keys(DATABASES)) {
  describe(`the database of ${name}`, () => {
    it("is not mentioned if it can be read, or is not there, or has nothing in it", async () => {
      const { agent, store } = made(name);
      assert.deepEqual(await unreadIn(agent, store), []);
      assert.deepEqual(await unreadIn(agent, join(store, "nowhere")), []);
      const empty = made(name);
      truncateSync(empty.path, 0);
      assert.deepEqual(await unreadIn(agent, empty.store), []);
    });

    it("is locked", async () => {
      const { agent, store, path } = made(name);
      const db = new DatabaseSync(path);
      db.exec("PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE");
      const [one, ...more] = await unreadIn(agent, store);
      db.close();
      assert.deepEqual([one?.path, one?.why, more], [path, "the database is locked", []]);
      assert.match(one?.hint ?? "", /try again/);
      assert.deepEqual(await unreadIn(agent, store), []);
    });

    it("is damaged", async () => {
      const { agent, store, path } = made(name);
      const db = new DatabaseSync(path);
      db.exec("PRAGMA journal_mode = DELETE");
      db.close();
      const bytes = readFileSync(path);
      writeFileSync(path, bytes.fill(0xff, 100, 400));
      const [one, ...more] = await unreadIn(agent, store);
      assert.deepEqual([one?.path, one?.why, more], [path, "the database is damaged", []]);
    });

    it("was cut off", async () => {
      const { agent, store, path } = made(name);
      const db = new DatabaseSync(path);
      db.exec("PRAGMA journal_mode = DELETE");
      db.close();
      truncateSync(path, Math.min(300, statSync(path).size));
      const [one, ...more] = await unreadIn(agent, store);
      assert.deepEqual([one?.path, more], [path, []]);
      assert.match(one?.why ?? "", /damaged|not a SQLite database/);
    });

    it("is something else", async () => {
      const { agent, store, path } = made(name);
      writeFileSync(path, "no database\n");
      const [one, ...more] = await unreadIn(agent, store);
      assert.deepEqual([one?.path, one?.why, more], [path, "this is not a SQLite database", []]);
    });
  });
}

/** A catalog of one store of an agent, at a home folder of its own. */
async function catalogOf(agent: string, store: string, home: string): Promise<Catalog> {
  const env = { HOME: home, SEGUE_HOME: join(home, ".segue"), PATH: process.env.PATH };
  return openCatalog({ env, cwd: home, stores: new Map([[agent, store]]) }, agentNamed(agent));
}

function zedRow(db: DatabaseSync, id: string, updated: string): void {
  const data = JSON.stringify({ title: "t", messages: [], version: "0.3.0" });
  db.prepare(
    "INSERT INTO threads (id, summary, updated_at, data_type, data) VALUES (?, 't', ?, 'json', ?)",
  ).run(id, updated, Buffer.from(data));
}

describe("one odd row hides no other", () => {
  it("a time that is no time, or an integer that JavaScript does not have", async () => {
    const { agent, store, path } = made("opencode");
    const db = new DatabaseSync(path);
    db.exec("PRAGMA foreign_keys = OFF");
    for (const [id, time] of [
      ["good", 1n],
      ["long", 9_007_199_254_740_993n],
      ["text", "yesterday"],
    ] as const) {
      db.prepare(
        `INSERT INTO session (id, project_id, slug, directory, title, version, time_created, time_updated)
          VALUES (?, 'p', 's', '/', 't', '1', 1, ?)`,
      ).run(id, time);
      db.prepare(
        "INSERT INTO message (id, session_id, time_created, time_updated, data) VALUES (?, ?, 1, 1, '{}')",
      ).run(`m-${id}`, id);
    }
    db.close();
    const catalog = await catalogOf(agent, store, mkdtempSync(join(root, "home-")));
    const ids = catalog.sessions().map(({ id }) => id);
    const unread = catalog.problems.map(({ path: place }) => place.split("#")[1]);
    catalog.close();
    assert.ok(ids.includes("good"));
    assert.deepEqual([...ids, ...unread].sort(), ["good", "long", "text"]);
  });

  it("an event of OpenClaw's that is not JSON", async () => {
    const { agent, store, path } = made("openclaw");
    const db = new DatabaseSync(path);
    db.exec("PRAGMA foreign_keys = OFF");
    for (const id of ["good", "odd"]) {
      const event = id === "odd" ? "{" : '{"message":{"role":"user"}}';
      db.prepare(
        "INSERT INTO session_nodes (session_key, current_session_id, entry_json, updated_at) VALUES (?, ?, '{}', 1)",
      ).run(id, id);
      db.prepare(
        "INSERT INTO session_windows (session_id, session_key, created_at, updated_at) VALUES (?, ?, 1, 1)",
      ).run(id, id);
      db.prepare(
        "INSERT INTO transcript_events (session_id, seq, event_json, created_at) VALUES (?, 0, ?, 1)",
      ).run(id, event);
    }
    db.close();
    const { found } = await gathering(() => agentNamed(agent).store.find(store));
    assert.deepEqual(found.map(({ id }) => id).sort(), ["good", "odd"]);
  });

  it("metadata of a thread of Mastra Code's that are bytes of another kind", async () => {
    const { agent, store, path } = made("mastracode");
    const db = new DatabaseSync(path);
    for (const id of ["good", "odd"]) {
      const at = "2026-11-30T00:00:00.000Z";
      db.prepare(
        `INSERT INTO mastra_threads (id, "resourceId", title, metadata, "createdAt", "updatedAt") VALUES (?, 'r', 't', ?, ?, ?)`,
      ).run(id, id === "odd" ? Buffer.from([0xff, 0xfe]) : null, at, at);
      db.prepare(
        `INSERT INTO mastra_messages (id, thread_id, content, role, type, "createdAt") VALUES (?, ?, '{}', 'user', 'v2', ?)`,
      ).run(`m-${id}`, id, at);
    }
    db.close();
    const { found } = await gathering(() => agentNamed(agent).store.find(store));
    assert.deepEqual(found.map(({ id }) => id).sort(), ["good", "odd"]);
  });
});

it("a chat of Cursor's editor that is no JSON is named, and the others are listed", async () => {
  const store = mkdtempSync(join(root, "editor-"));
  const path = join(store, "globalStorage/state.vscdb");
  const good = JSON.stringify({ fullConversationHeadersOnly: [{ bubbleId: "b", type: 1 }] });
  const cursorDiskKV = {
    "composerData:cut": good.slice(0, 20),
    "composerData:empty": "{}",
    "composerData:good": good,
    "bubbleId:good:b": JSON.stringify({ type: 1, bubbleId: "b", text: "hello" }),
  };
  makeState(path, { cursorDiskKV }).close();
  const { found, unread } = await gathering(() => agentNamed("cursor").store.find(store));
  assert.deepEqual(
    found.map(({ id }) => id),
    ["good"],
  );
  assert.deepEqual(
    unread.map((one) => one.path),
    [`${path}#cut`],
  );
});

describe("the catalog", () => {
  it("says it each time, and forgets nothing that cannot be read for a while", async () => {
    const { agent, store, path } = made("zed");
    const db = new DatabaseSync(path);
    zedRow(db, "one", "2026-11-30T00:00:00Z");
    const home = mkdtempSync(join(root, "home-"));
    const catalog = await catalogOf(agent, store, home);
    const rows = () => catalog.file.all("SELECT sid FROM session").length;
    assert.deepEqual([catalog.problems, rows()], [[], 1]);
    db.exec("BEGIN EXCLUSIVE");
    for (let n = 0; n < 2; n++) {
      await catalog.refresh();
      const [one, ...more] = catalog.problems;
      assert.deepEqual([one?.path, one?.isStore, more.length], [path, true, 0]);
      assert.equal(rows(), 1);
    }
    db.close();
    await catalog.refresh();
    assert.deepEqual([catalog.problems, rows()], [[], 1]);
    catalog.close();
  });

  it("a store that fails hides no other", async () => {
    const { store } = agentNamed("pi");
    const failing = { ...store, find: () => Promise.reject(new Error("unforeseen")) };
    const home = mkdtempSync(join(root, "home-"));
    const env = { HOME: home, SEGUE_HOME: join(home, ".segue") };
    const places = { env, cwd: home, stores: new Map([["pi", home]]) };
    const catalog = await openCatalog(places, { id: "pi", store: failing });
    assert.deepEqual(
      catalog.problems.map(({ path, why }) => [path, why]),
      [[home, "unforeseen"]],
    );
    catalog.close();
  });
});

it("a damaged archive among exports is named, and the others are listed", async () => {
  const folder = mkdtempSync(join(root, "exports-"));
  writeFileSync(join(folder, "broken.zip"), Buffer.from("PK\x03\x04 and no more"));
  const whole = join(folder, "whole");
  mkdirSync(whole);
  const conversation = { id: "c1", title: "t", create_time: 1, mapping: {}, current_node: null };
  writeFileSync(join(whole, "conversations.json"), JSON.stringify([conversation]));
  // As when Segue finds out whose export a folder is.
  assert.equal(agentNamed("chatgpt").store.database?.holds(join(folder, "broken.zip")), false);
  for (let n = 0; n < 2; n++) {
    const { found, unread } = await gathering(() => agentNamed("chatgpt").store.find(folder));
    assert.equal(found.length, 1);
    assert.deepEqual(
      unread.map(({ path }) => path),
      [join(folder, "broken.zip")],
    );
  }
});

describe("without permission", { skip: process.getuid?.() === 0 && "root may read all" }, () => {
  it("a folder", async () => {
    const store = mkdtempSync(join(root, "pi-"));
    const closed = join(store, "--closed--");
    mkdirSync(closed, { mode: 0 });
    const unread = await unreadIn("pi", store);
    chmodSync(closed, 0o700);
    assert.deepEqual(
      unread.map(({ path, why }) => [path, why]),
      [[closed, "permission denied"]],
    );
  });
});

it("a task of Roo Code's that nothing else tells of is listed", async () => {
  const store = join(mkdtempSync(join(root, "roo-")), "rooveterinaryinc.roo-cline", "tasks");
  const task = join(store, "019d193c");
  mkdirSync(task, { recursive: true });
  const messages = [{ role: "user", content: "hi there" }];
  writeFileSync(join(task, "api_conversation_history.json"), JSON.stringify(messages));
  const catalog = await catalogOf("roo", store, mkdtempSync(join(root, "home-")));
  const [one, ...more] = catalog.sessions();
  assert.deepEqual([one?.id, one?.title, more, catalog.problems], ["019d193c", "hi there", [], []]);
  catalog.close();
});
