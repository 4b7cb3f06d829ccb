/** A thread's row as lines, and lines as a row. */
import type { DatabaseSync, SQLInputValue, SQLOutputValue } from "node:sqlite";
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { SegueError } from "../../errors.ts";
import { parseValue } from "../../lossless/json-text.ts";
import { isObject, member, string } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";
import { columnsOf } from "../shared/columns.ts";
import { elementsIn, membersIn, objectText } from "../shared/spans.ts";
import { unknownLayout } from "../shared/sqlite.ts";

export const TABLE = "threads";

export const NEEDED = ["id", "summary", "updated_at", "data_type", "data"] as const;

/** Columns in the order of a line; `data` stands apart. */
export const COLUMNS = [
  "id",
  "parent_id",
  "folder_paths",
  "folder_paths_order",
  "summary",
  "updated_at",
  "created_at",
  "data_type",
] as const;

/** A thread's document is at most this large: a text in JavaScript cannot be larger. */
const MOST_BYTES = 0x1fff_ffe8;

/** @throws SegueError if the layout is unknown. */
export function checkLayout(db: DatabaseSync, path: string, purpose: "read" | "write"): void {
  const columns = columnsOf(db, TABLE);
  const missing = NEEDED.find((name) => !columns.has(name));
  if (missing !== undefined) throw unknownLayout(path, `${TABLE} has no column "${missing}"`);
  if (purpose === "read") return;
  const known = new Set<string>([...NEEDED, ...COLUMNS]);
  for (const { name, required } of columns.values()) {
    if (known.has(name) || !required) continue;
    throw unknownLayout(path, `${TABLE} has a new column "${name}" that must be filled`);
  }
}

export interface Stored {
  lines: string[];
  /** The document cannot be put together from its lines as it is stored. */
  odd: boolean;
}

/** The lines of a thread; null if it does not exist. */
export function readThread(db: DatabaseSync, id: string): Stored | null {
  const statement = db.prepare(`SELECT * FROM ${TABLE} WHERE id = ?`);
  statement.setReadBigInts(true);
  const row = statement.get(id);
  if (row === undefined) return null;
  const { data, ...others } = row;
  const thread = rowText(others);
  const text = documentIn(string(plain(row.data_type)) ?? "", data);
  if (text === null) {
    const blob = JSON.stringify(bytesOf(data).toString("base64"));
    return { lines: [`{"thread":${thread},"blob":${blob}}`], odd: true };
  }
  const { head, messages } = splitText(text);
  const lines = [
    `{"thread":${thread},"data":${head}}`,
    ...messages.map((one) => `{"message":${one}}`),
  ];
  return { lines, odd: joined(head, messages) !== text };
}

function rowText(row: Record<string, SQLOutputValue>): string {
  const names = new Set<string>([...COLUMNS, ...Object.keys(row)]);
  const members = [...names].flatMap((name) => {
    const value = row[name];
    if (value === undefined || value === null) return [];
    return [`${JSON.stringify(name)}:${JSON.stringify(jsonOf(value))}`];
  });
  return `{${members.join(",")}}`;
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

function plain(value: SQLOutputValue | undefined): Json {
  return typeof value === "string" ? value : null;
}

function bytesOf(value: SQLOutputValue | undefined): Buffer {
  if (value instanceof Uint8Array) return Buffer.from(value);
  return Buffer.from(typeof value === "string" ? value : "");
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text of a document; null where it is no JSON object, or stored in an unknown way. */
function documentIn(type: string, data: SQLOutputValue | undefined): string | null {
  try {
    const bytes =
      type === "zstd"
        ? zstdDecompressSync(bytesOf(data), { maxOutputLength: MOST_BYTES })
        : bytesOf(data);
    const text = utf8.decode(bytes);
    const isKnown = type === "zstd" || type === "json";
    return isKnown && isObject(parseValue(text)) ? text : null;
  } catch {
    return null;
  }
}

/** A document without its messages, whose list stays where it stood; and the messages. */
function splitText(text: string): { head: string; messages: string[] } {
  const isPlain = !/[\r\n]/.test(text);
  const own = isPlain ? text : JSON.stringify(parseValue(text));
  const members = membersIn(own);
  const messages = elementsIn(members.get("messages") ?? "");
  if (messages === null) return { head: objectText(members), messages: [] };
  members.set("messages", "[]");
  return { head: objectText(members), messages };
}

function joined(head: string, messages: readonly string[]): string {
  if (messages.length === 0) return head;
  const members = membersIn(head);
  members.set("messages", `[${messages.join(",")}]`);
  return objectText(members);
}

/** A row to write, by column. */
export type Row = ReadonlyMap<string, SQLInputValue>;

/** @throws SegueError if a line is no message of a thread's. */
export function rowOf(lines: readonly string[], path: string): Row {
  const [first = "", ...others] = lines;
  const parts = membersIn(first);
  const thread = parseValue(parts.get("thread") ?? "");
  if (!isObject(thread)) throw noThread(path);
  const row = new Map<string, SQLInputValue>();
  for (const [name, value] of Object.entries(thread)) row.set(name, sqlValue(value));
  const blob = parseValue(parts.get("blob") ?? "null");
  if (typeof blob === "string" && others.length === 0) {
    return row.set("data", Buffer.from(blob, "base64"));
  }
  const head = parts.get("data");
  const messages = others.map((line) => membersIn(line).get("message"));
  const known = messages.filter((one) => one !== undefined);
  if (head === undefined || known.length < messages.length) throw noThread(path);
  const data = Buffer.from(joined(head, known));
  return row.set("data", thread.data_type === "zstd" ? compressed(data) : data);
}

/** As Zed does it. */
function compressed(data: Buffer): Buffer {
  return zstdCompressSync(data, { params: { [constants.ZSTD_c_compressionLevel]: 3 } });
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

function noThread(path: string): SegueError {
  return new SegueError("refused", "these lines are not a thread of Zed's", { where: path });
}
