/**
 * Adds steps to a thread, and takes back those that were added. Each step that writes has a checkpoint
 * before it, as LangGraph's `update_state` makes it, and one more comes after the last: what a step wrote
 * counts from the next checkpoint on.
 */
import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { Overtaken, SegueError } from "../../errors.ts";
import { compact, isObject, member, number, object, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";
import { pythonJson } from "../shared/python-json.ts";
import { decode, encode } from "./msgpack.ts";
import { isHeld, MESSAGES, type Write, writeIn } from "./records.ts";
import { hasTaskPath, metadataOf } from "./rows.ts";
import { ticksOf, timeOf, uuid6 } from "./uuid6.ts";

/** Marks checkpoints of Segue's in their metadata, so that these can be taken back. */
const OURS = "segue";

/** How much later the last checkpoint is than the step before it, in 100 nanoseconds. Steps have a distance of twice that. */
export const AFTER = 5n;

/** What was written to a channel. */
type Value = Pick<Write, "channel" | "value">;

/** A checkpoint as its rows have it. */
interface Checkpoint {
  id: string;
  whole: JsonObject;
  metadata: JsonObject;
}

export class Steps {
  readonly #db: DatabaseSync;
  readonly #path: string;
  readonly #thread: JsonObject;
  readonly #id: string;
  readonly #hasPath: boolean;
  /** The newest checkpoint; null before the first. */
  #head: Checkpoint | null = null;
  /** What was written since. */
  #written: Value[] = [];

  constructor(db: DatabaseSync, path: string, thread: JsonObject) {
    this.#db = db;
    this.#path = path;
    this.#thread = thread;
    this.#id = string(thread.thread_id) ?? "";
    this.#hasPath = hasTaskPath(db);
  }

  /** @throws Overtaken if the CLI has made checkpoints of them, or after them */
  takeBack(records: readonly JsonObject[]): void {
    const first = string(records[0]?.checkpoint_id) ?? "";
    const sql = `SELECT checkpoint_id, metadata FROM checkpoints
      WHERE thread_id = ? AND checkpoint_ns = '' AND checkpoint_id >= ?`;
    const rows = this.#db.prepare(sql).all(this.#id, first);
    if (!rows.every(({ metadata }) => member(metadataOf(metadata), OURS) !== undefined)) {
      const what = "Deep Agents Code has continued the session";
      throw new Overtaken(`${what}: nothing was changed`, { where: this.#path });
    }
    for (const table of ["checkpoints", "writes"]) {
      const remove = `DELETE FROM ${table} WHERE thread_id = ? AND checkpoint_ns = '' AND checkpoint_id >= ?`;
      this.#db.prepare(remove).run(this.#id, first);
    }
  }

  add(records: readonly JsonObject[]): void {
    this.#head = this.#newest();
    const oldest = this.#head?.id ?? null;
    if (records.length === 0) this.#checkpoint(uuid6(0n, 0, this.#id), null);
    for (const record of records) this.#record(record, oldest);
    const last = ticksOf(this.#head?.id ?? "");
    if (last !== null && this.#written.length > 0) {
      const step = (number(this.#head?.metadata.step) ?? 0) + 1;
      this.#checkpoint(uuid6(last + AFTER, step, this.#id), this.#head);
    }
  }

  #record(record: JsonObject, oldest: string | null): void {
    const id = string(record.checkpoint_id) ?? "";
    if (id !== this.#head?.id) {
      if (ticksOf(id) === null) throw this.#refused(`"${id}" is no id of a checkpoint's`);
      // The CLI continues from the checkpoint with the greatest id.
      if (id <= (this.#head?.id ?? oldest ?? ""))
        throw this.#refused("its steps are not in the order of their ids");
      const parent = "after" in record ? this.#at(string(record.after) ?? null) : this.#head;
      this.#checkpoint(id, parent, "snapshot" in record ? (record.snapshot ?? []) : undefined);
    }
    const write = writeIn(record);
    if (write !== null) this.#write(write);
  }

  #refused(why: string): SegueError {
    const what = `the session cannot be stored for Deep Agents Code (${why})`;
    return new SegueError("refused", `${what}: nothing was changed`, { where: this.#path });
  }

  #newest(): Checkpoint | null {
    const sql = `SELECT checkpoint_id, type, checkpoint, metadata FROM checkpoints
      WHERE thread_id = ? AND checkpoint_ns = '' ORDER BY checkpoint_id DESC LIMIT 1`;
    return this.#loaded(this.#db.prepare(sql).get(this.#id));
  }

  /** The checkpoint of a step that another follows than the next one: a fork. */
  #at(step: string | null): Checkpoint | null {
    if (step === null) return null;
    const sql = `SELECT checkpoint_id, type, checkpoint, metadata FROM checkpoints
      WHERE thread_id = ? AND checkpoint_ns = '' AND checkpoint_id = ?`;
    const found = this.#loaded(this.#db.prepare(sql).get(this.#id, step));
    if (found === null) throw this.#refused(`it has no step "${step}"`);
    return found;
  }

  #loaded(row: Record<string, SQLOutputValue> | undefined): Checkpoint | null {
    if (!row) return null;
    const { type, checkpoint } = row;
    const isOurs = type === "msgpack" && checkpoint instanceof Uint8Array;
    const whole = isOurs ? object(decode(checkpoint)) : undefined;
    if (whole === undefined || !isObject(whole.channel_values)) {
      throw this.#refused("its newest checkpoint has another form");
    }
    return {
      id: String(row.checkpoint_id),
      whole,
      metadata: object(metadataOf(row.metadata)) ?? {},
    };
  }

  #write({ checkpoint, task, path, index, channel, type, value }: Write): void {
    const names = ["thread_id", "checkpoint_id", "task_id", "idx", "channel", "type", "value"];
    const values = [this.#id, checkpoint, task, index, channel, type, bytesOf(type, value)];
    if (this.#hasPath) {
      names.push("task_path");
      values.push(path);
    }
    const marks = names.map(() => "?").join(", ");
    const sql = `INSERT INTO writes (${names.join(", ")}) VALUES (${marks})`;
    this.#db.prepare(sql).run(...values);
    this.#written.push({ channel, value });
  }

  /** Makes the next checkpoint: the one before, with what was written since. */
  #checkpoint(id: string, parent: Checkpoint | null, snapshot?: Json): void {
    const isNext = parent !== null && parent.id === this.#head?.id;
    const written = isNext ? this.#written : this.#writtenAt(parent);
    const whole = nextOf(id, parent?.whole ?? null, written, snapshot);
    const metadata = this.#metadata(id, parent);
    const names = "thread_id, checkpoint_id, parent_checkpoint_id, type, checkpoint, metadata";
    this.#db
      .prepare(`INSERT INTO checkpoints (${names}) VALUES (?, ?, ?, 'msgpack', ?, ?)`)
      .run(
        this.#id,
        id,
        parent?.id ?? null,
        encode(whole),
        Buffer.from(pythonJson(metadata, false)),
      );
    this.#head = { id, whole, metadata };
    this.#written = [];
  }

  #writtenAt(parent: Checkpoint | null): Value[] {
    if (parent === null) return [];
    const sql = `SELECT channel, value FROM writes
      WHERE thread_id = ? AND checkpoint_ns = '' AND checkpoint_id = ? AND type = 'msgpack' ORDER BY task_id, idx`;
    const rows = this.#db.prepare(sql).all(this.#id, parent.id);
    return rows.map(({ channel, value }) => ({
      channel: String(channel),
      value: value instanceof Uint8Array ? decode(value) : null,
    }));
  }

  #metadata(id: string, parent: Checkpoint | null): JsonObject {
    const thread = this.#thread;
    const from = parent?.metadata ?? {};
    return compact({
      source: "update",
      step: (number(from.step) ?? -2) + 1,
      parents: {},
      thread_id: this.#id,
      agent_name: from.agent_name ?? thread.agent_name,
      cwd: from.cwd ?? thread.cwd,
      git_branch: from.git_branch ?? thread.git_branch,
      updated_at: timeOf(id) ?? undefined,
      [OURS]: 1,
    });
  }
}

function bytesOf(type: string, value: Json): Buffer {
  if (type === "null" && value === null) return Buffer.alloc(0);
  if (type === "json" && typeof value === "string") return Buffer.from(value);
  return encode(value);
}

/** The checkpoint after another, as LangGraph makes it. */
function nextOf(
  id: string,
  before: JsonObject | null,
  written: readonly Value[],
  snapshot: Json | undefined,
): JsonObject {
  const values: JsonObject = {};
  for (const [channel, value] of Object.entries(object(before?.channel_values) ?? {})) {
    // Which node would be next: the next turn starts anew. Messages are in what was written.
    const isPassing = channel.startsWith("branch:") || /^__\w+__$/.test(channel);
    if (!isPassing && channel !== MESSAGES) values[channel] = value;
  }
  const versions: JsonObject = { ...object(before?.channel_versions) };
  const updated = new Set<string>();
  for (const { channel, value } of written) {
    if (isHeld(channel)) values[channel] = value;
    if (isHeld(channel) || channel === MESSAGES) updated.add(channel);
  }
  if (snapshot !== undefined) {
    values[MESSAGES] = snapshot;
    updated.add(MESSAGES);
  }
  const version = versionAfter(Object.values(versions));
  for (const channel of updated) versions[channel] = version;
  return {
    v: 4,
    ts: `${(timeOf(id) ?? "").slice(0, -1)}000+00:00`,
    id,
    channel_values: values,
    channel_versions: versions,
    versions_seen: object(before?.versions_seen) ?? { __input__: {} },
    updated_channels: [...updated].sort(),
  };
}

/** The next after the greatest: 32 digits, and a fraction that tells apart what two processes write. */
function versionAfter(versions: readonly Json[]): string {
  const numbers = versions.map((version) => Number.parseInt(String(version), 10) || 0);
  const next = Math.max(0, ...numbers) + 1;
  return `${String(next).padStart(32, "0")}.00000000000000.5`;
}
