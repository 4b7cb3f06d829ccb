/** Sessions as rows of Mastra Code's SQLite database, which libSQL writes. */
import { execFileSync } from "node:child_process";
import type { DatabaseSync } from "node:sqlite";
import { SegueError } from "../../errors.ts";
import { parseValue } from "../../lossless/json-text.ts";
import { array, isObject, member, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";
import { uuid4 } from "../shared/ids.ts";
import { movedOn, sameLines } from "../shared/lines.ts";
import { reading, tablesOf, writing } from "../shared/sqlite.ts";
import type { Database, ImportRequest } from "../types.ts";
import { signalOf } from "./records.ts";
import {
  KEYS,
  type Row,
  type Rows,
  readLines,
  rowsOf,
  type Schema,
  schemaOf,
  TABLE_NAMES,
  TABLES,
  type Table,
} from "./rows.ts";

export const database: Database = {
  ...{ holds, read, end: read, replace, unopened, renamed },
  import: makeDatabase,
};

/** Databases that were examined: lists ask about the same one for every session. */
const known = new Set<string>();

export function holds(path: string): boolean {
  if (known.has(path)) return true;
  if (/\.jsonl?$/.test(path)) return false;
  const tables = tablesOf(path);
  const isOurs = tables?.has(TABLES.thread) === true && tables.has(TABLES.message);
  if (isOurs) known.add(path);
  return isOurs;
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
  writing(path, (db) => {
    const schema = schemaOf(db, path, "write");
    const now = readLines(db, schema, id);
    const then = now && before ? unopened(now, before) : now;
    if (!sameLines(then, before)) throw movedOn(path, now, before, `session "${id}"`);
    const lines = (after ?? []).map((line) => parseValue(line) ?? null);
    if (after !== null) checkOwn(lines, id, path);
    const old = rowsOf(
      db,
      (now ?? []).map((line) => parseValue(line) ?? null),
      id,
    );
    turn(db, schema, old, rowsOf(db, lines, id), path);
    if (after === null) forget(db, schema, id);
    if (sameLines(readLines(db, schema, id), after)) return;
    const what = "the database does not return these rows as they are: nothing was changed";
    throw new SegueError("refused", what, { where: path });
  });
}

/** Opening a thread changes when it was updated: see `makeNewest` in launch.ts. */
function unopened(now: readonly string[], then: readonly string[]): readonly string[] {
  const [head, ...others] = now;
  const [old] = then;
  if (head === undefined || old === undefined) return now;
  return untimed(head) === untimed(old) ? [old, ...others] : now;
}

function untimed(line: string): string {
  const record = parseValue(line);
  const thread = member(record, "thread");
  if (!isObject(record) || !isObject(thread)) return line;
  return JSON.stringify({ ...record, thread: { ...thread, updatedAt: null } });
}

/** Lines of one session never affect another session's rows. */
function checkOwn(lines: readonly Json[], id: string, path: string): void {
  const [head, ...others] = lines;
  const isOwn = (memory: Json) => member(memory, "lookupKey") === `thread:${id}`;
  const memories = [
    ...array(member(head, "memories")),
    ...others.flatMap((line) => member(line, "memory") ?? []),
  ];
  const isRow = (line: Json) =>
    isObject(member(line, "memory")) || isObject(member(line, "message"));
  const isThread = member(member(head, "thread"), "id") === id;
  if (isThread && others.every(isRow) && memories.every(isOwn)) return;
  throw new SegueError("refused", "the rows belong to another session, or are none", {
    where: path,
  });
}

/** What Mastra Code has noted of a session that is removed. */
function forget(db: DatabaseSync, schema: Schema, id: string): void {
  if (schema.has("state")) {
    db.prepare(`DELETE FROM "${TABLES.state}" WHERE "threadId" = ?`).run(id);
  }
}

/** The inserts, changes and deletes that turn the rows `before` into `after`. */
function turn(db: DatabaseSync, schema: Schema, before: Rows, after: Rows, path: string): void {
  for (const table of TABLE_NAMES) {
    const [old, now] = [before.get(table), after.get(table)];
    const columns = schema.get(table);
    if (!columns) {
      if (!now?.size) continue;
      const what = `the database has no table "${TABLES[table]}"`;
      throw new SegueError("refused", `${what}: nothing was changed`, { where: path });
    }
    for (const [key, row] of old ?? []) if (!now?.has(key)) remove(db, table, row);
    for (const [key, row] of now ?? []) {
      checkColumns(row, columns, path);
      const was = old?.get(key);
      if (!was) insert(db, table, row);
      else if (!isSameRow(was, row)) update(db, table, columns, row);
    }
  }
}

function checkColumns(row: Row, columns: ReadonlySet<string>, path: string): void {
  const unknown = [...row.keys()].find((name) => !columns.has(name));
  if (unknown === undefined) return;
  const what = `the session has a column "${unknown}", which this database does not have`;
  throw new SegueError("refused", `${what}: nothing was changed`, { where: path });
}

function isSameRow(a: Row, b: Row): boolean {
  const names = [...new Set([...a.keys(), ...b.keys()])];
  return names.every((name) => printed(a.get(name)) === printed(b.get(name)));
}

function printed(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  return `${typeof value}:${String(value ?? null)}`;
}

function insert(db: DatabaseSync, table: Table, row: Row): void {
  const names = [...row.keys()];
  const list = names.map((name) => `"${name}"`).join(", ");
  const marks = names.map(() => "?").join(", ");
  db.prepare(`INSERT INTO "${TABLES[table]}" (${list}) VALUES (${marks})`).run(...row.values());
}

function update(db: DatabaseSync, table: Table, columns: ReadonlySet<string>, row: Row): void {
  const names = [...columns].filter((name) => !KEYS[table].includes(name));
  const list = names.map((name) => `"${name}" = ?`).join(", ");
  const where = KEYS[table].map((name) => `"${name}" = ?`).join(" AND ");
  const values = [...names, ...KEYS[table]].map((name) => row.get(name) ?? null);
  db.prepare(`UPDATE "${TABLES[table]}" SET ${list} WHERE ${where}`).run(...values);
}

function remove(db: DatabaseSync, table: Table, row: Row): void {
  const where = KEYS[table].map((name) => `"${name}" = ?`).join(" AND ");
  const values = KEYS[table].map((name) => row.get(name) ?? null);
  db.prepare(`DELETE FROM "${TABLES[table]}" WHERE ${where}`).run(...values);
}

/** The same session under a new id: ids of messages are unique in the whole database. */
function renamed(lines: readonly string[], newId: string): string[] {
  const ids = new Map<string, string>();
  const idFor = (id: string): string => {
    const own = ids.get(id) ?? uuid4(newId, ids.size);
    ids.set(id, own);
    return own;
  };
  return lines.map((line) => {
    const record = parseValue(line);
    if (!isObject(record)) return line;
    const thread = record.thread;
    if (isObject(thread)) return JSON.stringify(headFor(record, thread, newId, idFor));
    const memory = record.memory;
    if (isObject(memory)) return JSON.stringify({ memory: memoryFor(memory, newId, idFor) });
    const message = record.message;
    const id = string(member(message, "id"));
    if (!isObject(message) || id === undefined) return line;
    return JSON.stringify({ message: messageFor(message, idFor(id)) });
  });
}

function headFor(
  head: JsonObject,
  thread: JsonObject,
  newId: string,
  idFor: (id: string) => string,
): JsonObject {
  const { metadata } = thread;
  const about = isObject(metadata) ? { metadata: metadataFor(metadata, idFor) } : {};
  const own = { ...head, thread: { ...thread, id: newId, ...about } };
  if (!Array.isArray(head.memories)) return own;
  const memories = head.memories.map((one) => (isObject(one) ? memoryFor(one, newId, idFor) : one));
  return { ...own, memories };
}

/** It names the messages that told of the thread's states. */
function metadataFor(metadata: JsonObject, idFor: (id: string) => string): JsonObject {
  const { mastra } = metadata;
  if (!isObject(mastra) || !isObject(mastra.stateSignals)) return metadata;
  const signals = mastra.stateSignals;
  return { ...metadata, mastra: { ...mastra, stateSignals: withIds(signals, idFor) } };
}

const SIGNAL_IDS = new Set(["id", "lastSignalId", "lastSnapshotSignalId"]);

function withIds(value: Json, idFor: (id: string) => string): Json {
  if (Array.isArray(value)) return value.map((one) => withIds(one, idFor));
  if (!isObject(value)) return value;
  const renamed = Object.entries(value).map(([key, own]): [string, Json] => {
    const isId = SIGNAL_IDS.has(key) && typeof own === "string";
    return [key, isId ? idFor(own) : withIds(own, idFor)];
  });
  return Object.fromEntries(renamed);
}

function memoryFor(memory: JsonObject, newId: string, idFor: (id: string) => string): JsonObject {
  const own: JsonObject = {
    ...memory,
    id: idFor(string(memory.id) ?? ""),
    lookupKey: `thread:${newId}`,
    threadId: newId,
  };
  const listed = parseValue(string(memory.observedMessageIds) ?? "null");
  if (!Array.isArray(listed)) return own;
  const observed = listed.map((id) => (typeof id === "string" ? idFor(id) : id));
  return { ...own, observedMessageIds: JSON.stringify(observed) };
}

function messageFor(message: JsonObject, id: string): JsonObject {
  const { content } = message;
  const metadata = member(content, "metadata");
  if (!isObject(content) || !isObject(metadata) || !isObject(metadata.signal)) {
    return { ...message, id };
  }
  const signal = { ...signalOf(content), id };
  return { ...message, id, content: { ...content, metadata: { ...metadata, signal } } };
}

/** Opening a thread that is not there makes the database, and does nothing else. */
function makeDatabase({ command, path, cwd, env }: ImportRequest): void {
  if (holds(path)) return;
  try {
    const args = ["--thread", "none", "--prompt", "none"];
    execFileSync(command, args, { cwd, env, stdio: "ignore", timeout: 60_000 });
  } catch {
    // It ends with an error; if it made no database, the caller says so.
  }
}
