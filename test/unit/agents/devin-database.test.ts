/** Sessions as rows of Devin's database: found, read, written, changed and taken back. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync } from "node:fs";
import { join, posix, win32 } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import { devin } from "../../../src/agents/devin/index.ts";
import { SegueError } from "../../../src/errors.ts";
import { makeDevin } from "../../support/devin-db.ts";
import { fixture } from "../../support/fixtures.ts";
import { known, temporaryFolder } from "../../support/folder.ts";

const root = temporaryFolder();
const rows = known(devin.store.database);

function linesOf(name: string): string[] {
  return readFileSync(fixture(name).path, "utf8").split("\n").slice(0, -1);
}

function idOf(lines: readonly string[]): string {
  return /"id":"([^"]+)"/.exec(lines[0] ?? "")?.[1] ?? "";
}

function fresh(version?: number): string {
  const path = join(mkdtempSync(join(root, "home-")), "sessions.db");
  makeDevin(path, version);
  return path;
}

function ask(path: string, sql: string, ...values: (string | number)[]) {
  const db = new DatabaseSync(path);
  try {
    return db.prepare(sql).all(...values);
  } finally {
    db.close();
  }
}

function refused(why: RegExp, kind = "refused"): (error: unknown) => boolean {
  return (error) => error instanceof SegueError && error.kind === kind && why.test(error.message);
}

const ADDED =
  '{"node":{"node_id":17,"parent_node_id":16,"created_at":1795900050,"chat_message":{"role":"user","content":"more"}}}';

describe("a session in Devin's database", () => {
  for (const name of ["rows", "branches", "subagent", "compacted", "image", "kinds"]) {
    for (const version of [16, 17]) {
      it(`comes out as it went in, and goes without a trace (${name}, schema ${version})`, () => {
        const lines = linesOf(`devin/${name}`);
        const path = fresh(version);
        rows.replace(path, idOf(lines), null, lines);
        assert.deepEqual(rows.read(path, idOf(lines)), lines);
        rows.replace(path, idOf(lines), lines, null);
        for (const table of ["sessions", "message_nodes"]) {
          assert.deepEqual(ask(path, `SELECT * FROM ${table}`), []);
        }
      });
    }
  }

  it("keeps its text as it is spelled, and ends at the last node of its chain", () => {
    const lines = linesOf("devin/branches");
    const path = fresh();
    rows.replace(path, "brave-otter", null, lines);
    const [session] = ask(path, "SELECT main_chain_id FROM sessions");
    assert.equal(session?.main_chain_id, 8);
    const [row] = ask(path, "SELECT chat_message FROM message_nodes WHERE node_id = 6");
    assert.match(String(row?.chat_message), /"value":93\.0,/);
  });

  it("goes on with new nodes, and the rows before stay untouched; undone, all is as it was", () => {
    const lines = linesOf("devin/rows");
    const path = fresh();
    rows.replace(path, "calm-river", null, lines);
    const before = ask(path, "SELECT * FROM message_nodes");
    const more = [...lines, ADDED];
    rows.replace(path, "calm-river", lines, more);
    const [session] = ask(path, "SELECT main_chain_id FROM sessions");
    assert.equal(session?.main_chain_id, 17);
    assert.deepEqual(ask(path, "SELECT * FROM message_nodes").slice(0, -1), before);
    rows.replace(path, "calm-river", more, lines);
    assert.deepEqual(ask(path, "SELECT * FROM message_nodes"), before);
    assert.equal(ask(path, "SELECT main_chain_id FROM sessions")[0]?.main_chain_id, 16);
  });

  it("is not changed if Devin was faster", () => {
    const lines = linesOf("devin/rows");
    const path = fresh();
    rows.replace(path, "calm-river", null, lines);
    ask(path, "UPDATE sessions SET title = 'Another'");
    assert.throws(
      () => rows.replace(path, "calm-river", lines, [...lines, ADDED]),
      refused(/changed/),
    );
    assert.throws(() => rows.replace(path, "calm-river", null, lines), refused(/already exists/));
  });

  it("is not continued where Devin has not noted its end", () => {
    const lines = linesOf("devin/rows");
    const path = fresh();
    rows.replace(path, "calm-river", null, lines);
    ask(path, "UPDATE sessions SET main_chain_id = NULL");
    const now = rows.read(path, "calm-river") ?? [];
    assert.match(now[0] ?? "", /"main_chain_id":null/);
    assert.throws(() => rows.replace(path, "calm-river", now, [...now, ADDED]), refused(/ends/));
    rows.replace(path, "calm-river", now, null);
  });

  it("is listed where its database does not say that it is hidden", async () => {
    const lines = linesOf("devin/rows");
    const path = fresh();
    rows.replace(path, "calm-river", null, lines);
    ask(path, "ALTER TABLE sessions DROP COLUMN hidden");
    ask(path, "ALTER TABLE sessions ADD COLUMN hidden INTEGER");
    assert.equal((await devin.store.find(join(path, ".."))).length, 1);
    ask(path, "UPDATE sessions SET hidden = 1");
    assert.equal((await devin.store.find(join(path, ".."))).length, 0);
  });

  it("is read to its end alone for a list", () => {
    const lines = linesOf("devin/branches");
    const path = fresh();
    rows.replace(path, "brave-otter", null, lines);
    const end = rows.end?.(path, "brave-otter", 2) ?? [];
    assert.deepEqual(end, [lines[0], ...lines.slice(8, 10)]);
  });

  it("takes what Devin has noted of it with it", () => {
    const lines = linesOf("devin/rows");
    const path = fresh();
    rows.replace(path, "calm-river", null, lines);
    ask(path, "INSERT INTO tool_call_state VALUES ('calm-river', 'exec_0', NULL, NULL)");
    ask(path, "INSERT INTO subagent_heads VALUES ('calm-river', 'a', 1, 0)");
    rows.replace(path, "calm-river", lines, null);
    assert.deepEqual(ask(path, "SELECT * FROM tool_call_state"), []);
  });
});

describe("a database of a layout that Segue does not know", () => {
  it("is read, and not written, if a new column must be filled", () => {
    const lines = linesOf("devin/rows");
    const path = fresh();
    rows.replace(path, "calm-river", null, lines);
    ask(path, "ALTER TABLE sessions ADD COLUMN owner TEXT");
    assert.deepEqual(rows.read(path, "calm-river"), lines);
    const strict = fresh();
    const db = new DatabaseSync(strict);
    db.exec("DROP TABLE message_nodes");
    db.exec(`CREATE TABLE message_nodes (row_id INTEGER PRIMARY KEY, session_id TEXT, node_id INTEGER,
      parent_node_id INTEGER, chat_message TEXT, created_at INTEGER, metadata TEXT, shard TEXT NOT NULL)`);
    db.close();
    assert.throws(() => rows.replace(strict, "calm-river", null, lines), refused(/"shard"/));
    assert.deepEqual(ask(strict, "SELECT * FROM sessions"), []);
  });

  it("refuses a session with a column that it does not have", () => {
    const path = fresh();
    assert.throws(
      () =>
        rows.replace(
          path,
          "new-horizon",
          null,
          linesOf("devin/drift").filter((line) => !line.startsWith('{"check')),
        ),
      refused(/"pinned"/),
    );
  });

  it("is not Devin's without its nodes", () => {
    const path = fresh();
    ask(path, "DROP TABLE message_nodes");
    assert.equal(rows.holds(path), false);
  });
});

describe("a database that another program keeps locked", () => {
  it("is named", () => {
    const lines = linesOf("devin/rows");
    const path = fresh();
    rows.replace(path, "calm-river", null, lines);
    const db = new DatabaseSync(path);
    db.exec("BEGIN EXCLUSIVE");
    try {
      assert.throws(
        () => rows.read(path, "calm-river"),
        refused(/locked by another/, "unreadable"),
      );
    } finally {
      db.close();
    }
  });
});

describe("Devin's store", () => {
  it("is where the system keeps data", () => {
    const linux = { platform: "linux", path: posix, home: "/home/dev" } as const;
    const mac = { platform: "darwin", path: posix, home: "/Users/dev" } as const;
    const windows = { platform: "win32", path: win32, home: "C:\\Users\\dev" } as const;
    const { roots } = devin.store;
    assert.deepEqual(roots({}, linux), ["/home/dev/.local/share/devin/cli"]);
    assert.deepEqual(roots({ XDG_DATA_HOME: "/data" }, linux), ["/data/devin/cli"]);
    assert.deepEqual(roots({}, mac), [
      "/Users/dev/.local/share/devin/cli",
      "/Users/dev/Library/Application Support/devin/cli",
    ]);
    assert.deepEqual(roots({ APPDATA: "C:\\R", LOCALAPPDATA: "C:\\L" }, windows), [
      "C:\\R\\devin\\cli",
      "C:\\L\\devin\\cli",
    ]);
  });

  it("has the sessions that Devin lists, with title, folder and model", async () => {
    const path = fresh();
    for (const name of ["rows", "branches", "image"]) {
      const lines = linesOf(`devin/${name}`);
      rows.replace(path, idOf(lines), null, lines);
    }
    ask(path, "UPDATE sessions SET hidden = 1 WHERE id = 'brave-otter'");
    ask(path, "UPDATE sessions SET last_activity_at = 9223372036854775807 WHERE id = 'vivid-lens'");
    const found = await devin.store.find(join(path, ".."));
    assert.deepEqual(found.map(({ id }) => id).sort(), ["calm-river", "vivid-lens"]);
    const summary = found.find(({ id }) => id === "calm-river")?.summary;
    assert.equal(summary?.title, "Fix the price test");
    assert.equal(summary?.cwd, "/home/dev/shop");
    assert.equal(summary?.model, "swe-2-high");
  });

  it("gives a new session the model of the newest one", () => {
    const path = fresh();
    const lines = linesOf("devin/rows");
    rows.replace(path, "calm-river", null, lines);
    const facts = JSON.stringify(devin.store.facts?.(join(path, ".."), "/shop", {}));
    assert.match(facts, /"model":"swe-2-high","backend":"windsurf","mode":"normal"/);
  });
});
