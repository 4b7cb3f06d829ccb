/** Rows of Devin's database as lines, and lines as rows. */
import type { DatabaseSync, SQLInputValue, SQLOutputValue } from "node:sqlite";
import { SegueError } from "../../errors.ts";
import { parseValue } from "../../lossless/json-text.ts";
import { isObject, member, string } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";
import { columnsOf } from "../shared/columns.ts";
import { membersIn, objectText } from "../shared/spans.ts";
import { unknownLayout } from "../shared/sqlite.ts";

export type Table = "sessions" | "message_nodes";

/** Columns without which nothing is read or written. */
export const NEEDED: { readonly [table in Table]: readonly string[] } = {
  sessions: ["id", "working_directory", "model", "created_at", "last_activity_at", "main_chain_id"],
  message_nodes: ["session_id", "node_id", "parent_node_id", "chat_message", "created_at"],
};

/** Columns in the order of a line. The number of a row in the whole table is Devin's own affair. */
const ORDER: { readonly [table in Table]: readonly string[] } = {
  sessions: [
    ...["id", "title", "working_directory", "model", "created_at", "last_activity_at"],
    ...["backend_type", "agent_mode", "shell_last_seen_index", "workspace_dirs", "hidden"],
    ...["metadata", "cogs_json"],
  ],
  message_nodes: ["node_id", "parent_node_id", "created_at", "metadata", "chat_message"],
};

/** What Segue fills when it writes a row. */
const FILLED: { readonly [table in Table]: readonly string[] } = {
  sessions: [...ORDER.sessions, "main_chain_id"],
  message_nodes: [...ORDER.message_nodes, "session_id"],
};

/** Their JSON goes into the line as it is spelled: printed again, `1.0` would become `1`. */
const JSONS = new Set(["chat_message", "metadata", "cogs_json", "workspace_dirs"]);

/** @throws SegueError if the layout is unknown. */
export function checkLayout(db: DatabaseSync, path: string, purpose: "read" | "write"): void {
  for (const table of ["sessions", "message_nodes"] as const) {
    const columns = columnsOf(db, table);
    const missing = NEEDED[table].find((name) => !columns.has(name));
    if (missing !== undefined) throw unknownLayout(path, `${table} has no column "${missing}"`);
    for (const { name, required } of purpose === "write" ? columns.values() : []) {
      if (!required || FILLED[table].includes(name)) continue;
      throw unknownLayout(path, `${table} has a new column "${name}" that must be filled`);
    }
  }
}

type SqlRow = Record<string, SQLOutputValue>;

const SESSION = "SELECT * FROM sessions WHERE id = ?";
const NODES = "SELECT * FROM message_nodes WHERE session_id = ? ORDER BY node_id";
const NODE = "SELECT * FROM message_nodes WHERE session_id = ? AND node_id = ?";

/**
 * The lines of a session; null if it does not exist. Its nodes are in their own order, in which parents come
 * first; those that are not on the way from `main_chain_id` back to the root are marked, so that lines that
 * are there stay as they are when the conversation goes on.
 */
export function readLines(db: DatabaseSync, id: string): string[] | null {
  const [session] = selected(db, SESSION, id);
  if (session === undefined) return null;
  const nodes = selected(db, NODES, id);
  const tip = keyOf(session.main_chain_id);
  const chain = chainOf(nodes, tip);
  const lines = nodes.map((row) => nodeLine(row, chain !== null && !chain.has(keyOf(row.node_id))));
  const last = nodes.findLast((row) => chain === null || chain.has(keyOf(row.node_id)));
  return [sessionLine(session, keyOf(last?.node_id) === tip), ...lines];
}

/** The session's row, and the last nodes of its conversation. */
export function readEnd(db: DatabaseSync, id: string, most: number): string[] | null {
  const [session] = selected(db, SESSION, id);
  if (session === undefined) return null;
  const lines: string[] = [];
  const seen = new Set<string>();
  let at = session.main_chain_id;
  while (lines.length < most && at !== null && at !== undefined && !seen.has(String(at))) {
    seen.add(String(at));
    const [row] = selected(db, NODE, id, at);
    if (row === undefined) break;
    lines.push(nodeLine(row, false));
    at = row.parent_node_id;
  }
  return [sessionLine(session, true), ...lines.reverse()];
}

/** Numbers as bigints: one that is too large for JavaScript is kept as well. */
function selected(db: DatabaseSync, sql: string, ...values: SQLInputValue[]): SqlRow[] {
  const statement = db.prepare(sql);
  statement.setReadBigInts(true);
  return statement.all(...values);
}

function keyOf(value: SQLOutputValue | undefined): string {
  return value === null || value === undefined ? "" : String(value);
}

/** The nodes from `tip` back to its root; null if there is no such node: then nobody knows. */
function chainOf(nodes: readonly SqlRow[], tip: string): ReadonlySet<string> | null {
  const parents = new Map(nodes.map((row) => [keyOf(row.node_id), keyOf(row.parent_node_id)]));
  if (!parents.has(tip)) return null;
  const chain = new Set<string>();
  for (let at: string | undefined = tip; at !== undefined && !chain.has(at); at = parents.get(at)) {
    if (parents.has(at)) chain.add(at);
    else break;
  }
  return chain;
}

/** `isLast`: the conversation ends at the last node that is on its chain, as it does if nothing is said. */
function sessionLine(row: SqlRow, isLast: boolean): string {
  const { main_chain_id: tip = null, ...others } = row;
  const members = membersOf("sessions", others);
  if (!isLast) members.set("main_chain_id", JSON.stringify(tip === null ? null : jsonOf(tip)));
  return `{"session":${objectText(members)}}`;
}

function nodeLine(row: SqlRow, isOff: boolean): string {
  const { row_id: _, session_id: __, ...own } = row;
  return `{"node":${objectText(membersOf("message_nodes", own))}${isOff ? ',"off":true' : ""}}`;
}

function membersOf(table: Table, row: SqlRow): Map<string, string> {
  const members = new Map<string, string>();
  for (const name of new Set([...ORDER[table], ...Object.keys(row)])) {
    const value = row[name];
    if (value !== undefined && value !== null) members.set(name, textOf(name, value));
  }
  return members;
}

function textOf(name: string, value: SQLOutputValue): string {
  const isJson = JSONS.has(name) && typeof value === "string" && isPlain(value);
  return isJson ? value : JSON.stringify(jsonOf(value));
}

/** An object, a list or null, on one line; not what stands for something else in a line. */
function isPlain(text: string): boolean {
  if (!/^(?:null|\{.*\}|\[.*\])$/.test(text)) return false;
  const value = parseValue(text);
  if (value === undefined) return false;
  return !isObject(value) || !("segue.bytes" in value || "segue.integer" in value);
}

function jsonOf(value: SQLOutputValue): Json {
  if (typeof value === "bigint") {
    const n = Number(value);
    return Number.isSafeInteger(n) ? n : { "segue.integer": String(value) };
  }
  return value instanceof Uint8Array
    ? { "segue.bytes": Buffer.from(value).toString("base64") }
    : value;
}

/** A row to write, by column. */
export type Row = ReadonlyMap<string, SQLInputValue>;

export interface Rows {
  session: Row;
  /** By number. */
  nodes: ReadonlyMap<string, Row>;
  /** Does the session's line name an end of the conversation that Segue cannot move? */
  isFixed: boolean;
}

/** @throws SegueError if a line is none of a session's. */
export function rowsOf(lines: readonly string[], id: string, path: string): Rows {
  const [first = "", ...others] = lines;
  const session = rowIn(first, "session");
  if (session?.get("id") !== id) throw noSession(path, "the rows belong to another session");
  const nodes = new Map<string, Row>();
  let tip: SQLInputValue = null;
  for (const line of others) {
    const node = rowIn(line, "node");
    const number = node?.get("node_id");
    if (node === null || number === undefined || nodes.has(String(number))) {
      throw noSession(path, "a line is no node of a session of Devin's, or is there twice");
    }
    nodes.set(String(number), node.set("session_id", id));
    if (membersIn(line).get("off") !== "true") tip = number;
  }
  const isFixed = session.has("main_chain_id");
  return { session: isFixed ? session : session.set("main_chain_id", tip), nodes, isFixed };
}

function noSession(path: string, what: string): SegueError {
  return new SegueError("refused", `${what}: nothing was changed`, { where: path });
}

function rowIn(line: string, kind: "session" | "node"): Map<string, SQLInputValue> | null {
  const text = membersIn(line).get(kind);
  if (text === undefined || !isObject(parseValue(text))) return null;
  return new Map([...membersIn(text)].map(([name, raw]) => [name, sqlValue(name, raw)]));
}

function sqlValue(name: string, raw: string): SQLInputValue {
  const value = parseValue(raw) ?? null;
  const integer = string(member(value, "segue.integer"));
  if (integer !== undefined) return BigInt(integer);
  const bytes = string(member(value, "segue.bytes"));
  if (bytes !== undefined) return Buffer.from(bytes, "base64");
  if (typeof value === "string" || typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  return value === null && !JSONS.has(name) ? null : raw;
}
