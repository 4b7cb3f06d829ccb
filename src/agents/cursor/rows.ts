/**
 * A chat of Cursor's CLI as lines: the facts about it first, then each of its blobs. A message for the model is
 * JSON, and stands in its line as it is; what else there is stands there as base64.
 */
import { isUtf8 } from "node:buffer";
import type { DatabaseSync, SQLInputValue, SQLOutputValue } from "node:sqlite";
import { parseValue } from "../../lossless/json-text.ts";
import { array, isObject, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";
import { columnsOf } from "../shared/columns.ts";
import { unknownLayout } from "../shared/sqlite.ts";
import { folderOf } from "../shared/state.ts";
import { type Root, rolesIn, rootOf } from "./graph.ts";

/** The row of Segue's own: which blobs it added to those that stand in lines. */
export const OWN = "segue";
/** The row of facts. */
export const FACTS = "0";

export interface Row {
  id: string;
  data: SQLOutputValue;
}

/** What is in a chat's database. */
export interface Stored {
  facts: string | null;
  /** A value in their place that is no text. */
  odd: SQLOutputValue;
  /** Other rows of `meta`, but for Segue's. */
  more: { key: string; value: SQLOutputValue }[];
  rows: Row[];
  own: Own | null;
}

/** The blobs that Segue added, the last of which is the root; and the root before, or "". */
export interface Own {
  was: string;
  root: string;
  blobs: string[];
}

/** @throws SegueError if the layout is unknown. */
export function checkLayout(db: DatabaseSync, path: string, purpose: "read" | "write"): void {
  for (const [table, names] of [
    ["blobs", ["id", "data"]],
    ["meta", ["key", "value"]],
  ] as const) {
    const columns = columnsOf(db, table);
    const missing = names.find((name) => !columns.has(name));
    if (missing !== undefined) throw unknownLayout(path, `${table} has no column "${missing}"`);
    for (const { name, required } of purpose === "write" ? columns.values() : []) {
      if (!required || names.some((one) => one === name)) continue;
      throw unknownLayout(path, `${table} has a new column "${name}" that must be filled`);
    }
  }
}

export function storedIn(db: DatabaseSync): Stored {
  const meta = all(db, "SELECT key, value FROM meta ORDER BY rowid");
  const rows = all(db, "SELECT id, data FROM blobs ORDER BY rowid");
  const valueAt = (name: string) => meta.find(({ key }) => key === name)?.value;
  const facts = valueAt(FACTS);
  return {
    facts: typeof facts === "string" ? facts : null,
    odd: typeof facts === "string" ? null : (facts ?? null),
    more: meta
      .filter(({ key }) => key !== FACTS && key !== OWN)
      .map(({ key, value = null }) => ({ key: String(key), value })),
    rows: rows.map(({ id, data = null }) => ({ id: String(id), data })),
    own: ownIn(valueAt(OWN)),
  };
}

/** SQLite has whole numbers that are too large for JavaScript's. */
function all(db: DatabaseSync, sql: string): Record<string, SQLOutputValue>[] {
  const statement = db.prepare(sql);
  statement.setReadBigInts(true);
  return statement.all().map((row) => {
    const members = Object.entries(row).map(([name, value]) => [name, shortened(value)]);
    return Object.fromEntries(members);
  });
}

function shortened(value: SQLOutputValue): SQLOutputValue {
  if (typeof value !== "bigint") return value;
  const n = Number(value);
  return Number.isSafeInteger(n) ? n : value;
}

function ownIn(value: SQLOutputValue | undefined): Own | null {
  const own = typeof value === "string" ? parseValue(value) : undefined;
  if (!isObject(own)) return null;
  const [was, root] = [string(own.was), string(own.root)];
  if (was === undefined || root === undefined) return null;
  return { was, root, blobs: array(own.blobs).flatMap((id) => string(id) ?? []) };
}

/** The JSON text of the row of facts, which is stored in hexadecimal digits; null if it is none. */
export function factsText(value: string): string | null {
  const text = /^(?:[0-9a-f]{2})+$/i.test(value)
    ? Buffer.from(value, "hex").toString("utf8")
    : value;
  return /[\r\n]/.test(text) || !isObject(parseValue(text)) ? null : text;
}

const ROOT = /"latestRootBlobId":"([0-9a-f]*)"/;

/** The lines of what is stored: as the CLI left it, or without what Segue added since. */
export function linesOf(stored: Stored): string[] {
  const text = stored.facts === null ? null : factsText(stored.facts);
  const latest = ROOT.exec(text ?? "")?.[1] ?? "";
  const { own } = stored;
  const isOwn = own !== null && own.root === latest;
  const hidden = new Set(isOwn ? own.blobs : []);
  const shown = isOwn ? own.was : latest;
  const rows = stored.rows.filter(({ id }) => !hidden.has(id));
  const facts = isOwn ? text?.replace(ROOT, `"latestRootBlobId":"${shown}"`) : text;
  const data = dataIn(rows);
  const rootData = shown === "" ? null : data(shown);
  const root = rootData === null ? null : rootOf(rootData);
  const roles = root === null ? new Map<string, string>() : rolesIn(root, data);
  if (root !== null) roles.set(shown, "root");
  const head = headLine(facts ?? null, stored.facts ?? stored.odd, root);
  const more = stored.more.map(({ key, value }) =>
    JSON.stringify({ fact: key, value: plain(value) }),
  );
  return [head, ...more, ...inPromptOrder(rows, root, roles)];
}

function dataIn(rows: readonly Row[]): (id: string) => Buffer | null {
  const all = new Map(rows.map(({ id, data }) => [id, data]));
  return (id) => bytesOf(all.get(id) ?? null);
}

export function bytesOf(data: SQLOutputValue): Buffer | null {
  if (typeof data === "string") return Buffer.from(data);
  return data instanceof Uint8Array ? Buffer.from(data) : null;
}

function headLine(facts: string | null, value: SQLOutputValue, root: Root | null): string {
  const prompt =
    root === null || root.prompt.length === 0 ? [] : [`"prompt":${JSON.stringify(root.prompt)}`];
  const cwd = root?.folder === undefined ? null : folderOf(root.folder);
  const folder = cwd === null ? [] : [`"cwd":${JSON.stringify(cwd)}`];
  const raw = facts === null ? [`"raw":${JSON.stringify(plain(value))}`] : [];
  return `{${[`"chat":${facts ?? "{}"}`, ...raw, ...folder, ...prompt].join(",")}}`;
}

/**
 * The blobs in the order of their rows; but those of the prompt in its order. A message that is said twice has
 * one row: it stands once more where it is said again.
 */
function inPromptOrder(
  rows: readonly Row[],
  root: Root | null,
  roles: ReadonlyMap<string, string>,
): string[] {
  const prompt = root?.prompt ?? [];
  const byId = new Map(rows.map((row) => [row.id, row]));
  const first = [...new Set(prompt)].filter((id) => byId.has(id));
  const again = new Map<string, string[]>();
  for (const [n, id] of prompt.entries()) {
    const before = prompt[n - 1];
    if (before === undefined || prompt.indexOf(id) === n || !byId.has(id)) continue;
    const anchor = prompt.indexOf(before) === n - 1 ? before : (first.at(-1) ?? before);
    again.set(anchor, [...(again.get(anchor) ?? []), id]);
  }
  const named = new Set(first);
  let next = 0;
  return rows.flatMap((row) => {
    const own = named.has(row.id) ? (byId.get(first[next++] ?? "") ?? row) : row;
    const repeats = (again.get(own.id) ?? []).flatMap((id) => byId.get(id) ?? []);
    return [blobLine(own, roles), ...repeats.map((one) => blobLine(one, roles, true))];
  });
}

function blobLine({ id, data }: Row, roles: ReadonlyMap<string, string>, again = false): string {
  const name = `{"blob":${JSON.stringify(id)}${again ? ',"again":true' : ""}`;
  const as = roles.get(id);
  const role = as === undefined ? "" : `,"as":"${as}"`;
  if (typeof data === "string") return `${name}${role},"text":${JSON.stringify(data)}}`;
  if (!(data instanceof Uint8Array))
    return `${name}${role},"value":${JSON.stringify(plain(data))}}`;
  const bytes = Buffer.from(data);
  const text = isUtf8(bytes) && bytes[0] === 0x7b ? bytes.toString("utf8") : "";
  const isJson = text !== "" && !/[\r\n]/.test(text) && isObject(parseValue(text));
  return isJson
    ? `${name},"json":${text}}`
    : `${name}${role},"bytes":"${bytes.toString("base64")}"}`;
}

function plain(value: SQLOutputValue): Json {
  if (typeof value === "bigint") return { "segue.integer": String(value) };
  if (value instanceof Uint8Array) return { "segue.bytes": Buffer.from(value).toString("base64") };
  return value;
}

function sqlValue(value: Json | undefined): SQLInputValue {
  if (!isObject(value))
    return typeof value === "string" || typeof value === "number" ? value : null;
  const bytes = string(value["segue.bytes"]);
  if (bytes !== undefined) return Buffer.from(bytes, "base64");
  const integer = string(value["segue.integer"]);
  return integer === undefined ? null : BigInt(integer);
}

/** What lines say that is stored. */
export interface Written {
  /** The value of the row of facts, and its text if it is JSON. */
  facts: SQLInputValue;
  text: string | null;
  more: { key: string; value: SQLInputValue }[];
  rows: { id: string; data: SQLInputValue }[];
}

/** null if a line is none of a chat's. */
export function writtenIn(lines: readonly string[]): Written | null {
  const [head = "", ...rest] = lines;
  const record = parseValue(head);
  if (!isObject(record) || !isObject(record.chat)) return null;
  const isRaw = record.raw !== undefined;
  const text = isRaw ? null : chatText(head, record);
  const facts = text === null ? sqlValue(record.raw) : Buffer.from(text).toString("hex");
  const written: Written = { facts, text, more: [], rows: [] };
  for (const line of rest) {
    const one = parseValue(line);
    if (!isObject(one)) return null;
    if (typeof one.fact === "string")
      written.more.push({ key: one.fact, value: sqlValue(one.value) });
    else if (typeof one.blob !== "string") return null;
    else if (one.again !== true) written.rows.push({ id: one.blob, data: dataOf(line, one) });
  }
  return written;
}

/** The text of the facts, as it stands in the line: what Segue found out about the root comes after it. */
function chatText(line: string, { chat }: JsonObject): string {
  const rest =
    /,"cwd":"(?:[^"\\]|\\.)*"(?:,"prompt":\["[0-9a-f",]*\])?\}$|,"prompt":\["[0-9a-f",]*\]\}$/.exec(
      line,
    );
  const text = line.slice('{"chat":'.length, rest === null ? -1 : rest.index);
  return isObject(parseValue(text)) && line.startsWith('{"chat":') ? text : JSON.stringify(chat);
}

function dataOf(line: string, record: JsonObject): SQLInputValue {
  if (typeof record.text === "string") return record.text;
  if (typeof record.bytes === "string") return Buffer.from(record.bytes, "base64");
  if (record.json === undefined) return sqlValue(record.value);
  const raw = /^\{"blob":"(?:[^"\\]|\\.)*","json":/.exec(line);
  const text = raw === null ? "" : line.slice(raw[0].length, -1);
  return Buffer.from(isObject(parseValue(text)) ? text : JSON.stringify(record.json));
}

/** The facts with another root. */
export function withRoot(text: string, root: string): string {
  if (ROOT.test(text)) return text.replace(ROOT, `"latestRootBlobId":"${root}"`);
  const facts = parseValue(text);
  return JSON.stringify({ ...(isObject(facts) ? facts : {}), latestRootBlobId: root });
}

export function rootIn(text: string | null): string {
  return ROOT.exec(text ?? "")?.[1] ?? "";
}
