/** The rows of a conversation's database as lines, and lines as rows. */
import type { DatabaseSync, SQLInputValue, SQLOutputValue } from "node:sqlite";
import { SegueError } from "../../errors.ts";
import { parseValue } from "../../lossless/json-text.ts";
import { isObject, member, number, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";
import { columnsOf } from "../shared/columns.ts";
import { unknownLayout } from "../shared/sqlite.ts";
import { unwrap } from "./records.ts";
import { ERROR, MAIN, METADATA, PAYLOAD, USER } from "./steps.ts";
import { decoded, encoded, type Hint } from "./wire.ts";

/** As agy 1.1.16 makes it. The tables of which Segue has no lines are left as they are. */
export const LAYOUT = `PRAGMA user_version = 1;
CREATE TABLE trajectory_meta (trajectory_id text, cascade_id text, trajectory_type integer, source integer, PRIMARY KEY (trajectory_id));
CREATE TABLE steps (idx integer, step_type integer NOT NULL DEFAULT 0, status integer NOT NULL DEFAULT 0,
  has_subtrajectory numeric NOT NULL DEFAULT false, metadata blob, error_details blob, permissions blob, task_details blob,
  render_info blob, step_payload blob, step_format integer NOT NULL DEFAULT 0, PRIMARY KEY (idx));
CREATE INDEX idx_steps_status ON steps(status);
CREATE INDEX idx_steps_step_type ON steps(step_type);
CREATE TABLE gen_metadata (idx integer, data blob, size integer NOT NULL DEFAULT 0, PRIMARY KEY (idx));
CREATE TABLE executor_metadata (idx integer, data blob, PRIMARY KEY (idx));
CREATE TABLE parent_references (idx integer, data blob, PRIMARY KEY (idx));
CREATE TABLE trajectory_metadata_blob (id text DEFAULT "main", data blob, PRIMARY KEY (id));
CREATE TABLE battle_mode_infos (idx integer, data blob, PRIMARY KEY (idx));`;

const NEEDED = {
  trajectory_meta: ["trajectory_id", "cascade_id"],
  steps: ["idx", "step_type", "status", "step_payload"],
} as const;

/** What the layout lacks; null if it is known. */
export function missingIn(db: DatabaseSync): string | null {
  for (const [table, names] of Object.entries(NEEDED)) {
    const columns = columnsOf(db, table);
    const missing = names.find((name) => !columns.has(name));
    if (missing !== undefined) return `${table} has no column "${missing}"`;
  }
  return null;
}

/** @throws SegueError if the layout is unknown. */
export function checkLayout(db: DatabaseSync, path: string): void {
  const missing = missingIn(db);
  if (missing !== null) throw unknownLayout(path, missing);
}

type Row = Record<string, SQLOutputValue>;

/** Columns whose blobs are messages. */
const BLOBS: { readonly [column: string]: Hint } = {
  metadata: METADATA,
  error_details: ERROR,
  permissions: {},
  task_details: {},
  render_info: {},
};

/** Columns that a line has only if they are not what they usually are. */
const USUAL: { readonly [column: string]: number } = { has_subtrajectory: 0, step_format: 0 };

/** The conversation of this id; null if it is another. */
export function readLines(db: DatabaseSync, id: string): string[] | null {
  return linesFrom(db, id, "SELECT * FROM steps ORDER BY idx");
}

/** What describes the conversation, and the first that the user said; null without any step. */
export function readHead(db: DatabaseSync, id: string): string[] | null {
  if (selected(db, "SELECT idx FROM steps LIMIT 1").length === 0) return null;
  return linesFrom(db, id, `SELECT * FROM steps WHERE step_type = ${USER} ORDER BY idx LIMIT 1`);
}

function linesFrom(db: DatabaseSync, id: string, sql: string): string[] | null {
  const all = selected(db, "SELECT * FROM trajectory_meta");
  const own = all.filter(({ cascade_id }) => cascade_id === id);
  // A copy of a database has another name than its conversation.
  const [meta] = own.length > 0 || all.length > 1 ? own : all;
  if (meta === undefined) return null;
  const hasMain = columnsOf(db, "trajectory_metadata_blob").has("data");
  const blob = hasMain
    ? db.prepare("SELECT data FROM trajectory_metadata_blob WHERE id = 'main'").get()?.data
    : undefined;
  const main = blob instanceof Uint8Array ? { main: decoded(Buffer.from(blob), MAIN) } : {};
  const steps = selected(db, sql);
  return [
    { conversation: plainRow(meta), ...main },
    ...steps.map((row) => ({ step: stepOf(row) })),
  ].map((line) => JSON.stringify(line));
}

/** Numbers as bigints: one that is too large for JavaScript is kept as well. */
function selected(db: DatabaseSync, sql: string): Row[] {
  const statement = db.prepare(sql);
  statement.setReadBigInts(true);
  return statement.all();
}

function plainRow(row: Row): JsonObject {
  const members = Object.entries(row).flatMap(([name, value]): [string, Json][] =>
    value === null ? [] : [[name, jsonOf(value)]],
  );
  return Object.fromEntries(members);
}

function jsonOf(value: SQLOutputValue): Json {
  if (value instanceof Uint8Array) return { base64: Buffer.from(value).toString("base64") };
  if (typeof value !== "bigint") return value;
  const n = Number(value);
  return Number.isSafeInteger(n) ? n : { int: String(value) };
}

function stepOf({ step_payload: bytes, ...others }: Row): JsonObject {
  const payload = bytes instanceof Uint8Array ? decoded(Buffer.from(bytes), PAYLOAD) : {};
  const members = Object.entries(others).flatMap(([name, value]): [string, Json][] => {
    if (typeof value === "bigint" && Number(value) === USUAL[name]) return [];
    if (name === "metadata" && isMirror(value, payload)) return [];
    // Not there, though a copy of what the payload says is expected.
    if (value === null) return name === "metadata" ? [[name, null]] : [];
    const hint = BLOBS[name];
    const isBlob = hint !== undefined && value instanceof Uint8Array;
    return [[name, isBlob ? decoded(Buffer.from(value), hint) : jsonOf(value)]];
  });
  const own = bytes instanceof Uint8Array ? payload : jsonOf(bytes ?? null);
  return { ...Object.fromEntries(members), ...(own === null ? {} : { payload: own }) };
}

/** The column repeats what the payload has. */
function isMirror(value: SQLOutputValue | undefined, payload: JsonObject): boolean {
  const own = payload["#5"];
  if (own === undefined) return value === null;
  return value instanceof Uint8Array && encoded(own).equals(Buffer.from(value));
}

export interface Rows {
  meta: JsonObject;
  main: Buffer | null;
  steps: ReadonlyMap<number, StepRow>;
}

/** A step's row by column, and its line. */
export interface StepRow {
  line: string;
  columns: ReadonlyMap<string, SQLInputValue>;
}

/** @throws SegueError if a line is no row of a conversation. */
export function rowsOf(lines: readonly string[], path: string): Rows {
  const [first = "", ...others] = lines;
  const head = unwrap(parseValue(first) ?? null);
  const steps = new Map<number, StepRow>();
  for (const line of others) {
    const stored = unwrap(parseValue(line) ?? null);
    const idx = stored.kind === "step" ? number(stored.step.idx) : undefined;
    if (stored.kind !== "step" || idx === undefined || steps.has(idx)) throw noConversation(path);
    steps.set(idx, { line, columns: columnsFor(stored.step) });
  }
  if (head.kind !== "conversation") throw noConversation(path);
  const hasMain = isObject(member(parseValue(first), "main"));
  return { meta: head.row, main: hasMain ? encoded(head.main) : null, steps };
}

function columnsFor({ payload, ...others }: JsonObject): Map<string, SQLInputValue> {
  const row = new Map<string, SQLInputValue>();
  for (const [name, value] of Object.entries(others)) row.set(name, sqlValue(value));
  if (!row.has("metadata") && isObject(payload) && payload["#5"] !== undefined) {
    row.set("metadata", encoded(payload["#5"]));
  }
  if (payload !== undefined) row.set("step_payload", sqlValue(payload));
  return row;
}

export function sqlValue(value: Json): SQLInputValue {
  if (value === null || typeof value === "number" || typeof value === "string") return value;
  const int = isObject(value) ? string(value.int) : undefined;
  if (int !== undefined && /^-?\d{1,19}$/.test(int)) return BigInt(int);
  return isObject(value) ? encoded(value) : JSON.stringify(value);
}

function noConversation(path: string): SegueError {
  const what = "these lines are not a conversation of Antigravity's";
  return new SegueError("refused", what, { where: path });
}
