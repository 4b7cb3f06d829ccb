/** Converts rows of OpenCode's database to lines, and lines to rows. */
import type { DatabaseSync, SQLInputValue, SQLOutputValue } from "node:sqlite";
import { SegueError } from "../../../errors.ts";
import { array, isObject, member, object, string } from "../../../session/json.ts";
import type { Json, JsonObject } from "../../../session/types.ts";
import { type Columns, columnsOf } from "../columns.ts";
import { inOrder, ordered, unknownLayout } from "../sqlite.ts";
import { type Removed, removedOf, SESSION_COLUMNS } from "./forms.ts";

/** A row to write, by column. Other columns have their defaults. */
export type Row = Readonly<Record<string, SQLInputValue>>;

/** The tables of a session, and the columns that identify a row in each. */
export const TABLES = {
  session: ["id"],
  message: ["id"],
  part: ["id"],
  todo: ["session_id", "position"],
  session_message: ["id"],
} as const satisfies { [table: string]: readonly string[] };

export type Table = keyof typeof TABLES;
export const TABLE_NAMES: readonly Table[] = [
  "session",
  "message",
  "part",
  "todo",
  "session_message",
];

/** Columns that every version since 1.2 has, and without which nothing is read or written. */
const NEEDED: { readonly [table in Table]: readonly string[] } = {
  session: ["id", "project_id", "slug", "directory", "title", "version", "time_created"],
  message: ["id", "session_id", "time_created", "time_updated", "data"],
  part: ["id", "message_id", "session_id", "time_created", "time_updated", "data"],
  todo: ["session_id", "content", "status", "priority", "position"],
  session_message: ["id", "session_id", "type", "data"],
};

/** Columns that Segue can fill, besides those with a default. */
const KNOWN: { readonly [table in Table]: readonly string[] } = {
  session: SESSION_COLUMNS,
  message: NEEDED.message,
  part: NEEDED.part,
  todo: [...NEEDED.todo, "time_created", "time_updated"],
  session_message: [...NEEDED.session_message, "seq", "time_created", "time_updated"],
};

/** Columns that contain JSON text, which goes into a line unchanged. */
const JSON_COLUMNS = new Set([
  "summary_diffs",
  "metadata",
  "revert",
  "permission",
  "model",
  "data",
]);

/** The existing tables. A session needs the first three. */
export type Schema = ReadonlyMap<Table, Columns>;

/** @throws SegueError if the layout is unknown. */
export function schemaOf(db: DatabaseSync, path: string, purpose: "read" | "write"): Schema {
  const schema = new Map<Table, Columns>();
  for (const table of TABLE_NAMES) {
    const columns = columnsOf(db, table);
    if (columns.size > 0) schema.set(table, columns);
    else if (table === "session" || table === "message" || table === "part") {
      throw unknownLayout(path, `it has no table "${table}"`);
    }
  }
  for (const [table, columns] of schema) {
    const missing = NEEDED[table].find((name) => !columns.has(name));
    if (missing !== undefined) throw unknownLayout(path, `${table} has no column "${missing}"`);
    if (purpose === "read") continue;
    for (const { name, required } of columns.values()) {
      if (required && !KNOWN[table].includes(name)) {
        throw unknownLayout(path, `${table} has a new column "${name}" that must be filled`);
      }
    }
  }
  return schema;
}

/** The lines of a session, or only the last `most` messages; null if it does not exist. */
export function readLines(
  db: DatabaseSync,
  schema: Schema,
  id: string,
  most?: number,
): string[] | null {
  const all = (
    table: Table,
    where: string,
    order: readonly string[],
    limit?: number,
  ): JsonObject[] => {
    const columns = schema.get(table);
    if (!columns) return [];
    const sql = ordered(`SELECT * FROM "${table}" WHERE ${where}`, order, limit);
    return inOrder(db.prepare(sql).all(id), limit).map((row) => jsonRow(table, row, columns));
  };
  const [session] = all("session", "id = ?", ["id"]);
  if (!session) return null;
  const todos = all("todo", "session_id = ?", ["position"]);
  const head: JsonObject = { session, ...(todos.length > 0 ? { todos } : {}) };
  const byTime = ["time_created", "id"];
  const messages = all("message", "session_id = ?", byTime, most);
  const parts = new Map<string, JsonObject[]>();
  const mine = ordered("SELECT id FROM message WHERE session_id = ?", byTime, most);
  for (const part of all("part", `message_id IN (${mine})`, ["id"])) {
    const owner = string(part.message_id) ?? "";
    const own = parts.get(owner);
    if (own) own.push(part);
    else parts.set(owner, [part]);
  }
  const lines: JsonObject[] = [head];
  for (const message of messages) {
    lines.push({ message, parts: parts.get(string(message.id) ?? "") ?? [] });
  }
  const order = schema.get("session_message")?.has("seq") ? ["seq", "id"] : ["id"];
  for (const row of all("session_message", "session_id = ?", order, most)) {
    lines.push({ session_message: row });
  }
  return lines.map((line) => JSON.stringify(line));
}

type SqlRow = Record<string, SQLOutputValue>;

/** A row as JSON: default values are left out; known columns come first, in their order. */
function jsonRow(table: Table, row: SqlRow, columns: Columns): JsonObject {
  const out: JsonObject = {};
  const order = [
    ...KNOWN[table],
    ...Object.keys(row).filter((name) => !KNOWN[table].includes(name)),
  ];
  for (const name of new Set(order)) {
    const value = row[name];
    const column = columns.get(name);
    if (value === undefined || !column || value === column.fallback) continue;
    out[name] = jsonValue(name, value);
  }
  return out;
}

/** Objects and arrays represent their own text; any other text stays a string. */
function jsonValue(name: string, value: SQLOutputValue): Json {
  if (typeof value === "bigint") return { "segue.integer": String(value) };
  if (value instanceof Uint8Array) return { "segue.bytes": Buffer.from(value).toString("base64") };
  if (typeof value !== "string" || !JSON_COLUMNS.has(name)) return value;
  const parsed = parse(value);
  const isPlain = typeof parsed === "object" && parsed !== null && JSON.stringify(parsed) === value;
  return isPlain ? parsed : value;
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function sqlValue(value: Json | undefined): SQLInputValue {
  if (value === undefined || value === null) return null;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value !== "object") return value;
  const integer = string(member(value, "segue.integer"));
  if (integer !== undefined) return BigInt(integer);
  const bytes = string(member(value, "segue.bytes"));
  return bytes === undefined ? JSON.stringify(value) : Buffer.from(bytes, "base64");
}

/** Rows of a session, by table and key. */
export type Rows = Map<Table, Map<string, Row>>;

/**
 * The rows that lines represent. A line that removes messages removes their rows, and the session's
 * revert mark.
 */
export function rowsOf(lines: readonly Json[]): Rows {
  const rows: Rows = new Map(TABLE_NAMES.map((table) => [table, new Map<string, Row>()]));
  const add = (table: Table, row: JsonObject): void => {
    const key = TABLES[table].map((name) => JSON.stringify(row[name] ?? null)).join(" ");
    const values = Object.entries(row).map(([name, value]) => [name, sqlValue(value)] as const);
    rows.get(table)?.set(key, Object.fromEntries(values));
  };
  for (const line of withoutRemoved(lines)) {
    const session = object(member(line, "session"));
    if (session) add("session", session);
    for (const todo of array(member(line, "todos"))) if (isObject(todo)) add("todo", todo);
    const message = object(member(line, "message"));
    if (message) add("message", message);
    for (const part of array(member(line, "parts"))) if (isObject(part)) add("part", part);
    const v2 = object(member(line, "session_message"));
    if (v2) add("session_message", v2);
  }
  return rows;
}

export function withoutRemoved(lines: readonly Json[]): Json[] {
  let out: Json[] = [];
  for (const line of lines) {
    const removed = removedOf(line);
    if (removed === null) {
      out.push(line);
      continue;
    }
    out = out.slice(0, placeOf(removed, out)).map(withoutRevert);
  }
  return out;
}

/** How many lines remain. */
function placeOf(removed: Removed, lines: readonly Json[]): number {
  const id = "from" in removed ? removed.from : removed.after;
  const isIt = (line: Json) => string(member(member(line, "message"), "id")) === id;
  const at = id === "" ? 0 : lines.findIndex(isIt);
  if (at < 0) return lines.length;
  return "from" in removed ? at : at + 1;
}

function withoutRevert(line: Json): Json {
  const session = object(member(line, "session"));
  if (!isObject(line) || session?.revert === undefined) return line;
  const { revert: _, ...rest } = session;
  return { ...line, session: rest };
}

/** The inserts, changes and deletes that turn the rows `before` into `after`. */
export function turn(db: DatabaseSync, schema: Schema, before: Rows, after: Rows): void {
  for (const table of TABLE_NAMES) {
    const columns = schema.get(table);
    const [old, now] = [before.get(table) ?? new Map(), after.get(table) ?? new Map()];
    if (!columns) {
      if (now.size > 0) throw new SegueError("refused", `the database has no table "${table}"`);
      continue;
    }
    for (const [key, row] of now) {
      const was = old.get(key);
      if (!was) insert(db, table, columns, row);
      else if (!same(was, row)) update(db, table, columns, row);
    }
  }
  // Deletes rows before those that they refer to, and inserts them after those.
  for (const table of [...TABLE_NAMES].reverse()) {
    const now = after.get(table);
    for (const [key, row] of before.get(table) ?? []) {
      if (!now?.has(key)) remove(db, table, row);
    }
  }
}

function same(a: Row, b: Row): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => (a[name] ?? null) === (b[name] ?? null));
}

function insert(db: DatabaseSync, table: Table, columns: Columns, row: Row): void {
  const names = Object.keys(row).filter((name) => columns.has(name));
  const list = names.map((name) => `"${name}"`).join(", ");
  const marks = names.map(() => "?").join(", ");
  db.prepare(`INSERT INTO "${table}" (${list}) VALUES (${marks})`).run(
    ...names.map((name) => row[name] ?? null),
  );
}

function update(db: DatabaseSync, table: Table, columns: Columns, row: Row): void {
  const keys: readonly string[] = TABLES[table];
  const names = [...columns.keys()].filter((name) => !keys.includes(name));
  const list = names.map((name) => `"${name}" = ?`).join(", ");
  const where = keys.map((name) => `"${name}" = ?`).join(" AND ");
  const value = (name: string) => {
    const own = Object.hasOwn(row, name) ? row[name] : columns.get(name)?.fallback;
    return own ?? null;
  };
  db.prepare(`UPDATE "${table}" SET ${list} WHERE ${where}`).run(
    ...names.map(value),
    ...keys.map(value),
  );
}

function remove(db: DatabaseSync, table: Table, row: Row): void {
  const keys: readonly string[] = TABLES[table];
  const where = keys.map((name) => `"${name}" = ?`).join(" AND ");
  db.prepare(`DELETE FROM "${table}" WHERE ${where}`).run(...keys.map((name) => row[name] ?? null));
}
