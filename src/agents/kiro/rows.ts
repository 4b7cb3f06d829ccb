/**
 * Sessions of Kiro CLI 1 and of the Amazon Q Developer CLI: each is a row of a database, with the
 * conversation as a JSON document. They are read; Kiro CLI 2 takes them over as files when it opens them.
 */
import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { SegueError } from "../../errors.ts";
import { eachReadable, readOr } from "../../io/unread.ts";
import { parseValue } from "../../lossless/json-text.ts";
import { array, isObject, member, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";
import { columnsOf } from "../shared/columns.ts";
import { allRows, type Row, reading, tablesOf } from "../shared/sqlite.ts";
import type { Found } from "../types.ts";
import { text } from "./files.ts";

/** The newer one has several sessions for each folder. */
const TABLES = ["conversations_v2", "conversations"];

/** Databases that were examined: lists ask about the same one for every session. */
const known = new Set<string>();

export function holdsRows(path: string): boolean {
  if (known.has(path)) return true;
  if (!path.endsWith(".sqlite3")) return false;
  const tables = tablesOf(path);
  const isOurs = tables !== null && TABLES.some((name) => tables.has(name)) && tables.has("state");
  if (isOurs) known.add(path);
  return isOurs;
}

interface Conversation {
  /** The session's folder. */
  key: string;
  id: string;
  /** null if it is damaged. */
  document: JsonObject | null;
  createdAt: number | null;
  updatedAt: number | null;
}

/** One conversation may be there for several folders: the newest counts. */
function conversationsIn(db: DatabaseSync): Map<string, Conversation> {
  const found = new Map<string, Conversation>();
  for (const table of TABLES.toReversed()) {
    const columns = columnsOf(db, table);
    if (!columns.has("key") || !columns.has("value")) continue;
    const order = columns.has("updated_at") ? "updated_at" : "rowid";
    for (const row of allRows(db.prepare(`SELECT * FROM ${table} ORDER BY ${order}`))) {
      const one = conversationOf(row);
      if (one !== null) found.set(one.id, one);
    }
  }
  return found;
}

function conversationOf(row: Row): Conversation | null {
  const value = parseValue(typeof row.value === "string" ? row.value : "");
  const document = isObject(value) ? value : null;
  const named = typeof row.conversation_id === "string" ? row.conversation_id : undefined;
  const id = named ?? string(document?.conversation_id) ?? "";
  const ms = (value: SQLOutputValue | undefined) => (typeof value === "number" ? value : null);
  return id === ""
    ? null
    : {
        key: String(row.key),
        id,
        document,
        createdAt: ms(row.created_at),
        updatedAt: ms(row.updated_at),
      };
}

/** What a conversation's document says besides its messages, and stays the same. */
const STABLE = ["model", "model_info"];

export function readRow(path: string, id: string): string[] | null {
  const found = reading(path, conversationsIn).get(id);
  if (found === undefined) return null;
  if (found.document !== null) return linesOf(found, found.document);
  throw new SegueError("unreadable", "this conversation is damaged", { where: `${path}#${id}` });
}

function linesOf({ key, id, createdAt }: Conversation, document: JsonObject): string[] {
  const stable = STABLE.flatMap((name): [string, Json][] => {
    const value = document[name];
    return value === undefined || value === null ? [] : [[name, value]];
  });
  const conversation = { key, conversation_id: id, created_at: createdAt };
  const head = text({ conversation: { ...conversation, ...Object.fromEntries(stable) } });
  return [head, ...conversationsOf(document).flatMap(linesOfSide)];
}

/** What is sent of a conversation. */
interface Side {
  summary: Json | undefined;
  history: Json[];
  /** What the user said, or tools returned, and has no answer yet. */
  next: Json | undefined;
}

/**
 * A side conversation ("tangent") begins as a copy of the main one, which is kept apart. Once it was
 * compacted it is none any more: the main one comes before its summary.
 */
function conversationsOf(document: JsonObject): Side[] {
  const own = sideOf(document, "");
  const main = isObject(document.tangent_state) ? sideOf(document.tangent_state, "main_") : null;
  return main !== null && own.history.length < main.history.length ? [main, own] : [own];
}

function sideOf(from: JsonObject, prefix: string): Side {
  const latest = from[`${prefix}latest_summary`];
  return {
    // With it stands how it was made.
    summary: Array.isArray(latest) ? latest[0] : latest,
    history: array(from[`${prefix}history`]),
    next: from[`${prefix}next_message`],
  };
}

function linesOfSide({ summary, history, next }: Side): string[] {
  return [
    ...(summary === undefined || summary === null ? [] : [text({ summary })]),
    ...history.map((exchange) => text({ exchange })),
    ...(isObject(next) ? [text({ exchange: { user: next } })] : []),
  ];
}

export function findRows(path: string): Found[] {
  return eachReadable(
    readOr(path, [], () => [...reading(path, conversationsIn).values()]),
    ({ id }) => `${path}#${id}`,
    (one) => foundOf(path, one),
  );
}

function foundOf(path: string, one: Conversation): Found {
  const { key, id, document, createdAt, updatedAt } = one;
  const iso = (ms: number | null) => {
    return ms === null || !(Math.abs(ms) <= 8.64e15) ? null : new Date(ms).toISOString();
  };
  // Damaged: reading it says so.
  if (document === null) return { agent: "kiro", id, path, mtime: updatedAt ?? 0, bytes: 0 };
  const model = string(member(document.model_info, "model_id")) ?? string(document.model) ?? null;
  const sides = conversationsOf(document);
  const messages = sides.reduce((count, { history }) => count + history.length * 2, 0);
  const times = { createdAt: iso(createdAt), updatedAt: iso(updatedAt) };
  const summary = { title: null, cwd: key, model, ...times, messages, parent: null };
  return { agent: "kiro", id, path, mtime: updatedAt ?? 0, bytes: 0, summary };
}
