/** What Deep Agents Code's database has of threads, and their rows as lines. */
import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { parseValue } from "../../lossless/json-text.ts";
import { compact, member, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";
import { columnsOf } from "../shared/columns.ts";
import { allRows, type Row, sessionsIn, unknownLayout } from "../shared/sqlite.ts";
import type { Found } from "../types.ts";
import { type Held, idOf, isRemoval, Messages } from "./fold.ts";
import { decode, payloadOf, rawJson } from "./msgpack.ts";
import { MESSAGES, saidOf, snapshotRecord, writeRecord, writtenIn } from "./records.ts";
import { ticksOf, timeOf } from "./uuid6.ts";

const COLUMNS: { readonly [table: string]: readonly string[] } = {
  checkpoints: [
    "thread_id",
    "checkpoint_ns",
    "checkpoint_id",
    "parent_checkpoint_id",
    "type",
    "checkpoint",
    "metadata",
  ],
  writes: [
    "thread_id",
    "checkpoint_ns",
    "checkpoint_id",
    "task_id",
    "idx",
    "channel",
    "type",
    "value",
  ],
};

/** Columns that newer versions have, and that need not be there. */
const NEWER = new Set(["task_path"]);

/** @throws SegueError if the layout is unknown */
export function checkSchema(db: DatabaseSync, path: string, purpose: "read" | "write"): void {
  for (const [table, needed] of Object.entries(COLUMNS)) {
    const columns = columnsOf(db, table);
    const missing = needed.find((name) => !columns.has(name));
    if (missing !== undefined) throw unknownLayout(path, `${table} has no column "${missing}"`);
    for (const { name, required } of purpose === "write" ? columns.values() : []) {
      if (needed.includes(name) || NEWER.has(name) || !required) continue;
      throw unknownLayout(path, `${table} has a new column "${name}" that must be filled`);
    }
  }
}

export function hasTable(db: DatabaseSync, name: string): boolean {
  const sql = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?";
  return db.prepare(sql).get(name) !== undefined;
}

export function hasTaskPath(db: DatabaseSync): boolean {
  return columnsOf(db, "writes").has("task_path");
}

/**
 * Channels that are not in the lines: which node is next, what the CLI gathers anew for each turn, and
 * its counts. The interpreter's memory alone is over a megabyte a turn.
 */
const UNTOLD = [
  "__pregel_tasks",
  "__no_writes__",
  "__start__",
  "_quickjs_snapshot_payload",
  "_quickjs_slot_id",
  "memory_contents",
  "skills_metadata",
  "skills_load_errors",
  "skills_loaded_by",
  "_skill_tools_disclosed",
  "_local_context",
  "_latest_local_context_fingerprint",
  "_hooks_session_gate",
  "_hooks_pre_tool_outcomes",
  "_last_model_request_at",
  "_last_cache_model_spec",
  "_last_cache_endpoint",
  "_last_cache_use",
  "_model_params",
  "_session_cost_breakdown",
  "_session_cost_usd",
  "_session_cost_transfers",
  "goal_criteria_request",
];

/** A thread as lines; null when it is not there. */
export function linesOf(db: DatabaseSync, id: string): string[] | null {
  const thread = threadOf(db, id);
  if (thread === null) return null;
  return [thread, ...new Telling(db, id).records()].map((record) => JSON.stringify(record));
}

function threadOf(db: DatabaseSync, id: string): JsonObject | null {
  const sql = `SELECT metadata FROM checkpoints WHERE thread_id = ? AND checkpoint_ns = ''
    ORDER BY checkpoint_id LIMIT 1`;
  const first = db.prepare(sql).get(id);
  if (!first) return null;
  const metadata = metadataOf(first.metadata);
  return compact({
    thread_id: id,
    name: nameOf(db, id),
    agent_name: string(member(metadata, "agent_name")),
    cwd: string(member(metadata, "cwd")),
    git_branch: string(member(metadata, "git_branch")),
  });
}

export function metadataOf(value: SQLOutputValue | undefined): Json {
  const text = value instanceof Uint8Array ? Buffer.from(value).toString() : value;
  return typeof text === "string" ? (parseValue(text) ?? null) : null;
}

function nameOf(db: DatabaseSync, id: string): string | undefined {
  if (!hasTable(db, "dcode_thread_names")) return undefined;
  const row = db.prepare("SELECT name FROM dcode_thread_names WHERE thread_id = ?").get(id);
  return typeof row?.name === "string" ? row.name : undefined;
}

interface Item extends Held {
  message: Json;
}

/** Tells the steps of a thread, in the order of their ids. */
class Telling {
  readonly #db: DatabaseSync;
  readonly #id: string;
  readonly #out: JsonObject[] = [];
  /** Of each checkpoint, the messages before it, and the nearest step that was told. */
  readonly #ids = new Map<string, Messages<Item>>();
  readonly #told = new Map<string, string | null>();
  #last: string | null = null;

  constructor(db: DatabaseSync, id: string) {
    this.#db = db;
    this.#id = id;
  }

  records(): JsonObject[] {
    const writes = this.#writes();
    const sql = `SELECT checkpoint_id, parent_checkpoint_id, type, checkpoint FROM checkpoints
      WHERE thread_id = ? AND checkpoint_ns = '' ORDER BY checkpoint_id`;
    for (const row of this.#db.prepare(sql).iterate(this.#id)) {
      const own = String(row.checkpoint_id);
      this.#checkpoint(
        own,
        textOf(row.parent_checkpoint_id),
        snapshotIn(row),
        writes.get(own) ?? [],
      );
      writes.delete(own);
    }
    return this.#out;
  }

  #writes(): Map<string, Row[]> {
    const path = hasTaskPath(this.#db) ? "task_path" : "''";
    const marks = UNTOLD.map(() => "?").join(", ");
    const sql = `SELECT checkpoint_id, task_id, ${path} AS path, idx, channel, type, value FROM writes
      WHERE thread_id = ? AND checkpoint_ns = '' AND channel NOT IN (${marks})
        AND channel NOT LIKE 'branch:%' ORDER BY checkpoint_id, path, task_id, idx`;
    const grouped = new Map<string, Row[]>();
    for (const row of this.#db.prepare(sql).iterate(this.#id, ...UNTOLD)) {
      const own = String(row.checkpoint_id);
      const group = grouped.get(own);
      if (group) group.push(row);
      else grouped.set(own, [row]);
    }
    return grouped;
  }

  #checkpoint(own: string, parent: string | null, snapshot: Json[] | null, writes: Row[]): void {
    const before = (parent === null ? null : this.#told.get(parent)) ?? null;
    let ids = (parent === null ? undefined : this.#ids.get(parent)) ?? Messages.of<Item>([]);
    const records: JsonObject[] = [];
    const after = before === this.#last ? undefined : before;
    if (snapshot !== null) {
      const held = snapshot.map(itemOf);
      if (!areSame(held, ids.items())) {
        records.push(snapshotRecord(own, snapshot, after));
        ids = Messages.of(held);
      }
    }
    for (const row of writes) {
      const value = jsonOf(row);
      records.push(writeRecord(writeOf(own, row, value), records.length === 0 ? after : undefined));
      if (row.channel === MESSAGES) ids = idsAfter(ids, value);
    }
    this.#out.push(...records);
    this.#ids.set(own, ids);
    this.#told.set(own, records.length > 0 ? own : before);
    if (records.length > 0) this.#last = own;
  }
}

/**
 * Are the messages of a checkpoint those that were written? Older versions write a prompt without an id,
 * which the checkpoint after it has.
 */
function areSame(held: readonly Item[], written: readonly Item[]): boolean {
  return held.length === written.length && held.every((item, n) => isSame(item, written[n]));
}

/** What of a message is sent; the rest may be spelled anew when it is loaded and saved. */
const SENT = ["content", "tool_calls", "invalid_tool_calls", "tool_call_id", "status"];

function isSame(held: Item, written: Item | undefined): boolean {
  if (written === undefined || (written.id !== "" && written.id !== held.id)) return false;
  const [one, other] = [saidOf(held.message)?.fields, saidOf(written.message)?.fields];
  return SENT.every((key) => isSameValue(one?.[key] ?? null, other?.[key] ?? null));
}

function isSameValue(a: Json, b: Json): boolean {
  return a === b || (typeof a === "object" && JSON.stringify(a) === JSON.stringify(b));
}

function idsAfter(before: Messages<Item>, value: Json): Messages<Item> {
  const { messages, isAll } = writtenIn(value);
  if (isAll) return Messages.of(messages.map(itemOf));
  return before.with(
    messages.map((message) => ({ item: itemOf(message), isRemoval: isRemoval(message) })),
  );
}

function itemOf(message: Json): Item {
  return { id: idOf(message), message };
}

function writeOf(checkpoint: string, row: Row, value: Json) {
  return {
    checkpoint,
    task: String(row.task_id),
    path: String(row.path),
    index: Number(row.idx),
    channel: String(row.channel),
    type: String(row.type),
    value,
  };
}

function textOf(value: SQLOutputValue | undefined): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** A value as its type says; JSON of older versions is its text. */
function jsonOf({ type, value }: Row): Json {
  if (!(value instanceof Uint8Array))
    return typeof value === "bigint" ? String(value) : (value ?? null);
  if (type === "null" && value.length === 0) return null;
  if (type === "msgpack") return decode(value);
  if (type === "json") {
    const text = Buffer.from(value).toString();
    if (Buffer.from(text).equals(value)) return text;
  }
  return rawJson(value);
}

const KEY = Buffer.concat([Buffer.from([0xa8]), Buffer.from(MESSAGES)]);

/** The messages that a checkpoint holds; null for the usual one, which holds none. */
function snapshotIn({ type, checkpoint }: Row): Json[] | null {
  if (!(checkpoint instanceof Uint8Array)) return null;
  if (type === "msgpack" && !holdsMessages(Buffer.from(checkpoint))) return null;
  const whole =
    type === "msgpack"
      ? decode(checkpoint)
      : (parseValue(Buffer.from(checkpoint).toString()) ?? null);
  const value = member(member(whole, "channel_values"), MESSAGES);
  const list = payloadOf(value) ?? value;
  return Array.isArray(list) ? list : null;
}

/** Is there a list, or an extension, under the channel's name? Elsewhere it names a version, a text. */
function holdsMessages(bytes: Buffer): boolean {
  for (let at = bytes.indexOf(KEY); at >= 0; at = bytes.indexOf(KEY, at + 1)) {
    const tag = bytes[at + KEY.length] ?? 0;
    if ((tag >= 0x90 && tag < 0xa0) || tag === 0xdc || tag === 0xdd) return true;
    if ((tag >= 0xc7 && tag <= 0xc9) || (tag >= 0xd4 && tag <= 0xd8)) return true;
  }
  return false;
}

/** The threads of a database. */
export function findThreads(path: string): Found[] {
  return sessionsIn(path, threadsIn, (row) => foundOf(path, row));
}

function threadsIn(db: DatabaseSync): Row[] {
  const name = hasTable(db, "dcode_thread_names")
    ? "(SELECT n.name FROM dcode_thread_names n WHERE n.thread_id = t.id)"
    : "NULL";
  // The times are in the ids, so that the first query reads the index alone.
  const sql = `SELECT t.id, t.oldest, t.newest, ${name} AS name, c.metadata
        FROM (SELECT thread_id AS id, min(checkpoint_id) AS oldest, max(checkpoint_id) AS newest
          FROM checkpoints WHERE checkpoint_ns = '' GROUP BY thread_id) t
        JOIN checkpoints c ON c.thread_id = t.id AND c.checkpoint_ns = '' AND c.checkpoint_id = t.oldest`;
  return allRows(db.prepare(sql));
}

function foundOf(path: string, row: Row): Found {
  const metadata = metadataOf(row.metadata);
  const newest = String(row.newest);
  return {
    agent: "deepagents",
    id: String(row.id),
    path,
    mtime: Number((ticksOf(newest) ?? 0n) / 10_000n),
    bytes: 0,
    summary: {
      title: textOf(row.name),
      cwd: string(member(metadata, "cwd")) ?? null,
      model: null,
      createdAt: timeOf(String(row.oldest)),
      updatedAt: timeOf(newest),
      messages: null,
      parent: null,
    },
  };
}
