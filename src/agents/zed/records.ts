/** The forms of a thread's records: its row and document without the messages, then one message each. */
import { isObject, member, number, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";

/** The version of the documents that Segue writes. Zed converts older ones when it opens them. */
export const VERSION = "0.3.0";

export type Unwrapped =
  | { kind: "thread"; row: JsonObject; data: JsonObject | null; blob: string | null }
  | { kind: "message"; message: Json }
  | { kind: "other" };

export function unwrap(record: Json): Unwrapped {
  if (!isObject(record)) return { kind: "other" };
  const { thread: row, data } = record;
  if (isObject(row) && typeof row.data_type === "string") {
    const blob = string(record.blob) ?? null;
    return { kind: "thread", row, data: isObject(data) ? data : null, blob };
  }
  const { message } = record;
  const isAlone = Object.keys(record).length === 1;
  return isAlone && message !== undefined && formOf(message) !== null
    ? { kind: "message", message }
    : { kind: "other" };
}

const FORMS = ["User", "Agent", "Compaction"] as const;
export type Form = (typeof FORMS)[number] | "Resume" | "older";

/** null for anything that no version of Zed stores as a message. */
export function formOf(message: Json): Form | null {
  if (message === "Resume") return message;
  if (!isObject(message)) return null;
  const [first, ...more] = Object.keys(message);
  const form = FORMS.find((name) => name === first);
  if (form !== undefined && more.length === 0) return form;
  const isOlder = typeof message.role === "string" && typeof message.id === "number";
  return isOlder && (Array.isArray(message.segments) || "text" in message) ? "older" : null;
}

export function recognises(record: Json): boolean {
  return unwrap(record).kind !== "other";
}

/** A message of the user's without content is neither sent nor changed: a piece of the carry is its id. */
const CARRY = /^segue-carry:(\d+)\/(\d+):([A-Za-z0-9+/=]*)$/;

export function carryIn(message: Json): { part: number; parts: number; data: string } | null {
  const id = string(member(member(message, "User"), "id"));
  const [, part, parts, data] = CARRY.exec(id ?? "") ?? [];
  return data === undefined ? null : { part: Number(part), parts: Number(parts), data };
}

export function carryMessage(piece: { part: number; parts: number; data: string }): JsonObject {
  const id = `segue-carry:${piece.part}/${piece.parts}:${piece.data}`;
  return { User: { id, content: [] } };
}

/** A list of folders is sorted; `order` says in which order the user opened them. */
export function foldersIn(row: JsonObject): string[] {
  const paths = (string(row.folder_paths) ?? "").split("\n").filter((path) => path !== "");
  const order = (string(row.folder_paths_order) ?? "").split(",").map(Number);
  const place = (n: number) => order[n] ?? n;
  const isOrder = order.length === paths.length && order.every(Number.isInteger);
  if (!isOrder) return paths;
  return [...paths.keys()].sort((a, b) => place(a) - place(b)).flatMap((n) => paths[n] ?? []);
}

const UNTITLED = new Set(["", "New Thread", "New Agent Thread"]);

export function titleOf(title: string | undefined): string | null {
  const trimmed = title?.trim() ?? "";
  return UNTITLED.has(trimmed) ? null : trimmed;
}

export const NO_TITLE = "New Thread";

export function isoTime(time: Json | undefined): string | null {
  const ms = Date.parse(string(time) ?? "");
  return Math.abs(ms) <= LAST ? new Date(ms).toISOString() : null;
}

const LAST = Date.parse("9999-12-31T23:59:59.999Z");

/** The tokens of the last request of a turn, by the id of the user's message. */
export function usageOf(data: JsonObject | null, id: string): Json | undefined {
  const usage = member(data?.request_token_usage, id);
  return isObject(usage) && Object.values(usage).some((n) => number(n) !== undefined)
    ? usage
    : undefined;
}
