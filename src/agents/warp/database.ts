/** Warp's conversations as lines. Its database is only read. */
import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { SegueError } from "../../errors.ts";
import { array, isObject, member, number, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";
import { columnsOf } from "../shared/columns.ts";
import { holdsIn, reading, unknownLayout } from "../shared/sqlite.ts";
import type { Database } from "../types.ts";
import { TASK } from "./schema.ts";
import { decoded } from "./wire.ts";

export const database: Database = { holds, read, replace: refuse, renamed: (lines) => [...lines] };

const NEEDED = {
  agent_conversations: ["conversation_id", "conversation_data", "last_modified_at"],
  ai_queries: ["conversation_id", "exchange_id", "start_ts", "input"],
} as const;

/** Databases that were examined: lists ask about the same one for every session. */
const known = new Set<string>();

export function holds(path: string): boolean {
  if (known.has(path)) return true;
  if (/\.jsonl?$/.test(path)) return false;
  const isOurs = holdsIn(path, (db) => missingIn(db) === null);
  if (isOurs) known.add(path);
  return isOurs;
}

function missingIn(db: DatabaseSync): string | null {
  for (const [table, names] of Object.entries(NEEDED)) {
    const columns = columnsOf(db, table);
    const missing = names.find((name) => !columns.has(name));
    if (missing !== undefined) return `${table} has no column "${missing}"`;
  }
  return null;
}

function refuse(path: string): never {
  throw new SegueError("refused", "Segue does not write to Warp's database", { where: path });
}

type Row = Record<string, SQLOutputValue>;

function read(path: string, id: string): string[] | null {
  return reading(path, (db) => {
    const missing = missingIn(db);
    if (missing !== null) throw unknownLayout(path, missing);
    const [own] = rows(db, "agent_conversations", id);
    if (own === undefined) return null;
    const queries = rows(db, "ai_queries", id);
    const tasks = columnsOf(db, "agent_tasks").has("task") ? rows(db, "agent_tasks", id) : [];
    const lines = tasks.map(taskLines);
    const messages = lines.flatMap((one) => one.messages).sort(byTime);
    return [
      { conversation: jsonOf(own), ...about(queries, lines) },
      ...queries.map((row) => ({ query: jsonOf(row) })),
      ...lines.map((one) => ({ task: one.task })),
      ...messages.map(({ message }) => ({ message })),
    ].map((line) => JSON.stringify(line));
  });
}

function rows(db: DatabaseSync, table: string, id: string): Row[] {
  const statement = db.prepare(`SELECT * FROM ${table} WHERE conversation_id = ? ORDER BY id`);
  statement.setReadBigInts(true);
  return statement.all(id);
}

function jsonOf(row: Row): JsonObject {
  const members = Object.entries(row).flatMap(([name, value]): [string, Json][] => {
    if (value === null) return [];
    if (typeof value === "bigint") return [[name, Number(value)]];
    return [[name, value instanceof Uint8Array ? base64(value) : value]];
  });
  return Object.fromEntries(members);
}

function base64(bytes: Uint8Array): JsonObject {
  return { base64: Buffer.from(bytes).toString("base64") };
}

interface TaskLines {
  task: JsonObject;
  messages: { message: JsonObject; seconds: number; nanos: number }[];
}

/** A blob that is no message of the known schema is kept as it is. */
function taskLines(row: Row): TaskLines {
  const { task: blob, ...others } = row;
  const bytes = blob instanceof Uint8Array ? Buffer.from(blob) : Buffer.alloc(0);
  const task = decoded(bytes, TASK);
  if (task === null) return { task: { ...jsonOf(others), blob: base64(bytes) }, messages: [] };
  const { messages, ...rest } = task;
  return {
    task: { ...jsonOf(others), ...rest },
    messages: timed(array(messages).filter(isObject)),
  };
}

/** A message without a time stays behind the one before it: it has that one's, or the first. */
function timed(messages: readonly JsonObject[]): TaskLines["messages"] {
  const times = messages.map(({ timestamp }) => number(member(timestamp, "seconds")));
  let seconds = times.find((time) => time !== undefined) ?? 0;
  let nanos = 0;
  return messages.map((message, n) => {
    const own = times[n];
    if (own !== undefined) {
      seconds = own;
      nanos = number(member(message.timestamp, "nanos")) ?? 0;
    }
    return { message, seconds, nanos };
  });
}

type Timed = TaskLines["messages"][number];

function byTime(a: Timed, b: Timed): number {
  return a.seconds - b.seconds || a.nanos - b.nanos;
}

/** What the first line says of the whole: folder, title and time are in other rows. */
function about(queries: readonly Row[], tasks: readonly TaskLines[]): JsonObject {
  const text = (row: Row | undefined, name: string) => {
    const value = row?.[name];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const root = tasks.find(({ task }) => !string(member(task.dependencies, "parent_task_id")));
  const facts = {
    folder: text(
      queries.find((row) => text(row, "working_directory") !== undefined),
      "working_directory",
    ),
    model: text(queries.at(-1), "model_id"),
    started: text(queries[0], "start_ts"),
    title: string(root?.task.description),
    root: string(root?.task.id),
    messages: tasks.reduce((sum, one) => sum + one.messages.length, 0),
  };
  return JSON.parse(JSON.stringify({ about: facts }));
}
