/** Sessions as rows of Crush's SQLite database. */
import { execFileSync } from "node:child_process";
import { dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { SegueError } from "../../errors.ts";
import { parseValue } from "../../lossless/json-text.ts";
import { isObject, member, object, string } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";
import { columnsOf } from "../shared/columns.ts";
import { uuid4 } from "../shared/ids.ts";
import { movedOn, sameLines } from "../shared/lines.ts";
import { holdsIn, reading, writing } from "../shared/sqlite.ts";
import type { Database, ImportRequest } from "../types.ts";
import { insert, type Row, readLines, rowsOf } from "./rows.ts";
import { MIGRATIONS, type Schema, schemaOf, tablesOfSession } from "./schema.ts";

export const database: Database = {
  ...{ holds, read, end: read, replace, renamed },
  import: makeDatabase,
};

/** Databases that were examined: lists ask about the same one for every session. */
const known = new Set<string>();

export function holds(path: string): boolean {
  if (known.has(path)) return true;
  if (/\.jsonl?$/.test(path)) return false;
  const isOurs = hasTables(path);
  if (isOurs) known.add(path);
  return isOurs;
}

function hasTables(path: string): boolean {
  return holdsIn(path, (db) => {
    const has = (table: string, column: string) => columnsOf(db, table).has(column);
    return has(MIGRATIONS, "version_id") && has("messages", "parts") && has("sessions", "title");
  });
}

function read(path: string, id: string, most?: number): string[] | null {
  return reading(path, (db) => readLines(db, schemaOf(db, path, "read"), id, most));
}

function replace(
  path: string,
  id: string,
  before: readonly string[] | null,
  after: readonly string[] | null,
): void {
  // Crush's triggers count messages and set times in the session's row. They find none: it is
  // removed first and comes last. The rows that refer to it must outlast that.
  writing(
    path,
    (db) => {
      const schema = schemaOf(db, path, "write");
      const now = readLines(db, schema, id);
      if (!sameLines(now, before)) throw movedOn(path, now, before, `session "${id}"`);
      db.prepare("DELETE FROM sessions WHERE id = ?").run(id);
      if (after === null) removeAll(db, id);
      else write(db, schema, { path, id }, now ?? [], after);
    },
    { foreignKeys: false },
  );
}

function removeAll(db: DatabaseSync, id: string): void {
  db.prepare("DELETE FROM messages WHERE session_id = ?").run(id);
  for (const { table, column } of tablesOfSession(db)) {
    db.prepare(`DELETE FROM "${table}" WHERE "${column}" = ?`).run(id);
  }
}

/** Makes the messages those of `after`: those that both begin with stay untouched. */
function write(
  db: DatabaseSync,
  schema: Schema,
  place: { path: string; id: string },
  now: readonly string[],
  after: readonly string[],
): void {
  const [old, fresh] = [rowsOf(now.map(parsed)), rowsOf(after.map(parsed))];
  const { session } = fresh;
  if (session === null) throw refusal("the session has no row of its own", place.path);
  checkOwn(session, fresh.messages, place);
  const differs = fresh.messages.findIndex((row, n) => !isSameRow(row, old.messages[n]));
  const same = differs < 0 ? fresh.messages.length : differs;
  for (const { id } of old.messages.slice(same)) {
    db.prepare("DELETE FROM messages WHERE id = ?").run(id ?? null);
  }
  for (const row of fresh.messages.slice(same)) insert(db, "messages", schema.messages, row);
  insert(db, "sessions", schema.sessions, session);
}

function isSameRow(a: Row, b: Row | undefined): boolean {
  if (b === undefined) return false;
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => (a[name] ?? null) === (b[name] ?? null));
}

/** Lines of one session never affect another session's rows. */
function checkOwn(
  session: Row,
  messages: readonly Row[],
  { path, id }: { path: string; id: string },
): void {
  const isOwn = session.id === id && messages.every((row) => row.session_id === id);
  if (!isOwn) throw refusal("a row belongs to another session", path);
}

function refusal(what: string, where: string): SegueError {
  return new SegueError("refused", what, { where });
}

function parsed(line: string): Json {
  return parseValue(line) ?? null;
}

/**
 * Only Crush itself makes a database: it would refuse one that lacks a note of its migrations.
 * Listing its sessions makes one.
 */
function makeDatabase({ command, path, cwd, env }: ImportRequest): void {
  if (holds(path)) return;
  try {
    execFileSync(command, ["--data-dir", dirname(path), "session", "list", "--json"], {
      cwd,
      env: { ...env, CRUSH_DISABLE_METRICS: "1", CRUSH_DISABLE_PROVIDER_AUTO_UPDATE: "1" },
      stdio: ["ignore", "ignore", "pipe"],
      timeout: 60_000,
    });
  } catch {
    // Without a database, the session is refused afterwards.
  }
}

/**
 * The same session under a new id, with new ids for its messages, which are unique in a database.
 * It stands for itself: Crush opens no session that is another's.
 */
function renamed(lines: readonly string[], newId: string): string[] {
  const records = lines.map(parsed);
  const ids = new Map<string, string>();
  for (const [n, record] of records.entries()) {
    const session = string(member(object(member(record, "sessions")), "id"));
    if (session !== undefined) ids.set(session, newId);
    const message = string(member(object(member(record, "messages")), "id"));
    if (message !== undefined) ids.set(message, uuid4(`${newId}:${message}`, n));
  }
  return records.filter(isObject).map((record) => JSON.stringify(withIds(record, ids)));
}

/** The columns that name a session or a message. */
const ID_COLUMNS: ReadonlySet<string> = new Set(["id", "session_id", "summary_message_id"]);

function withIds(record: Json, ids: ReadonlyMap<string, string>): Json {
  if (!isObject(record)) return record;
  const tables = Object.entries(record).map(([table, row]): [string, Json] => {
    if (!isObject(row)) return [table, row];
    const own = Object.entries(row).filter(([name]) => name !== "parent_session_id");
    const columns = own.map(([name, value]): [string, Json] => {
      const id = ID_COLUMNS.has(name) ? ids.get(string(value) ?? "") : undefined;
      return [name, id ?? value];
    });
    return [table, Object.fromEntries(columns)];
  });
  return Object.fromEntries(tables);
}
