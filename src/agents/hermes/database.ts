/**
 * Sessions as rows of Hermes's SQLite database: the session's row is the first line, and each of its
 * messages one more. What Hermes counts and caches of a session is not in the lines.
 */

import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { Overtaken, SegueError } from "../../errors.ts";
import { parseValue } from "../../lossless/json-text.ts";
import { string } from "../../session/json.ts";
import type { JsonObject } from "../../session/types.ts";
import { columnsOf } from "../shared/columns.ts";
import { movedOn, sameLines } from "../shared/lines.ts";
import { inOrder, ordered, reading, tablesOf, writing } from "../shared/sqlite.ts";
import type { Database } from "../types.ts";
import { isMessage, isSession } from "./records.ts";
import { jsonRow, type Row, rowOf, type Schema, schemaOf } from "./schema.ts";
import { withArchived } from "./summary.ts";
import { uniqueTitle } from "./title.ts";

export const database: Database = { holds, read, end: read, replace, renamed };

/** Databases that were examined: lists ask about the same one for every session. */
const known = new Set<string>();

const OURS = ["sessions", "messages", "schema_version"];

export function holds(path: string): boolean {
  if (known.has(path)) return true;
  if (/\.jsonl?$/.test(path)) return false;
  const tables = tablesOf(path);
  const isOurs = tables !== null && OURS.every((name) => tables.has(name));
  if (isOurs) known.add(path);
  return isOurs;
}

interface Stored {
  line: string;
  /** Of a message's row. */
  rowid: SQLInputValue;
}

function read(path: string, id: string, most?: number): string[] | null {
  return reading(path, (db) => {
    const stored = storedIn(db, schemaOf(db, path, "read"), id, most);
    return stored?.map(({ line }) => line) ?? null;
  });
}

/** The session's row and its messages (the last `most`), in their order; null when it is not there. */
function storedIn(db: DatabaseSync, schema: Schema, id: string, most?: number): Stored[] | null {
  const session = db.prepare("SELECT * FROM sessions WHERE id = ?").get(id);
  if (!session) return null;
  const sql = ordered("SELECT * FROM messages WHERE session_id = ?", ["id"], most);
  const messages = inOrder(db.prepare(sql).all(id), most);
  const head = { line: JSON.stringify(jsonRow("sessions", session, schema.sessions)), rowid: null };
  return [
    head,
    ...messages.map((row) => ({
      line: JSON.stringify(jsonRow("messages", row, schema.messages)),
      rowid: row.id ?? null,
    })),
  ];
}

function replace(
  path: string,
  id: string,
  before: readonly string[] | null,
  after: readonly string[] | null,
): void {
  writing(path, (db) => {
    const schema = schemaOf(db, path, "write");
    const now = storedIn(db, schema, id);
    if (!isSame(now, before && archiving(before)))
      throw movedOn(path, now, before, `session "${id}"`);
    if (after === null) removeSession(db, id);
    else {
      if (now !== null) checkOpen(db, path, id);
      turn(db, schema, path, id, now ?? [], archiving(after));
    }
  });
}

/** Lines as they are read again, where a summary among them archives what came before. */
function archiving(lines: readonly string[]): readonly string[] {
  const records = lines.map((line) => parseValue(line) ?? null);
  return withArchived(records).map((record, n) =>
    record === records[n] ? (lines[n] ?? "") : JSON.stringify(record),
  );
}

function isSame(now: readonly Stored[] | null, before: readonly string[] | null): boolean {
  return sameLines(now?.map(({ line }) => line) ?? null, before);
}

/** Where Hermes continues with a session that it compacted into another; null when it continues with this one. */
export function continuationOf(path: string, id: string): string | null {
  if (!holds(path)) return null;
  return reading(path, (db) => continuationIn(db, id));
}

function continuationIn(db: DatabaseSync, id: string): string | null {
  const has = columnsOf(db, "sessions");
  if (!["end_reason", "parent_session_id", "ended_at"].every((name) => has.has(name))) return null;
  const sql = `SELECT c.id FROM sessions p JOIN sessions c ON c.parent_session_id = p.id
    WHERE p.id = ? AND p.end_reason = 'compression' AND c.started_at >= coalesce(p.ended_at, 0)
    ORDER BY c.started_at DESC LIMIT 1`;
  const next = db.prepare(sql).get(id);
  return next ? String(next.id) : null;
}

/** Nobody would see what is added to a session that continues in another. */
function checkOpen(db: DatabaseSync, path: string, id: string): void {
  const next = continuationIn(db, id);
  if (next === null) return;
  const what = `Hermes has compacted the session, and goes on with it in session "${next}"`;
  throw new Overtaken(`${what}: nothing was changed`, { where: path });
}

function removeSession(db: DatabaseSync, id: string): void {
  db.prepare("DELETE FROM messages WHERE session_id = ?").run(id);
  db.prepare("DELETE FROM sessions WHERE id = ?").run(id);
}

/** Makes the rows those of `lines`: what is the same stays untouched. */
function turn(
  db: DatabaseSync,
  schema: Schema,
  path: string,
  id: string,
  now: readonly Stored[],
  lines: readonly string[],
): void {
  const [head, ...messages] = lines;
  const session = head === undefined ? undefined : parseValue(head);
  if (session === undefined || !isSession(session) || session.id !== id) {
    throw new SegueError("refused", "the session's row names another session", { where: path });
  }
  const row = rowOf("sessions", session, schema.sessions);
  if (now[0] === undefined) insert(db, "sessions", row);
  else if (now[0].line !== head) update(db, "sessions", "id", id, row);
  const [, ...old] = now;
  for (const [n, line] of messages.entries()) {
    const was = old[n];
    if (was?.line === line) continue;
    const message = rowOf("messages", messageIn(line, path), schema.messages);
    if (was) update(db, "messages", "id", was.rowid, message);
    else insert(db, "messages", { ...message, session_id: id });
  }
  const remove = db.prepare("DELETE FROM messages WHERE id = ?");
  for (const { rowid } of old.slice(messages.length)) remove.run(rowid);
  count(
    db,
    schema,
    id,
    old.map(({ line }) => line),
    messages,
  );
}

function messageIn(line: string, path: string): JsonObject {
  const record = parseValue(line);
  if (record !== undefined && isMessage(record)) return record;
  const what = "Hermes's database holds messages only, and a line is none";
  throw new SegueError("refused", what, { where: path });
}

function insert(db: DatabaseSync, table: string, row: Row): void {
  const names = Object.keys(row);
  const list = names.map((name) => `"${name}"`).join(", ");
  const marks = names.map(() => "?").join(", ");
  db.prepare(`INSERT INTO "${table}" (${list}) VALUES (${marks})`).run(
    ...names.map((name) => row[name] ?? null),
  );
}

function update(db: DatabaseSync, table: string, key: string, id: SQLInputValue, row: Row): void {
  const names = Object.keys(row).filter((name) => name !== key);
  const list = names.map((name) => `"${name}" = ?`).join(", ");
  db.prepare(`UPDATE "${table}" SET ${list} WHERE "${key}" = ?`).run(
    ...names.map((name) => row[name] ?? null),
    id,
  );
}

/** Hermes counts messages and calls. What is added is added there, so that taking it back is exact. */
function count(
  db: DatabaseSync,
  schema: Schema,
  id: string,
  before: readonly string[],
  after: readonly string[],
): void {
  const [was, is] = [countsOf(before), countsOf(after)];
  for (const name of ["message_count", "tool_call_count"] as const) {
    if (!schema.sessions.has(name) || is[name] === was[name]) continue;
    db.prepare(`UPDATE sessions SET ${name} = coalesce(${name}, 0) + ? WHERE id = ?`).run(
      is[name] - was[name],
      id,
    );
  }
}

function countsOf(lines: readonly string[]): { message_count: number; tool_call_count: number } {
  const counts = { message_count: 0, tool_call_count: 0 };
  for (const line of lines) {
    const record = parseValue(line);
    if (record === undefined || !isMessage(record) || record.active === 0) continue;
    counts.message_count++;
    counts.tool_call_count += Array.isArray(record.tool_calls) ? record.tool_calls.length : 0;
  }
  return counts;
}

/** The same session under a new id, with a title that no other has. */
function renamed(lines: readonly string[], newId: string, path?: string): string[] {
  const [head = "", ...messages] = lines;
  const session = parseValue(head);
  if (session === undefined || !isSession(session)) return [...lines];
  const title = string(session.title);
  const own = title === undefined ? {} : { title: uniqueTitle(title, takenIn(path)) };
  return [JSON.stringify({ ...session, id: newId, ...own }), ...messages];
}

function takenIn(path: string | undefined): (title: string) => boolean {
  if (path === undefined || !holds(path)) return () => true;
  return (title) =>
    reading(
      path,
      (db) => db.prepare("SELECT 1 FROM sessions WHERE title = ?").get(title) !== undefined,
    );
}
