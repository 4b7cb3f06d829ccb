/** Threads as rows of Zed's SQLite database: one row each, with a document in it. */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { SegueError } from "../../errors.ts";
import { parseValue } from "../../lossless/json-text.ts";
import { isObject, member } from "../../session/json.ts";
import { columnsOf } from "../shared/columns.ts";
import { type Lines, movedOn, sameLines } from "../shared/lines.ts";
import { membersIn, objectText } from "../shared/spans.ts";
import { holdsIn, reading, writing } from "../shared/sqlite.ts";
import type { Database } from "../types.ts";
import { formOf, unwrap, VERSION } from "./records.ts";
import { checkLayout, NEEDED, type Row, readThread, rowOf, type Stored, TABLE } from "./rows.ts";

export const database: Database = {
  ...{ holds, read, replace, renamed },
  import: ({ path }) => makeDatabase(path),
};

/** Databases that were examined: lists ask about the same one for every session. */
const known = new Set<string>();

export function holds(path: string): boolean {
  if (known.has(path)) return true;
  if (/\.jsonl?$/.test(path)) return false;
  const isOurs = hasTable(path);
  if (isOurs) known.add(path);
  return isOurs;
}

function hasTable(path: string): boolean {
  return holdsIn(path, (db) => {
    const columns = columnsOf(db, TABLE);
    return NEEDED.every((name) => columns.has(name));
  });
}

function read(path: string, id: string): string[] | null {
  return reading(path, (db) => {
    checkLayout(db, path, "read");
    return readThread(db, id)?.lines ?? null;
  });
}

function replace(path: string, id: string, before: Lines, after: Lines): void {
  writing(path, (db) => {
    checkLayout(db, path, "write");
    const now = readThread(db, id);
    if (!sameLines(now?.lines ?? null, before)) {
      throw movedOn(path, now?.lines ?? null, before, `thread "${id}"`);
    }
    if (after === null) db.prepare(`DELETE FROM ${TABLE} WHERE id = ?`).run(id);
    else put(db, { path, id }, now, after);
    if (sameLines(readThread(db, id)?.lines ?? null, after)) return;
    const what = "the database does not return this thread as it is: nothing was changed";
    throw new SegueError("refused", what, { where: path });
  });
}

interface Place {
  path: string;
  id: string;
}

function put(db: DatabaseSync, { path, id }: Place, now: Stored | null, lines: Lines): void {
  const row = rowOf(lines ?? [], path);
  if (row.get("id") !== id) {
    throw new SegueError("refused", "the thread's row names another thread", { where: path });
  }
  if (now?.odd) {
    const what = "this thread is stored in a form that Segue cannot write";
    throw new SegueError("refused", `${what}: nothing was changed`, { where: path });
  }
  refuseOlder(lines ?? [], path);
  const columns = columnsOf(db, TABLE);
  const unknown = [...row.keys()].find((name) => !columns.has(name));
  if (unknown !== undefined) {
    const what = `the thread has a column "${unknown}", which this database does not have`;
    throw new SegueError("refused", `${what}: nothing was changed`, { where: path });
  }
  if (now === null) insert(db, row);
  else update(db, row, [...columns.keys()]);
}

/** Zed reads a document of an older version by the rules of that version, and fails on newer messages. */
function refuseOlder(lines: readonly string[], path: string): void {
  const [head, ...others] = lines.map((line) => unwrap(parseValue(line) ?? null));
  if (head?.kind !== "thread" || head.data === null || head.data.version === VERSION) return;
  const isNewer = others.some((one) => one.kind === "message" && formOf(one.message) !== "older");
  if (!isNewer) return;
  throw new SegueError("refused", "the thread is stored in the form of an older Zed", {
    where: path,
    hint: "open it in Zed and send a message: Zed then stores it in its present form",
  });
}

function insert(db: DatabaseSync, row: Row): void {
  const names = [...row.keys()].map((name) => `"${name}"`).join(", ");
  const marks = [...row.keys()].map(() => "?").join(", ");
  db.prepare(`INSERT INTO ${TABLE} (${names}) VALUES (${marks})`).run(...row.values());
}

function update(db: DatabaseSync, row: Row, columns: readonly string[]): void {
  const names = columns.filter((name) => name !== "id");
  const list = names.map((name) => `"${name}" = ?`).join(", ");
  const values = [...names, "id"].map((name) => row.get(name) ?? null);
  db.prepare(`UPDATE ${TABLE} SET ${list} WHERE id = ?`).run(...values);
}

/** The same thread under a new id: nothing but its row names it. */
function renamed(lines: readonly string[], newId: string): string[] {
  return lines.map((line) => {
    const parts = membersIn(line);
    const thread = parseValue(parts.get("thread") ?? "null");
    if (!isObject(thread) || member(thread, "id") === undefined) return line;
    parts.set("thread", JSON.stringify({ ...thread, id: newId }));
    return objectText(parts);
  });
}

/** As Zed makes it, and an older one that it upgrades: crates/agent/src/db.rs, ThreadsDatabase::new. */
const LAYOUT = `CREATE TABLE IF NOT EXISTS threads (
  id TEXT PRIMARY KEY, summary TEXT NOT NULL, updated_at TEXT NOT NULL, data_type TEXT NOT NULL, data BLOB NOT NULL
);
ALTER TABLE threads ADD COLUMN parent_id TEXT;
ALTER TABLE threads ADD COLUMN folder_paths TEXT;
ALTER TABLE threads ADD COLUMN folder_paths_order TEXT;
ALTER TABLE threads ADD COLUMN created_at TEXT;`;

/** Zed makes its database when its agent is first opened, and takes one that is there. */
function makeDatabase(path: string): void {
  if (holds(path)) return;
  mkdirSync(dirname(path), { recursive: true });
  writing(path, (db) => db.exec(LAYOUT));
}
