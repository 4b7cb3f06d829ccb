/** Sessions as rows of Devin's SQLite database. */
import { execFileSync } from "node:child_process";
import type { DatabaseSync } from "node:sqlite";
import { SegueError } from "../../errors.ts";
import { columnsOf } from "../shared/columns.ts";
import { type Lines, movedOn, sameLines } from "../shared/lines.ts";
import { membersIn, objectText } from "../shared/spans.ts";
import { isSqlite, reading, writing } from "../shared/sqlite.ts";
import type { Database, ImportRequest } from "../types.ts";
import {
  checkLayout,
  NEEDED,
  type Row,
  type Rows,
  readEnd,
  readLines,
  rowsOf,
  type Table,
} from "./rows.ts";

export const database: Database = {
  holds,
  read: (path, id) => opened(path, (db) => readLines(db, id)),
  end: (path, id, most) => opened(path, (db) => readEnd(db, id, most)),
  replace,
  renamed,
  import: makeDatabase,
};

/** Databases that were examined: lists ask about the same one for every session. */
const known = new Set<string>();

export function holds(path: string): boolean {
  if (known.has(path)) return true;
  if (/\.jsonl?$/.test(path)) return false;
  const isOurs = isSqlite(path) && hasTables(path);
  if (isOurs) known.add(path);
  return isOurs;
}

/** Other agents, too, have a table of sessions, but not of nodes. */
function hasTables(path: string): boolean {
  try {
    return reading(path, (db) =>
      (["sessions", "message_nodes"] as const).every((table) => {
        const columns = columnsOf(db, table);
        return NEEDED[table].every((name) => columns.has(name));
      }),
    );
  } catch {
    // Not readable, or not a database.
    return false;
  }
}

/** @throws SegueError `unreadable` if another program keeps the database locked. */
function opened<T>(path: string, work: (db: DatabaseSync) => T): T {
  try {
    return reading(path, (db) => {
      checkLayout(db, path, "read");
      return work(db);
    });
  } catch (error) {
    if (!(error instanceof Error) || !/database (?:table )?is locked/.test(error.message))
      throw error;
    throw new SegueError("unreadable", "the database is locked by another program", {
      where: path,
      hint: "close Devin, or try again when it is idle",
    });
  }
}

function replace(path: string, id: string, before: Lines, after: Lines): void {
  writing(path, (db) => {
    checkLayout(db, path, "write");
    const now = readLines(db, id);
    if (!sameLines(now, before)) throw movedOn(path, now, before, `session "${id}"`);
    const old = now === null ? null : rowsOf(now, id, path);
    if (after === null) remove(db, id);
    else turn(db, path, old, rowsOf(after, id, path));
    if (sameLines(readLines(db, id), after)) return;
    const what = "the database does not return these rows as they are: nothing was changed";
    throw new SegueError("refused", what, { where: path });
  });
}

/** The inserts, changes and deletes that turn the rows `old` into `now`. */
function turn(db: DatabaseSync, path: string, old: Rows | null, now: Rows): void {
  if (old?.isFixed && now.isFixed && now.nodes.size > old.nodes.size) {
    throw new SegueError("refused", "Devin has not noted where this session's conversation ends", {
      where: path,
      hint: "open it in Devin once, or use --fork",
    });
  }
  if (old === null) insert(db, path, "sessions", now.session);
  else if (!isSameRow(old.session, now.session)) update(db, path, "sessions", ["id"], now.session);
  const key = ["session_id", "node_id"];
  for (const [number, row] of old?.nodes ?? []) {
    if (!now.nodes.has(number)) drop(db, row);
  }
  for (const [number, row] of now.nodes) {
    const was = old?.nodes.get(number);
    if (was === undefined) insert(db, path, "message_nodes", row);
    else if (!isSameRow(was, row)) update(db, path, "message_nodes", key, row);
  }
}

function isSameRow(a: Row, b: Row): boolean {
  const names = [...new Set([...a.keys(), ...b.keys()])];
  return names.every((name) => printed(a.get(name)) === printed(b.get(name)));
}

function printed(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  return `${typeof value}:${String(value ?? null)}`;
}

function checkColumns(db: DatabaseSync, path: string, table: Table, row: Row): void {
  const columns = columnsOf(db, table);
  const unknown = [...row.keys()].find((name) => !columns.has(name));
  if (unknown === undefined) return;
  const what = `the session has a column "${unknown}", which this database does not have`;
  throw new SegueError("refused", `${what}: nothing was changed`, { where: path });
}

function insert(db: DatabaseSync, path: string, table: Table, row: Row): void {
  checkColumns(db, path, table, row);
  const names = [...row.keys()].map((name) => `"${name}"`).join(", ");
  const marks = [...row.keys()].map(() => "?").join(", ");
  db.prepare(`INSERT INTO ${table} (${names}) VALUES (${marks})`).run(...row.values());
}

function update(
  db: DatabaseSync,
  path: string,
  table: Table,
  key: readonly string[],
  row: Row,
): void {
  checkColumns(db, path, table, row);
  const own = [...columnsOf(db, table).keys()];
  const names = own.filter((name) => !key.includes(name) && name !== "row_id");
  const list = names.map((name) => `"${name}" = ?`).join(", ");
  const where = key.map((name) => `"${name}" = ?`).join(" AND ");
  const values = [...names, ...key].map((name) => row.get(name) ?? null);
  db.prepare(`UPDATE ${table} SET ${list} WHERE ${where}`).run(...values);
}

function drop(db: DatabaseSync, row: Row): void {
  const sql = "DELETE FROM message_nodes WHERE session_id = ? AND node_id = ?";
  db.prepare(sql).run(row.get("session_id") ?? null, row.get("node_id") ?? null);
}

/** What Devin has noted of a session goes with it: most of these rows refer to it. */
const NOTES = ["tool_call_state", "subagent_heads", "rendered_commits", "prompt_history"];

function remove(db: DatabaseSync, id: string): void {
  for (const table of [...NOTES, "message_nodes"]) {
    if (!columnsOf(db, table).has("session_id")) continue;
    db.prepare(`DELETE FROM "${table}" WHERE session_id = ?`).run(id);
  }
  db.prepare("DELETE FROM sessions WHERE id = ?").run(id);
}

/** The same session under a new id: nothing but its row names it. */
function renamed(lines: readonly string[], newId: string): string[] {
  return lines.map((line) => {
    if (!line.startsWith('{"session":')) return line;
    const members = membersIn(line);
    const own = membersIn(members.get("session") ?? "{}");
    own.set("id", JSON.stringify(newId));
    members.set("session", objectText(own));
    return objectText(members);
  });
}

/** Listing sessions makes the database, even without a login. */
function makeDatabase({ command, path, cwd, env }: ImportRequest): void {
  if (holds(path)) return;
  try {
    const args = ["list", "--format", "json"];
    execFileSync(command, args, { cwd, env, stdio: "ignore", timeout: 60_000 });
  } catch {
    // Then there is none, and the caller says so.
  }
}
