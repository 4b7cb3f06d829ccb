/** Sessions as rows of Hermes's database: read, written, changed and taken back. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import { hermes } from "../../../src/agents/hermes/index.ts";
import { SegueError } from "../../../src/errors.ts";
import { member } from "../../../src/session/json.ts";
import type { Json } from "../../../src/session/types.ts";
import { fixture } from "../../support/fixtures.ts";
import { known, temporaryFolder } from "../../support/folder.ts";
import { dumpHermes as dump, makeHermes, makeNewerHermes } from "../../support/hermes-db.ts";
import { rowIn, run } from "../../support/opencode-db.ts";

const root = temporaryFolder();
const rows = known(hermes.store.database);

function linesOf(name: string): string[] {
  return readFileSync(fixture(name).path, "utf8").split("\n").slice(0, -1);
}

const LINES = linesOf("hermes/kinds");
const ID = idOf(LINES);

function idOf(lines: readonly string[]): string {
  return String(member(JSON.parse(lines[0] ?? ""), "id"));
}

/** The path of a new database, in a home folder as Hermes has it. */
function fresh(make = makeHermes, inside = "state.db"): string {
  const path = join(mkdtempSync(join(root, "home-")), inside);
  mkdirSync(dirname(path), { recursive: true });
  make(path);
  return path;
}

function refused(why: RegExp): (error: unknown) => boolean {
  return (error) =>
    error instanceof SegueError && error.kind === "refused" && why.test(error.message);
}

function json(record: Json): string {
  return JSON.stringify(record);
}

const HEAD = { id: "20261129_150000_abcdef", source: "cli", started_at: 1795960000 };
const SAID = [
  { role: "user", content: "one", timestamp: 1795960001 },
  { role: "assistant", content: "two", timestamp: 1795960002, finish_reason: "stop" },
].map(json);

describe("a session in Hermes's database", () => {
  for (const [version, make] of [
    [22, makeHermes],
    [30, makeNewerHermes],
  ] as const) {
    it(`comes out as it went in, and goes without a trace (version ${version})`, () => {
      const path = fresh(make);
      const empty = dump(path);
      rows.replace(path, ID, null, LINES);
      assert.deepEqual(rows.read(path, ID), LINES);
      rows.replace(path, ID, LINES, null);
      assert.equal(dump(path), empty);
      assert.equal(rows.read(path, ID), null);
    });
  }

  it("keeps JSON as Python prints it, and content that is a list behind Hermes's mark", () => {
    const path = fresh();
    rows.replace(path, ID, null, LINES);
    const calls = rowIn(
      path,
      "SELECT tool_calls AS text FROM messages WHERE tool_calls IS NOT NULL",
    );
    assert.match(String(calls?.text), /^\[\{"id": "call_kindsone", "call_id": /);
    const list = rowIn(
      path,
      "SELECT content AS text FROM messages WHERE hex(content) LIKE '006A736F6E3A%'",
    );
    assert.ok(String(list?.text).startsWith('\0json:[{"type": "text", '));
  });

  it("keeps content with a DEL character, which Python escapes, as a list", () => {
    const path = fresh();
    const content = [{ type: "text", text: "a\u007f" }];
    const lines = [json(HEAD), json({ role: "user", content, timestamp: 1795960001 })];
    rows.replace(path, HEAD.id, null, lines);
    const row = rowIn(path, "SELECT content AS text FROM messages");
    assert.equal(row?.text, '\0json:[{"type": "text", "text": "a\\u007f"}]');
    assert.deepEqual(rows.read(path, HEAD.id), lines);
  });

  it("that no Python printed stays as it is", () => {
    const path = fresh();
    const odd = json({
      role: "assistant",
      content: "",
      tool_calls: '[{"id":"c",  "1":2}]',
      timestamp: 1,
    });
    rows.replace(path, HEAD.id, null, [json(HEAD), odd]);
    assert.deepEqual(rows.read(path, HEAD.id), [json(HEAD), odd]);
    const row = rowIn(path, "SELECT tool_calls AS text FROM messages");
    assert.equal(row?.text, '[{"id":"c",  "1":2}]');
  });

  it("is found by its words, as Hermes's triggers have it", () => {
    const path = fresh();
    rows.replace(path, ID, null, LINES);
    for (const table of ["messages_fts", "messages_fts_trigram"]) {
      const hit = rowIn(path, `SELECT count(*) AS n FROM ${table} WHERE ${table} MATCH 'picture'`);
      assert.equal(hit?.n, 1);
    }
  });

  it("grows by what is added, and is what it was when that is taken back", () => {
    const path = fresh();
    const few = LINES.slice(0, 8);
    rows.replace(path, ID, null, few);
    // What Hermes counted itself.
    run(path, "UPDATE sessions SET message_count = 70, ended_at = 5, end_reason = 'cli_close'");
    const before = dump(path);
    rows.replace(path, ID, few, LINES);
    assert.deepEqual(rows.read(path, ID), LINES);
    const session = rowIn(path, "SELECT message_count, end_reason FROM sessions");
    assert.equal(session?.message_count, 85);
    assert.equal(session?.end_reason, "cli_close");
    rows.replace(path, ID, LINES, few);
    assert.equal(dump(path), before);
  });

  it("counts messages and calls", () => {
    const path = fresh();
    const lines = linesOf("hermes/rows");
    rows.replace(path, idOf(lines), null, lines);
    const row = rowIn(path, "SELECT message_count, tool_call_count FROM sessions");
    assert.equal(row?.message_count, 15);
    assert.equal(row?.tool_call_count, 6);
  });

  it("is not written over when something was said in the meantime", () => {
    const path = fresh();
    rows.replace(path, HEAD.id, null, [json(HEAD), ...SAID]);
    run(path, "UPDATE messages SET content = 'other' WHERE content = 'one'");
    assert.throws(
      () => rows.replace(path, HEAD.id, [json(HEAD), ...SAID], null),
      /has changed in the meantime: nothing was changed/,
    );
    assert.throws(() => rows.replace(path, HEAD.id, null, [json(HEAD)]), /already exists/);
  });

  it("may be written to by Hermes at the same time, as long as nothing is said", () => {
    const path = fresh();
    rows.replace(path, HEAD.id, null, [json(HEAD), ...SAID]);
    const db = new DatabaseSync(path);
    db.exec("BEGIN IMMEDIATE; UPDATE sessions SET input_tokens = 5, ended_at = 7, archived = 1");
    assert.deepEqual(rows.read(path, HEAD.id), [json(HEAD), ...SAID]);
    db.exec("COMMIT");
    db.close();
    assert.deepEqual(rows.read(path, HEAD.id), [json(HEAD), ...SAID]);
  });

  it("archives what a summary that comes home stands for, and undoes it", () => {
    const path = fresh();
    const head = [json(HEAD), ...SAID];
    rows.replace(path, HEAD.id, null, head);
    const before = dump(path);
    const writer = hermes.writer({ seed: "s", cliVersion: null });
    const place = { id: "c", parentId: null, time: "2026-11-29T15:00:00.000Z" };
    const summed = writer.predict({
      kind: "event",
      ...place,
      event: "compaction",
      summary: "all of it",
    });
    const lines = [...head, ...summed.map(json)];
    rows.replace(path, HEAD.id, head, lines);
    const active = rowIn(path, "SELECT count(*) AS n FROM messages WHERE active = 1");
    assert.equal(active?.n, 1);
    assert.equal(rowIn(path, "SELECT count(*) AS n FROM messages WHERE compacted = 1")?.n, 2);
    rows.replace(path, HEAD.id, lines, head);
    assert.equal(dump(path), before);
  });

  it("gets a title that no other has when it is copied", () => {
    const path = fresh();
    const titled = [json({ ...HEAD, title: "The cart" }), ...SAID];
    rows.replace(path, HEAD.id, null, titled);
    const copy = rows.renamed(titled, "20261129_160000_000001", path);
    assert.equal(member(JSON.parse(copy[0] ?? ""), "title"), "The cart #2");
    rows.replace(path, "20261129_160000_000001", null, copy);
    const third = rows.renamed(copy, "20261129_160000_000002", path);
    assert.equal(member(JSON.parse(third[0] ?? ""), "title"), "The cart #3");
  });

  it("that Hermes compacted into another is not added to, and opens nowhere else", () => {
    const path = fresh();
    const lines = [json(HEAD), ...SAID];
    rows.replace(path, HEAD.id, null, lines);
    const next = json({ ...HEAD, id: "next", parent_session_id: HEAD.id, started_at: 1795970000 });
    rows.replace(path, "next", null, [next]);
    run(
      path,
      "UPDATE sessions SET ended_at = 1795969999, end_reason = 'compression' WHERE id = ?",
      HEAD.id,
    );
    const more = json({ role: "user", content: "more", timestamp: 1795980000 });
    assert.throws(
      () => rows.replace(path, HEAD.id, lines, [...lines, more]),
      /goes on with it in session "next"/,
    );
    const why = hermes.launch.hindrance?.({ id: HEAD.id, path: `${path}#${HEAD.id}` });
    assert.match(String(why?.how), /next/);
    assert.equal(hermes.launch.hindrance?.({ id: "next", path: `${path}#next` }), null);
  });
});

describe("Hermes's database of another version", () => {
  it("is refused if it lacks what a session needs", () => {
    const path = fresh();
    run(path, "ALTER TABLE messages DROP COLUMN tool_calls");
    const unknown = refused(
      /does not know this database's layout: messages has no column "tool_calls"/,
    );
    assert.throws(() => rows.read(path, ID), unknown);
    assert.throws(() => rows.replace(path, ID, null, LINES), unknown);
  });

  it("is not written to if a new column must be filled", () => {
    const path = fresh();
    run(path, "ALTER TABLE messages RENAME TO old");
    run(
      path,
      "CREATE TABLE messages (id INTEGER PRIMARY KEY, session_id TEXT, role TEXT, content TEXT, tool_call_id TEXT, tool_calls TEXT, timestamp REAL, tenant TEXT NOT NULL)",
    );
    assert.throws(
      () => rows.replace(path, ID, null, LINES),
      refused(/new column "tenant" that must be filled/),
    );
  });

  it("does not get a column that it does not have", () => {
    const path = fresh();
    const line = json({ role: "user", content: "x", timestamp: 1, display_kind: "hidden" });
    assert.throws(
      () => rows.replace(path, HEAD.id, null, [json(HEAD), line]),
      refused(/"display_kind"/),
    );
  });
});

describe("Hermes's store", () => {
  it("lists the sessions of all profiles, but those of subagents", async () => {
    const path = fresh();
    const home = dirname(path);
    rows.replace(path, HEAD.id, null, [
      json({ ...HEAD, title: "The cart", cwd: "/home/dev/shop" }),
      ...SAID,
    ]);
    const own = { _delegate_from: HEAD.id };
    const child = {
      ...HEAD,
      id: "child",
      source: "subagent",
      model_config: own,
      parent_session_id: HEAD.id,
    };
    rows.replace(path, "child", null, [json(child)]);
    const other = join(home, "profiles/work/state.db");
    mkdirSync(dirname(other), { recursive: true });
    makeHermes(other);
    rows.replace(other, "theirs", null, [json({ ...HEAD, id: "theirs" })]);
    const found = await hermes.store.find(home);
    assert.deepEqual(found.map(({ id }) => id).sort(), [HEAD.id, "theirs"]);
    const [summary] = found.filter(({ id }) => id === HEAD.id).map((one) => one.summary);
    assert.equal(summary?.title, "The cart");
    assert.equal(summary?.cwd, "/home/dev/shop");
    assert.equal(summary?.messages, 2);
    assert.equal(summary?.updatedAt, "2026-11-29T13:46:42.000Z");
    assert.deepEqual(await hermes.store.children?.(`${path}#${HEAD.id}`), [`${path}#child`]);
  });

  it("is where HERMES_HOME says", () => {
    assert.deepEqual(hermes.store.roots({ HOME: "/home/dev" }), ["/home/dev/.hermes"]);
    assert.deepEqual(hermes.store.roots({ HOME: "/home/dev", HERMES_HOME: "/srv/h" }), ["/srv/h"]);
  });

  it("keeps new sessions in the profile that Hermes uses by itself", () => {
    const path = fresh();
    const home = dirname(path);
    const args = () =>
      hermes.launch.resumeArgs({ id: "s1", path: `${path}#s1`, prompt: null, args: [] });
    const place = () => hermes.store.pathFor(home, hermes.reader().header(), {});
    assert.equal(place(), path);
    writeFileSync(join(home, "active_profile"), "work\n");
    assert.equal(place(), path);
    const theirs = join(home, "profiles/work/state.db");
    mkdirSync(dirname(theirs), { recursive: true });
    makeHermes(theirs);
    assert.equal(place(), theirs);
    assert.deepEqual(args().slice(0, 2), ["--profile", "default"]);
    writeFileSync(join(home, "active_profile"), "../work");
    assert.equal(place(), path);
  });

  it("opens a profile's session in that profile, and a prompt in the screen that takes one", () => {
    const request = { id: "s1", prompt: null, args: [] };
    const path = "/home/dev/.hermes/state.db#s1";
    assert.deepEqual(hermes.launch.resumeArgs({ ...request, path }), ["chat", "--resume", "s1"]);
    assert.deepEqual(hermes.launch.resumeArgs({ ...request, path, prompt: "-x" }), [
      "chat",
      "--resume",
      "s1",
      "--tui",
      "--query=-x",
    ]);
    const theirs = "/home/dev/.hermes/profiles/work/state.db#s1";
    assert.deepEqual(hermes.launch.resumeArgs({ ...request, path: theirs }).slice(0, 2), [
      "--profile",
      "work",
    ]);
  });
});
