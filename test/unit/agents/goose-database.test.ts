/** Sessions as rows of Goose's database: read, written, changed and taken back. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import { goose } from "../../../src/agents/goose/index.ts";
import { SegueError } from "../../../src/errors.ts";
import { fixture } from "../../support/fixtures.ts";
import { known, temporaryFolder } from "../../support/folder.ts";
import { dumpGoose as dump, makeGoose } from "../../support/goose-db.ts";
import { rowIn, run } from "../../support/opencode-db.ts";

const root = temporaryFolder();
const rows = known(goose.store.database);

function linesOf(name: string): string[] {
  return readFileSync(fixture(`goose/${name}`).path, "utf8")
    .split("\n")
    .slice(0, -1);
}
const LINES = linesOf("rows");
const ID = "20261129_1";

/** The path of a new database, in a data folder as Goose has it. */
function fresh(): string {
  const folder = join(mkdtempSync(join(root, "data-")), "sessions");
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "sessions.db");
  makeGoose(path);
  return path;
}

function refused(why: RegExp): (error: unknown) => boolean {
  return (error) =>
    error instanceof SegueError && error.kind === "refused" && why.test(error.message);
}

describe("a session in Goose's database", () => {
  it("comes out as it went in, to the letter, and goes without a trace", () => {
    const path = fresh();
    const empty = dump(path);
    rows.replace(path, ID, null, LINES);
    assert.deepEqual(rows.read(path, ID), LINES);
    // What is not told by parsing and printing again.
    assert.match(LINES.join(), /"priority":0\.0/);
    rows.replace(path, ID, LINES, null);
    assert.equal(dump(path), empty);
    assert.equal(rows.read(path, ID), null);
  });

  it("has each result after its call, though 1.37 stamped it with an earlier second", () => {
    const path = fresh();
    const old = linesOf("basic-1.37.0");
    const [, call, result] = old.slice(-4);
    assert.ok(result?.includes('"toolResponse"') && call?.includes('"toolRequest"'));
    const second = (line: string) => Number(/"created_timestamp":(\d+)/.exec(line)?.[1]);
    assert.ok(second(result ?? "") < second(call ?? ""));
    rows.replace(path, "20261128_1", null, old);
    assert.deepEqual(rows.read(path, "20261128_1"), old);
  });

  it("grows by what is added, and is what it was when that is taken back", () => {
    const path = fresh();
    rows.replace(path, ID, null, LINES.slice(0, 8));
    const before = dump(path);
    rows.replace(path, ID, LINES.slice(0, 8), LINES);
    assert.deepEqual(rows.read(path, ID), LINES);
    rows.replace(path, ID, LINES, LINES.slice(0, 8));
    assert.equal(dump(path), before);
  });

  it("is left alone where it has changed in the meantime, or is there already", () => {
    const path = fresh();
    rows.replace(path, ID, null, LINES);
    run(path, "UPDATE sessions SET name = 'Renamed' WHERE id = ?", ID);
    const before = dump(path);
    assert.throws(() => rows.replace(path, ID, LINES, null), /has changed in the meantime/);
    assert.throws(() => rows.replace(path, ID, null, LINES), /already exists/);
    assert.equal(dump(path), before);
  });

  it("is refused where its row is another session's, or a line is no message", () => {
    const path = fresh();
    const empty = dump(path);
    assert.throws(() => rows.replace(path, "other", null, LINES), refused(/names another session/));
    const odd = [...LINES, '{"starlight":1}'];
    assert.throws(() => rows.replace(path, ID, null, odd), refused(/a line is none/));
    // Goose sorts by time: this one would come first.
    const early = [
      ...LINES,
      LINES[1]?.replace(/"created_timestamp":\d+/, '"created_timestamp":5') ?? "",
    ];
    assert.throws(() => rows.replace(path, ID, null, early), refused(/does not return these rows/));
    assert.equal(dump(path), empty);
  });

  it("has a new id in a copy, and the same messages", () => {
    const path = fresh();
    rows.replace(path, ID, null, LINES);
    const copy = rows.renamed(LINES, "a-copy");
    assert.deepEqual(copy.slice(1), LINES.slice(1));
    assert.equal(copy[0], LINES[0]?.replace(`"id":"${ID}"`, '"id":"a-copy"'));
    rows.replace(path, "a-copy", null, copy);
    assert.deepEqual(rows.read(path, "a-copy"), copy);
    assert.deepEqual(rows.read(path, ID), LINES);
  });

  it("hides from the model what came before a compaction that Segue adds", () => {
    const path = fresh();
    const compacted = (content: string, meta: string) =>
      `{"message":{"message_id":"m","role":"user","content_json":${content},"created_timestamp":1795999999,"timestamp":"2026-11-30 00:53:19","metadata_json":${meta}}}`;
    const summary = compacted(
      '[{"type":"text","text":"What was done."}]',
      '{"userVisible":false,"agentVisible":true,"usage":{"isCompaction":true}}',
    );
    rows.replace(path, ID, null, LINES);
    rows.replace(path, ID, LINES, [...LINES, summary]);
    const seen = rowIn(
      path,
      "SELECT count(*) AS n FROM messages WHERE json_extract(metadata_json, '$.agentVisible')",
    );
    assert.equal(seen?.n, 1);
    const shown = rowIn(
      path,
      "SELECT count(*) AS n FROM messages WHERE json_extract(metadata_json, '$.userVisible')",
    );
    const before = LINES.filter((line) => line.includes('"userVisible":true')).length;
    assert.equal(shown?.n, before);
  });
});

describe("a database that is not as expected", () => {
  it("with a column that Segue does not know is read and written, if it has a default", () => {
    const path = fresh();
    run(path, "ALTER TABLE sessions ADD COLUMN mood TEXT NOT NULL DEFAULT 'calm'");
    rows.replace(path, ID, null, LINES);
    assert.deepEqual(rows.read(path, ID), LINES);
    run(path, "UPDATE sessions SET mood = 'bright'");
    assert.match(rows.read(path, ID)?.[0] ?? "", /"mood":"bright"/);
  });

  it("is not written where a new column must be filled, or a needed one is gone", () => {
    const path = fresh();
    rows.replace(path, ID, null, LINES);
    const db = new DatabaseSync(path);
    db.exec(`CREATE TABLE new (id INTEGER PRIMARY KEY, session_id TEXT, role TEXT, content_json TEXT,
      created_timestamp INTEGER, tide TEXT NOT NULL); DROP TABLE messages; ALTER TABLE new RENAME TO messages`);
    db.close();
    assert.throws(() => rows.replace(path, "x", null, LINES), refused(/new column "tide"/));
    run(path, "ALTER TABLE messages DROP COLUMN role");
    assert.throws(() => rows.read(path, ID), refused(/has no column "role"/));
  });

  it("of another program is none of Goose's", () => {
    const path = join(mkdtempSync(join(root, "other-")), "crush.db");
    const db = new DatabaseSync(path);
    db.exec(
      "CREATE TABLE sessions (id TEXT, title TEXT); CREATE TABLE messages (id TEXT, parts TEXT)",
    );
    db.close();
    assert.equal(rows.holds(path), false);
    writeFileSync(path, "no database");
    assert.equal(rows.holds(path), false);
  });
});

describe("Goose's store", () => {
  const { store } = goose;

  it("lists the user's sessions, but not those that Goose made for itself", async () => {
    const path = fresh();
    rows.replace(path, ID, null, linesOf("subagent"));
    rows.replace(path, "20261129_2", null, linesOf("subagent-child"));
    const found = await store.find(join(path, "../.."));
    assert.deepEqual(
      found.map(({ id }) => id),
      [ID],
    );
    assert.deepEqual(await store.children?.(`${path}#${ID}`), [`${path}#20261129_2`]);
    // 1.37 had no column for that: the result of the call names it.
    run(path, "UPDATE sessions SET parent_session_id = NULL");
    assert.deepEqual(await store.children?.(`${path}#${ID}`), [`${path}#20261129_2`]);
  });

  it("tells of each what its row tells", async () => {
    const path = fresh();
    rows.replace(path, "20261129_7", null, linesOf("kinds"));
    const [found] = await store.find(join(path, "../.."));
    assert.equal(found?.summary?.title, "All kinds of blocks");
    assert.equal(found?.summary?.cwd, "/home/dev/shop");
    assert.equal(found?.summary?.createdAt, "2026-11-29T13:45:00.000Z");
    run(path, "UPDATE sessions SET name = 'CLI Session', user_set_name = 0");
    const [untitled] = await store.find(join(path, "../.."));
    assert.equal(untitled?.summary?.title, null);
  });

  it("finds older files, unless Goose has taken them into its database", async () => {
    const path = fresh();
    const file = join(path, "../20250615_150640.jsonl");
    writeFileSync(file, readFileSync(fixture("goose/legacy").path));
    const found = await store.find(join(path, "../.."));
    assert.deepEqual(
      found.map((one) => one.path),
      [file],
    );
    assert.ok(goose.launch.hindrance?.({ id: "20250615_150640", path: file }));
    run(
      path,
      "INSERT INTO sessions (id, working_dir) VALUES ('20250615_150640', '/home/dev/shop')",
    );
    const [only, ...more] = await store.find(join(path, "../.."));
    assert.equal(only?.path, path);
    assert.equal(more.length, 0);
  });

  it("lies where Goose's variables put it", () => {
    const host = { platform: "linux", home: "/home/dev" } as const;
    const on = (env: NodeJS.ProcessEnv) => store.roots({ HOME: host.home, ...env })[0];
    assert.equal(on({}), "/home/dev/.local/share/goose");
    assert.equal(on({ XDG_DATA_HOME: "/data" }), "/data/goose");
    assert.equal(on({ GOOSE_PATH_ROOT: "/g" }), "/g/data");
  });
});
