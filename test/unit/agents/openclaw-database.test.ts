/** Sessions as rows of OpenClaw's database: read, written, changed and taken back. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import { zstdCompressSync } from "node:zlib";
import { openclaw } from "../../../src/agents/openclaw/index.ts";
import { SegueError } from "../../../src/errors.ts";
import { member } from "../../../src/session/json.ts";
import { fixture } from "../../support/fixtures.ts";
import { known, temporaryFolder } from "../../support/folder.ts";
import { dumpOpenClaw as dump, makeOpenClaw } from "../../support/openclaw-db.ts";
import { rowIn, run } from "../../support/opencode-db.ts";

const root = temporaryFolder();
const rows = known(openclaw.store.database);

const LINES = readFileSync(fixture("openclaw/rows").path, "utf8").split("\n").slice(0, -1);
const ID = String(member(JSON.parse(LINES[0] ?? ""), "id"));
const KEY = `agent:main:segue-${ID}`;

/** The path of a new database, in a state folder as OpenClaw has it. */
function fresh(): string {
  const folder = join(mkdtempSync(join(root, "state-")), "agents/main/agent");
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "openclaw-agent.sqlite");
  makeOpenClaw(path);
  return path;
}

function refused(why: RegExp): (error: unknown) => boolean {
  return (error) =>
    error instanceof SegueError && error.kind === "refused" && why.test(error.message);
}

function count(path: string, table: string): number {
  return Number(rowIn(path, `SELECT count(*) AS n FROM ${table}`)?.n);
}

describe("a session in OpenClaw's database", () => {
  it("comes out as it went in, and goes without a trace", () => {
    const path = fresh();
    const empty = dump(path);
    rows.replace(path, ID, null, LINES);
    assert.deepEqual(rows.read(path, ID), LINES);
    rows.replace(path, ID, LINES, null);
    assert.equal(dump(path), empty);
    assert.equal(rows.read(path, ID), null);
  });

  it("has a chat of its own, which OpenClaw takes for valid, with the title as its name", () => {
    const path = fresh();
    const tip = String(member(JSON.parse(LINES.at(-1) ?? ""), "id"));
    const place = { id: "0a0b0c0d", parentId: tip, timestamp: "2026-11-29T10:50:00.000Z" };
    const titled = [...LINES, JSON.stringify({ type: "session_info", ...place, name: "The cart" })];
    rows.replace(path, ID, null, titled);
    const node = rowIn(path, "SELECT * FROM session_nodes WHERE session_key = ?", KEY);
    assert.equal(node?.entry_valid, 1);
    assert.equal(node?.current_session_id, ID);
    assert.equal(node?.display_name, "The cart");
    assert.equal(JSON.parse(String(node?.entry_json)).displayName, "The cart");
    assert.equal(openclaw.store.title?.(`${path}#${ID}`), "The cart");
  });

  it("has the notes that OpenClaw makes of the same events", () => {
    const path = fresh();
    rows.replace(path, ID, null, LINES);
    // As the real 2026.9.6 had them of this session.
    assert.equal(count(path, "session_transcript_active_events"), 32);
    assert.equal(count(path, "transcript_event_identities"), 33);
    assert.equal(count(path, "session_transcript_fts_rows"), 9);
    const state = rowIn(path, "SELECT * FROM session_transcript_index_state");
    assert.equal(state?.active_message_count, 19);
    assert.equal(state?.leaf_event_id, member(JSON.parse(LINES.at(-1) ?? ""), "id"));
    assert.equal(state?.needs_rebuild, 0);
    assert.equal(state?.indexed_seq, 32);
    const hits = rowIn(
      path,
      "SELECT count(*) AS n FROM session_transcript_fts WHERE session_transcript_fts MATCH 'picture'",
    );
    assert.equal(hits?.n, 1);
  });

  it("grows by what is added, and is what it was when that is taken back", () => {
    const path = fresh();
    rows.replace(path, ID, null, LINES.slice(0, 20));
    const before = dump(path);
    rows.replace(path, ID, LINES.slice(0, 20), LINES);
    assert.deepEqual(rows.read(path, ID), LINES);
    assert.equal(count(path, "session_transcript_active_events"), 32);
    rows.replace(path, ID, LINES, LINES.slice(0, 20));
    assert.equal(dump(path), before);
  });

  const STATE = "session_transcript_index_state";
  const ACTIVE = "session_transcript_active_events";
  const MESSAGES = "session_transcript_fts_rows";
  for (const [what, sql] of [
    ["has made none yet", `DELETE FROM ${STATE}; DELETE FROM ${ACTIVE}; DELETE FROM ${MESSAGES}`],
    ["is making them", `UPDATE ${STATE} SET needs_rebuild = 1, indexed_seq = -1, updated_at = 77`],
    ["has not gone on to the end", `UPDATE ${STATE} SET indexed_seq = 3, leaf_event_id = 'x'`],
    ["counts otherwise", `UPDATE ${STATE} SET active_event_count = 77`],
    ["made them at another time", `UPDATE ${STATE} SET updated_at = 77`],
    ["finds nothing yet", `DELETE FROM ${MESSAGES}`],
  ] as const) {
    it(`grows and is taken back exactly where OpenClaw ${what}`, () => {
      const path = fresh();
      const few = LINES.slice(0, 20);
      rows.replace(path, ID, null, few);
      for (const statement of sql.split("; ")) run(path, statement);
      const before = dump(path);
      rows.replace(path, ID, few, LINES);
      assert.deepEqual(rows.read(path, ID), LINES);
      rows.replace(path, ID, LINES, few);
      assert.equal(dump(path), before);
    });
  }

  it("is not taken for what OpenClaw noted of events that are gone", () => {
    const path = fresh();
    const few = LINES.slice(0, 20);
    rows.replace(path, ID, null, few);
    const before = dump(path);
    run(path, `DELETE FROM ${STATE}`);
    rows.replace(path, ID, few, LINES);
    // What OpenClaw itself makes of them when it opens the session.
    const other = fresh();
    rows.replace(other, ID, null, LINES);
    const db = new DatabaseSync(path);
    db.exec(`ATTACH '${other}' AS other; INSERT INTO ${STATE} SELECT * FROM other.${STATE}`);
    db.close();
    rows.replace(path, ID, LINES, few);
    const [now, was] = [dump(path), before].map((text) => text.replace(/"updated_at":\d+/g, ""));
    assert.equal(now, was);
  });

  it("leaves it to OpenClaw to make notes where a record selects another branch", () => {
    const path = fresh();
    const [, first] = LINES.map((line) => String(member(JSON.parse(line), "id")));
    const leaf = { type: "leaf", id: "l1", parentId: first ?? "", targetId: first ?? "" };
    rows.replace(path, ID, null, [...LINES, JSON.stringify(leaf)]);
    assert.equal(count(path, "session_transcript_active_events"), 0);
    const state = rowIn(path, "SELECT * FROM session_transcript_index_state");
    assert.equal(state?.needs_rebuild, 1);
  });

  it("is read where events are compressed, and where all of it was archived", () => {
    const path = fresh();
    rows.replace(path, ID, null, LINES);
    const db = new DatabaseSync(path);
    const pack = db.prepare(
      "UPDATE transcript_events SET event_json = NULL, event_zstd = ? WHERE seq = ?",
    );
    for (const seq of [5, 8]) pack.run(zstdCompressSync(LINES[seq] ?? ""), seq);
    assert.deepEqual(rows.read(path, ID), LINES);
    const events = LINES.map((event_json, seq) =>
      JSON.stringify({ kind: "event", row: { seq, event_json, created_at: 1 } }),
    );
    const bytes = zstdCompressSync([JSON.stringify({ kind: "header" }), ...events, ""].join("\n"));
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const name = `${"a".repeat(64)}.jsonl.zst`;
    db.prepare("DELETE FROM transcript_events").run();
    const note = db.prepare("INSERT INTO session_transcript_cold_archives VALUES (?, ?, ?, ?, ?)");
    note.run(ID, name, sha256, "sqlite", bytes);
    assert.deepEqual(rows.read(path, ID), LINES);
    db.prepare("DELETE FROM session_transcript_cold_archives").run();
    note.run(ID, name, sha256, "file", null);
    db.close();
    assert.throws(() => rows.read(path, ID), /archive of this session is missing/);
    const cold = join(path, "../../sessions/cold");
    mkdirSync(cold, { recursive: true });
    writeFileSync(join(cold, name), bytes);
    assert.deepEqual(rows.read(path, ID), LINES);
  });

  it("is read while another connection writes", () => {
    const path = fresh();
    rows.replace(path, ID, null, LINES);
    const other = new DatabaseSync(path);
    other.exec("BEGIN IMMEDIATE; DELETE FROM transcript_events WHERE seq > 3");
    assert.deepEqual(rows.read(path, ID), LINES);
    other.exec("ROLLBACK");
    other.close();
  });

  it("is found with its chat's key, its children apart from it", async () => {
    const path = fresh();
    rows.replace(path, ID, null, LINES);
    const child = rows.renamed(LINES, "child-1");
    rows.replace(path, "child-1", null, child);
    run(path, "UPDATE session_nodes SET spawned_by = ? WHERE current_session_id = 'child-1'", KEY);
    const found = await openclaw.store.find(join(path, "../../../.."));
    assert.deepEqual(
      found.map(({ id, summary }) => [id, summary?.cwd, summary?.messages]),
      [[ID, "/home/dev/shop", LINES.length]],
    );
    const children = await openclaw.store.children?.(`${path}#${ID}`);
    assert.deepEqual(children, [`${path}#child-1`]);
    const args = openclaw.launch.resumeArgs({
      id: ID,
      path: `${path}#${ID}`,
      prompt: "-go",
      args: [],
    });
    assert.deepEqual(args, ["tui", "--local", "--session", KEY, "--message=-go"]);
  });
});

describe("a write into OpenClaw's database is refused", () => {
  it("when the session continued, is gone, or is there already", () => {
    const path = fresh();
    assert.throws(() => rows.replace(path, ID, LINES, null), refused(/no longer exists/));
    rows.replace(path, ID, null, LINES);
    assert.throws(() => rows.replace(path, ID, null, LINES), refused(/already/));
    run(path, "DELETE FROM transcript_events WHERE seq > 30");
    const before = dump(path);
    assert.throws(() => rows.replace(path, ID, LINES, null), refused(/has changed/));
    assert.equal(dump(path), before);
  });

  it("when OpenClaw has begun another session in the same chat", () => {
    const path = fresh();
    rows.replace(path, ID, null, LINES);
    const sql =
      "INSERT INTO session_windows (session_id, session_key, created_at, updated_at) VALUES ('x', ?, 1, 1)";
    run(path, sql, KEY);
    assert.throws(() => rows.replace(path, ID, LINES, null), refused(/another session/));
  });

  it("when the layout is not known", () => {
    const cases: [string, RegExp][] = [
      ["ALTER TABLE transcript_events RENAME COLUMN event_json TO body", /no column "event_json"/],
      ["ALTER TABLE session_windows ADD COLUMN realm TEXT NOT NULL DEFAULT 'x'", /^never$/],
      ["DROP TABLE session_nodes", /no column "session_key"/],
    ];
    for (const [sql, why] of cases) {
      const path = fresh();
      run(path, sql);
      const before = dump(path);
      // A column with a default needs nothing.
      if (why.source === "^never$") rows.replace(path, ID, null, LINES);
      else assert.throws(() => rows.replace(path, ID, null, LINES), refused(why));
      if (why.source !== "^never$") assert.equal(dump(path), before);
    }
  });

  it("when the lines are another session's, or no JSON", () => {
    const path = fresh();
    const before = dump(path);
    assert.throws(() => rows.replace(path, "other", null, LINES), refused(/names another session/));
    assert.throws(() => rows.replace(path, ID, null, [...LINES, "{"]), refused(/a line is none/));
    assert.equal(dump(path), before);
  });
});
