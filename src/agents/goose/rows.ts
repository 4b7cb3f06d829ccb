/** Rows of Goose's database as lines, and lines as rows. */
import type { DatabaseSync, SQLInputValue, SQLOutputValue } from "node:sqlite";
import { parseValue } from "../../lossless/json-text.ts";
import { isObject, member, string } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";
import { type Column, type Columns, columnsOf } from "../shared/columns.ts";
import { membersIn } from "../shared/spans.ts";
import { inOrder, ordered, unknownLayout } from "../shared/sqlite.ts";

/** A row, by column. */
export type Row = Readonly<Record<string, SQLInputValue>>;

export const SESSION_COLUMNS = [
  "id",
  "name",
  "description",
  "user_set_name",
  "session_type",
  "working_dir",
  "created_at",
  "updated_at",
  "extension_data",
  "total_tokens",
  "input_tokens",
  "output_tokens",
  "cache_read_tokens",
  "cache_write_tokens",
  "accumulated_total_tokens",
  "accumulated_input_tokens",
  "accumulated_output_tokens",
  "accumulated_cache_read_tokens",
  "accumulated_cache_write_tokens",
  "accumulated_cost",
  "schedule_id",
  "recipe_json",
  "user_recipe_values_json",
  "provider_name",
  "model_config_json",
  "goose_mode",
  "archived_at",
  "project_id",
  "parent_session_id",
  "parent_delegation",
  "thread_id",
] as const;

const MESSAGE_COLUMNS = [
  "message_id",
  "role",
  "content_json",
  "created_timestamp",
  "timestamp",
  "tokens",
  "metadata_json",
] as const;

export const LEDGER_COLUMNS = [
  "created_timestamp",
  "model",
  "input_tokens",
  "output_tokens",
  "total_tokens",
  "cache_read_tokens",
  "cache_write_tokens",
  "cost",
  "cost_source",
  "is_compaction",
] as const;

/** Which session a row belongs to, and the row's own number, say nothing of it. */
const IMPLIED = new Set(["id", "session_id"]);

export const TABLES = ["sessions", "messages", "usage_ledger"] as const;
export type Table = (typeof TABLES)[number];

/** Columns without which nothing is read or written; without a table of them, a database is not Goose's. */
export const NEEDED: { readonly [table in Table]: readonly string[] } = {
  sessions: ["id", "working_dir", "created_at", "updated_at"],
  messages: ["id", "session_id", "role", "content_json", "created_timestamp"],
  usage_ledger: ["id", "session_id", "created_timestamp"],
};

/** Columns that Segue fills, besides those with a default. */
const KNOWN: { readonly [table in Table]: readonly string[] } = {
  sessions: SESSION_COLUMNS,
  messages: MESSAGE_COLUMNS,
  usage_ledger: LEDGER_COLUMNS,
};

/** Columns that hold JSON text, which goes into a line unchanged. */
const JSON_COLUMNS = new Set([
  "content_json",
  "metadata_json",
  "extension_data",
  "recipe_json",
  "user_recipe_values_json",
  "model_config_json",
  "parent_delegation",
]);

/** Columns whose default is the time of writing, so that "none" has to be said. */
const TIMES = new Set(["created_at", "updated_at", "timestamp", "applied_at"]);

export type Schema = ReadonlyMap<Table, Columns>;

/** @throws SegueError if the layout is unknown. */
export function schemaOf(db: DatabaseSync, path: string, purpose: "read" | "write"): Schema {
  const schema = new Map<Table, Columns>();
  for (const table of TABLES) {
    const columns = columnsOf(db, table);
    if (columns.size === 0 && table === "usage_ledger") continue;
    const missing = NEEDED[table].find((name) => !columns.has(name));
    if (missing !== undefined) throw unknownLayout(path, `${table} has no column "${missing}"`);
    for (const { name, required } of purpose === "write" ? columns.values() : []) {
      if (KNOWN[table].includes(name) || IMPLIED.has(name) || !required) continue;
      throw unknownLayout(path, `${table} has a new column "${name}" that must be filled`);
    }
    schema.set(table, columns);
  }
  return schema;
}

export interface StoredLine {
  /** The number of a message's row; null for the session's own line. */
  row: number | null;
  line: string;
}

/** The lines of a session, or only the last `most` messages; null if it does not exist. */
export function readLines(
  db: DatabaseSync,
  schema: Schema,
  id: string,
  most?: number,
): StoredLine[] | null {
  const own = db.prepare("SELECT * FROM sessions WHERE id = ?").get(id);
  if (!own) return null;
  // As Goose itself reads them: by second, and within one as they were written.
  const query = "SELECT * FROM messages WHERE session_id = ?";
  const sql = ordered(query, ["created_timestamp", "id"], most);
  const messages = inOrder(db.prepare(sql).all(id), most);
  const usage = schema.has("usage_ledger")
    ? db.prepare("SELECT * FROM usage_ledger WHERE session_id = ? ORDER BY id").all(id)
    : [];
  const session = textOf(schema, "sessions", own);
  const counts = usage.map((row) => textOf(schema, "usage_ledger", row)).join(",");
  const more = usage.length > 0 ? `,"usage":[${counts}]` : "";
  return [
    { row: null, line: `{"session":${session}${more}}` },
    ...paired(messages).map((row) => ({
      row: Number(row.id),
      line: `{"message":${textOf(schema, "messages", row)}}`,
    })),
  ];
}

type SqlRow = Record<string, SQLOutputValue>;

/** The type stands first; within a text, its quotes are escaped. */
const CALL = /"type":"tool(Request|Response)","id":("(?:[^"\\]|\\.)*")/g;

/**
 * Goose 1.37 stamps a result with the second in which its call began, which can be before the call's
 * own: such a result comes after its call, and all else stays where it is.
 */
function paired(rows: readonly SqlRow[]): SqlRow[] {
  const told = rows.map(({ content_json: text }) =>
    typeof text === "string" ? [...text.matchAll(CALL)] : [],
  );
  const calls = new Map<string, number>();
  for (const [at, found] of told.entries()) {
    for (const [, what, id = ""] of found) if (what === "Request") calls.set(id, at);
  }
  const places = told.map((found, at) => {
    const asked = found.map(([, what, id = ""]) =>
      what === "Response" ? (calls.get(id) ?? -1) : -1,
    );
    return Math.max(at, ...asked);
  });
  const order = [...places.keys()].sort((a, b) => {
    const [first = 0, second = 0] = [places[a], places[b]];
    // What was moved comes after what stands there.
    return first - second || Number(first !== a) - Number(second !== b) || a - b;
  });
  return order.flatMap((at) => {
    const row = rows[at];
    return row === undefined ? [] : [row];
  });
}

/** A row as JSON text: defaults are left out; known columns come first, in their order. */
function textOf(schema: Schema, table: Table, row: SqlRow): string {
  const columns = schema.get(table);
  const order = new Set([...KNOWN[table], ...Object.keys(row)]);
  const members = [...order].flatMap((name) => {
    const value = row[name];
    const isImplied = IMPLIED.has(name) && table !== "sessions";
    if (value === undefined || isImplied || !columns?.has(name)) return [];
    if (value === columns.get(name)?.fallback && !(value === null && TIMES.has(name))) return [];
    return [`${JSON.stringify(name)}:${valueText(name, value)}`];
  });
  return `{${members.join(",")}}`;
}

function valueText(name: string, value: SQLOutputValue): string {
  if (typeof value === "bigint") return JSON.stringify({ "segue.integer": String(value) });
  if (value instanceof Uint8Array) {
    return JSON.stringify({ "segue.bytes": Buffer.from(value).toString("base64") });
  }
  return typeof value === "string" && JSON_COLUMNS.has(name) && isPlain(value)
    ? value
    : JSON.stringify(value);
}

/** Can this text stand in a line as it is? */
function isPlain(text: string): boolean {
  if (!/^[{[]/.test(text) || /[\r\n]/.test(text)) return false;
  const value = parseValue(text);
  const isOurs = member(value, "segue.integer") ?? member(value, "segue.bytes");
  return typeof value === "object" && value !== null && isOurs === undefined;
}

/** What a line holds. */
export interface LineRows {
  session: Row | null;
  usage: readonly Row[];
  message: Row | null;
}

export function rowsOf(line: string): LineRows {
  const members = membersIn(line);
  const row = (text: string | undefined): Row | null =>
    text?.startsWith("{") === true ? rowOf(text) : null;
  const usage = parseValue(members.get("usage") ?? "null");
  return {
    session: row(members.get("session")),
    usage: (Array.isArray(usage) ? usage : []).filter(isObject).map((one) => plainRow(one)),
    message: row(members.get("message")),
  };
}

function plainRow(row: { readonly [name: string]: Json }): Row {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, sqlValue(value)]));
}

function rowOf(text: string): Row {
  return Object.fromEntries(
    [...membersIn(text)].map(([name, value]) => {
      const isText = JSON_COLUMNS.has(name) && /^[{[]/.test(value);
      const parsed = parseValue(value) ?? null;
      return [name, isText && !isWrapped(parsed) ? value : sqlValue(parsed)];
    }),
  );
}

function isWrapped(value: Json): boolean {
  return (member(value, "segue.integer") ?? member(value, "segue.bytes")) !== undefined;
}

function sqlValue(value: Json): SQLInputValue {
  if (value === null) return null;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value !== "object") return value;
  const integer = string(member(value, "segue.integer"));
  if (integer !== undefined) return BigInt(integer);
  const bytes = string(member(value, "segue.bytes"));
  return bytes === undefined ? JSON.stringify(value) : Buffer.from(bytes, "base64");
}

/** Adds a row: those of its columns that the table has. */
export function insert(db: DatabaseSync, schema: Schema, table: Table, row: Row): void {
  const names = Object.keys(row).filter((name) => schema.get(table)?.has(name));
  const list = names.map((name) => `"${name}"`).join(", ");
  const marks = names.map(() => "?").join(", ");
  db.prepare(`INSERT INTO "${table}" (${list}) VALUES (${marks})`).run(
    ...names.map((name) => row[name] ?? null),
  );
}

/** Makes a session's own row this one: what it does not name has its default. */
export function update(db: DatabaseSync, schema: Schema, row: Row): void {
  const columns = schema.get("sessions") ?? new Map<string, Column>();
  const names = [...columns.keys()].filter((name) => name !== "id");
  const list = names.map((name) => `"${name}" = ?`).join(", ");
  const value = (name: string) =>
    Object.hasOwn(row, name) ? row[name] : columns.get(name)?.fallback;
  db.prepare(`UPDATE sessions SET ${list} WHERE id = ?`).run(
    ...names.map((name) => value(name) ?? null),
    row.id ?? null,
  );
}
