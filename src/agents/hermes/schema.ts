/** The tables of Hermes's database that hold a session, as far as Segue knows them, and their rows as lines. */
import type { DatabaseSync, SQLInputValue, SQLOutputValue } from "node:sqlite";
import { SegueError } from "../../errors.ts";
import { parseValue } from "../../lossless/json-text.ts";
import { isObject, member, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";
import { type Columns, columnsOf } from "../shared/columns.ts";
import { pythonJson } from "../shared/python-json.ts";
import { unknownLayout } from "../shared/sqlite.ts";
import {
  JSON_CONTENT,
  MESSAGE_COLUMNS,
  MESSAGE_UNTOLD,
  SESSION_COLUMNS,
  SESSION_UNTOLD,
} from "./records.ts";

export type Table = "sessions" | "messages";

export type Schema = { readonly [table in Table]: Columns };

/** A row to write, by column. */
export type Row = Readonly<Record<string, SQLInputValue>>;

/** Columns without which nothing is read or written. */
const NEEDED: { readonly [table in Table]: readonly string[] } = {
  sessions: ["id", "source", "started_at"],
  messages: ["id", "session_id", "role", "content", "tool_call_id", "tool_calls", "timestamp"],
};

/** Columns in the order of a line. */
const TOLD: { readonly [table in Table]: readonly string[] } = {
  sessions: SESSION_COLUMNS,
  messages: MESSAGE_COLUMNS,
};

const UNTOLD: { readonly [table in Table]: ReadonlySet<string> } = {
  sessions: new Set(SESSION_UNTOLD),
  messages: new Set(MESSAGE_UNTOLD),
};

/** Columns that hold JSON, as Python prints it. */
const JSON_COLUMNS = new Set([
  "origin_json",
  "model_config",
  "tool_calls",
  "reasoning_details",
  "codex_reasoning_items",
  "codex_message_items",
  "display_metadata",
]);

/** @throws SegueError if the layout is unknown. */
export function schemaOf(db: DatabaseSync, path: string, purpose: "read" | "write"): Schema {
  const schema = { sessions: columnsOf(db, "sessions"), messages: columnsOf(db, "messages") };
  for (const table of ["sessions", "messages"] as const) {
    const missing = NEEDED[table].find((name) => !schema[table].has(name));
    if (missing !== undefined) throw unknownLayout(path, `${table} has no column "${missing}"`);
    if (purpose === "read") continue;
    for (const [name, { required }] of schema[table]) {
      if (!required || NEEDED[table].includes(name) || TOLD[table].includes(name)) continue;
      throw unknownLayout(path, `${table} has a new column "${name}" that must be filled`);
    }
  }
  return schema;
}

/** A row as JSON, without defaults and what a line does not tell. Columns that are new come last. */
export function jsonRow(
  table: Table,
  row: Record<string, SQLOutputValue>,
  columns: Columns,
): JsonObject {
  const out: JsonObject = {};
  for (const name of new Set([...TOLD[table], ...Object.keys(row)])) {
    const value = row[name];
    if (value === undefined || UNTOLD[table].has(name)) continue;
    if (value === columns.get(name)?.fallback) continue;
    out[name] = jsonValue(name, value);
  }
  return out;
}

/** JSON stands for its own text if that is what Python prints; any other text stays a string. */
function jsonValue(name: string, value: SQLOutputValue): Json {
  if (typeof value === "bigint") return { "segue.integer": String(value) };
  if (value instanceof Uint8Array) return { "segue.bytes": Buffer.from(value).toString("base64") };
  if (typeof value !== "string") return value;
  const json = jsonIn(name, value);
  const parsed = json === undefined ? undefined : parseValue(json);
  const isPlain = typeof parsed === "object" && parsed !== null && pythonJson(parsed) === json;
  return isPlain ? parsed : value;
}

function jsonIn(name: string, text: string): string | undefined {
  if (JSON_COLUMNS.has(name)) return text;
  const isJson = name === "content" && text.startsWith(JSON_CONTENT);
  return isJson ? text.slice(JSON_CONTENT.length) : undefined;
}

/**
 * The columns that a line gives a row; others have their defaults, or stay as they are.
 * @throws SegueError for a column that the database does not have
 */
export function rowOf(table: Table, record: JsonObject, columns: Columns): Row {
  const unknown = Object.keys(record).find((name) => !columns.has(name));
  if (unknown !== undefined) {
    const what = `the session has a column "${unknown}", which this database does not have`;
    throw new SegueError("refused", `${what}: nothing was changed`, {
      hint: "a newer version of Hermes may have it",
    });
  }
  const row: Record<string, SQLInputValue> = {};
  for (const [name, { fallback }] of columns) {
    if (UNTOLD[table].has(name)) continue;
    row[name] = Object.hasOwn(record, name) ? sqlValue(name, record[name]) : fallback;
  }
  return row;
}

function sqlValue(name: string, value: Json | undefined): SQLInputValue {
  if (value === undefined || value === null) return null;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value !== "object") return value;
  if (isObject(value)) {
    const integer = string(member(value, "segue.integer"));
    if (integer !== undefined) return BigInt(integer);
    const bytes = string(member(value, "segue.bytes"));
    if (bytes !== undefined) return Buffer.from(bytes, "base64");
  }
  const json = pythonJson(value);
  return name === "content" ? JSON_CONTENT + json : json;
}
