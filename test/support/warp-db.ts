/** A database as Warp makes it, as far as conversations go; and its messages as Protocol Buffers. */
import { DatabaseSync } from "node:sqlite";
import { TASK } from "../../src/agents/warp/schema.ts";
import type { Field, Schema } from "../../src/agents/warp/wire.ts";
import type { Json, JsonObject } from "../../src/session/types.ts";

const SCHEMA = `
CREATE TABLE agent_conversations (id INTEGER PRIMARY KEY NOT NULL, conversation_id TEXT NOT NULL,
  conversation_data TEXT NOT NULL, last_modified_at TIMESTAMP NOT NULL, summary TEXT);
CREATE TABLE agent_tasks (id INTEGER PRIMARY KEY NOT NULL, conversation_id TEXT NOT NULL, task_id TEXT NOT NULL,
  task BLOB NOT NULL, last_modified_at TIMESTAMP NOT NULL);
CREATE TABLE ai_queries (id INTEGER PRIMARY KEY NOT NULL, exchange_id TEXT NOT NULL, conversation_id TEXT NOT NULL,
  start_ts DATETIME NOT NULL, input TEXT NOT NULL, working_directory TEXT, output_status TEXT NOT NULL,
  model_id TEXT NOT NULL DEFAULT '', planning_model_id TEXT NOT NULL DEFAULT '', coding_model_id TEXT NOT NULL DEFAULT '');
`;

export function makeWarp(path: string): void {
  const db = new DatabaseSync(path);
  db.exec(SCHEMA);
  db.close();
}

export interface WarpQuery {
  text: string;
  folder: string;
  at: string;
}

/** A conversation, with these queries and tasks. A task may be bytes. */
export function addConversation(
  path: string,
  id: string,
  queries: readonly WarpQuery[],
  tasks: readonly (JsonObject | Buffer)[],
): void {
  const db = new DatabaseSync(path);
  const modified = queries.at(-1)?.at ?? "2026-11-20 10:00:00";
  db.prepare(
    "INSERT INTO agent_conversations (conversation_id, conversation_data, last_modified_at) VALUES (?, ?, ?)",
  ).run(id, '{"server_conversation_token":"token"}', modified);
  for (const [n, { text, folder, at }] of queries.entries()) {
    const input = JSON.stringify([{ Query: { text } }]);
    db.prepare(
      `INSERT INTO ai_queries (exchange_id, conversation_id, start_ts, input, working_directory, output_status, model_id)
       VALUES (?, ?, ?, ?, ?, 'Completed', 'auto')`,
    ).run(`exchange-${n}`, id, at, input, folder);
  }
  for (const [n, task] of tasks.entries()) {
    const bytes = Buffer.isBuffer(task) ? task : encoded(task, TASK);
    const name = Buffer.isBuffer(task) ? `task-${n}` : String(task.id);
    db.prepare(
      "INSERT INTO agent_tasks (conversation_id, task_id, task, last_modified_at) VALUES (?, ?, ?, ?)",
    ).run(id, name, bytes, modified);
  }
  db.close();
}

function fieldsOf(schema: Schema): Readonly<Record<number, Field>> {
  return typeof schema === "function" ? schema() : schema;
}

/** The inverse of `decoded`, for what a schema names. */
export function encoded(message: JsonObject, schema: Schema): Buffer {
  const parts: Buffer[] = [];
  for (const [number, field] of Object.entries(fieldsOf(schema))) {
    const value = message[field.name];
    if (value === undefined) continue;
    const all = field.many && Array.isArray(value) ? value : [value];
    for (const one of all) parts.push(fieldBytes(Number(number), one, field.of));
  }
  return Buffer.concat(parts);
}

function fieldBytes(number: number, value: Json, of: Field["of"]): Buffer {
  if (typeof value === "boolean") return Buffer.concat([tag(number, 0), varint(value ? 1 : 0)]);
  if (typeof value === "number" && of === "double") {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(value);
    return Buffer.concat([tag(number, 1), bytes]);
  }
  if (typeof value === "number") return Buffer.concat([tag(number, 0), varint(value)]);
  const bytes = bytesOf(value, of);
  return Buffer.concat([tag(number, 2), varint(bytes.length), bytes]);
}

function bytesOf(value: Json, of: Field["of"]): Buffer {
  if (typeof value === "string") return Buffer.from(value, of === "bytes" ? "base64" : "utf8");
  if (typeof value !== "object" || value === null || Array.isArray(value)) return Buffer.alloc(0);
  return typeof of === "string" ? Buffer.alloc(0) : encoded(value, of);
}

function tag(number: number, type: number): Buffer {
  return varint(number * 8 + type);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Buffer.from(bytes);
}
