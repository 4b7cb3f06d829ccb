/** Rows of Mastra Code's database as lines, and lines as rows. */
import type { DatabaseSync, SQLInputValue, SQLOutputValue } from "node:sqlite";
import { parseValue } from "../../lossless/json-text.ts";
import { isObject, member, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";
import { columnsOf } from "../shared/columns.ts";
import { inOrder, ordered, unknownLayout } from "../shared/sqlite.ts";
import { inner, OBSERVED } from "./records.ts";

/** What a line calls a row, and the table that has it. */
export const TABLES = {
  thread: "mastra_threads",
  state: "mastra_thread_state",
  memory: "mastra_observational_memory",
  message: "mastra_messages",
} as const;

export type Table = keyof typeof TABLES;

export const TABLE_NAMES = ["thread", "state", "memory", "message"] as const;

/** The columns that identify a row. */
export const KEYS: { readonly [table in Table]: readonly string[] } = {
  thread: ["id"],
  state: ["threadId", "type"],
  memory: ["id"],
  message: ["id"],
};

/** Columns without which nothing is read or written. */
const NEEDED: { readonly [table in Table]: readonly string[] } = {
  thread: ["id", "resourceId", "title", "metadata", "createdAt", "updatedAt"],
  state: ["threadId", "type", "value", "createdAt", "updatedAt"],
  memory: ["id", "lookupKey", "activeObservations", "lastObservedAt", "generationCount"],
  message: ["id", "thread_id", "content", "role", "type", "createdAt", "resourceId"],
};

/** Columns in the order of a line. */
const ORDER: { readonly [table in Table]: readonly string[] } = {
  ...NEEDED,
  message: ["id", "role", "type", "createdAt", "resourceId", "content"],
};

/** Which thread a row belongs to, it does not tell by itself. */
const OWNER: { readonly [table in Table]?: string } = { state: "threadId", message: "thread_id" };

/** The columns that Segue fills in observations from elsewhere. */
const FILLED = new Set(
  `id lookupKey scope resourceId threadId activeObservations originType config generationCount lastObservedAt
   pendingMessageTokens totalTokensObserved observationTokenCount isObserving isReflecting isBufferingObservation
   isBufferingReflection lastBufferedAtTokens createdAt updatedAt`.split(/\s+/),
);

/** The columns of the tables that there are: the first and the last are always there. */
export type Schema = ReadonlyMap<Table, ReadonlySet<string>>;

/** @throws SegueError if the layout is unknown. */
export function schemaOf(db: DatabaseSync, path: string, purpose: "read" | "write"): Schema {
  const schema = new Map<Table, ReadonlySet<string>>();
  for (const table of TABLE_NAMES) {
    const columns = columnsOf(db, TABLES[table]);
    const isNeeded = table === "thread" || table === "message";
    if (columns.size === 0 && !isNeeded) continue;
    const missing = NEEDED[table].find((name) => !columns.has(name));
    if (missing !== undefined) {
      throw unknownLayout(path, `${TABLES[table]} has no column "${missing}"`);
    }
    for (const { name, required } of purpose === "write" ? columns.values() : []) {
      const isKnown = table === "memory" ? FILLED.has(name) : NEEDED[table].includes(name);
      if (isKnown || !required) continue;
      throw unknownLayout(path, `${TABLES[table]} has a new column "${name}" that must be filled`);
    }
    schema.set(table, new Set(columns.keys()));
  }
  return schema;
}

type SqlRow = Record<string, SQLOutputValue>;

/** The lines of a thread; null if it does not exist. */
export function readLines(
  db: DatabaseSync,
  schema: Schema,
  id: string,
  most?: number,
): string[] | null {
  const [thread] = selected(db, `SELECT * FROM mastra_threads WHERE id = ?`, id);
  if (!thread) return null;
  const all = (table: Table, where: string, order: readonly string[], value: string): SqlRow[] => {
    if (!schema.has(table)) return [];
    const last = table === "message" ? most : undefined;
    const about = ordered(`SELECT * FROM "${TABLES[table]}" WHERE ${where}`, order, last);
    return inOrder(selected(db, about, value), last);
  };
  const states = all("state", '"threadId" = ?', ['"type"'], id);
  const memories = all("memory", '"lookupKey" = ?', ['"generationCount"', "rowid"], `thread:${id}`);
  // As Mastra Code sorts them: by time, and as they were written.
  const messages = all("message", "thread_id = ?", ['"createdAt"', "rowid"], id);
  const json = (table: Table, row: SqlRow) => jsonRow(db, table, row, thread);
  const newest = memories.at(-1);
  const isTold = newest !== undefined && String(newest.activeObservations).trim() !== "";
  // Those that are not sent tell nothing of the conversation, and change with every turn.
  const others = isTold ? memories.slice(0, -1) : memories;
  const lines: JsonObject[] = [
    {
      thread: json("thread", thread),
      ...(states.length === 0 ? {} : { state: states.map((row) => json("state", row)) }),
      ...(others.length === 0 ? {} : { memories: others.map((row) => json("memory", row)) }),
    },
    ...messages.map((row) => ({ message: json("message", row) })),
  ];
  if (isTold) lines.splice(1 + observedIn(messages, newest), 0, { memory: json("memory", newest) });
  return lines.map((line) => JSON.stringify(line));
}

/** Numbers as bigints: one that is too large for JavaScript is kept as well. */
function selected(db: DatabaseSync, sql: string, value: string): SqlRow[] {
  const statement = db.prepare(sql);
  statement.setReadBigInts(true);
  return statement.all(value);
}

/** How many messages the observations cover: a message of which they cover a part comes after them. */
function observedIn(messages: readonly SqlRow[], memory: SqlRow): number {
  const until = Date.parse(String(memory.lastObservedAt));
  const listed = inner(string(plain(memory.observedMessageIds)) ?? null);
  const ids = new Set(Array.isArray(listed) ? listed : []);
  const first = messages.findIndex((row) => {
    if (ids.has(String(row.id))) return false;
    const isPartial = String(row.content).includes(`"type":"${OBSERVED}"`);
    return isPartial || !(Date.parse(String(row.createdAt)) <= until);
  });
  return first < 0 ? messages.length : first;
}

function plain(value: SQLOutputValue | undefined): Json {
  return typeof value === "string" || typeof value === "number" ? value : null;
}

function jsonRow(db: DatabaseSync, table: Table, row: SqlRow, thread: SqlRow): JsonObject {
  const out: JsonObject = {};
  for (const name of new Set([...ORDER[table], ...Object.keys(row)])) {
    const value = row[name];
    const isOwned = table === "message" && name === "resourceId";
    if (isOwned ? value === thread.resourceId : isNothing(value) || name === OWNER[table]) continue;
    out[name] = isNothing(value) ? null : jsonValue(db, name, value);
  }
  return out;
}

function isNothing(value: SQLOutputValue | undefined): value is null | undefined {
  return value === undefined || value === null;
}

/** An object is JSONB, or the text of a message's content; any other text stays a text. */
function jsonValue(db: DatabaseSync, name: string, value: SQLOutputValue): Json {
  if (typeof value === "bigint") {
    const n = Number(value);
    return Number.isSafeInteger(n) ? n : { "segue.integer": String(value) };
  }
  if (value instanceof Uint8Array) return jsonbIn(db, value) ?? bytesIn(value);
  if (typeof value !== "string" || name !== "content") return value;
  const parsed = parseValue(value);
  return isPlain(parsed) && JSON.stringify(parsed) === value ? parsed : value;
}

function bytesIn(value: Uint8Array): JsonObject {
  return { "segue.bytes": Buffer.from(value).toString("base64") };
}

function isPlain(value: Json | undefined): value is JsonObject {
  return isObject(value) && !("segue.bytes" in value) && !("segue.integer" in value);
}

/** undefined for bytes that are no JSONB, or not in the only form that SQLite writes. */
function jsonbIn(db: DatabaseSync, bytes: Uint8Array): JsonObject | undefined {
  try {
    const text = db.prepare("SELECT json(?) AS text").get(bytes)?.text;
    const value = parseValue(String(text));
    if (!isPlain(value)) return undefined;
    const again = jsonb(db, value);
    return again instanceof Uint8Array && Buffer.from(again).equals(bytes) ? value : undefined;
  } catch {
    return undefined;
  }
}

function jsonb(db: DatabaseSync, value: Json): SQLInputValue {
  return db.prepare("SELECT jsonb(?) AS bytes").get(JSON.stringify(value))?.bytes ?? null;
}

/** A row to write, by column. */
export type Row = ReadonlyMap<string, SQLInputValue>;

/** The rows of a thread, by table and key. */
export type Rows = ReadonlyMap<Table, ReadonlyMap<string, Row>>;

export function rowsOf(db: DatabaseSync, lines: readonly Json[], id: string): Rows {
  const rows = new Map(TABLE_NAMES.map((table) => [table, new Map<string, Row>()]));
  const owner = member(member(lines[0], "thread"), "resourceId") ?? null;
  const add = (table: Table, record: Json | undefined): void => {
    if (!isObject(record)) return;
    const row = new Map<string, SQLInputValue>();
    const own = OWNER[table];
    if (own !== undefined) row.set(own, id);
    if (table === "message") row.set("resourceId", sqlValue(db, "resourceId", owner));
    for (const [name, value] of Object.entries(record)) row.set(name, sqlValue(db, name, value));
    const key = JSON.stringify(KEYS[table].map((name) => String(row.get(name) ?? "")));
    rows.get(table)?.set(key, row);
  };
  for (const line of lines) {
    add("thread", member(line, "thread"));
    for (const state of listIn(member(line, "state"))) add("state", state);
    for (const memory of listIn(member(line, "memories"))) add("memory", memory);
    add("memory", member(line, "memory"));
    add("message", member(line, "message"));
  }
  return rows;
}

function listIn(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}

function sqlValue(db: DatabaseSync, name: string, value: Json): SQLInputValue {
  if (value === null) return null;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value !== "object") return value;
  const integer = string(member(value, "segue.integer"));
  if (integer !== undefined) return BigInt(integer);
  const bytes = string(member(value, "segue.bytes"));
  if (bytes !== undefined) return Buffer.from(bytes, "base64");
  return name === "content" ? JSON.stringify(value) : jsonb(db, value);
}
