/** The forms of Mastra Code's records: the rows of a thread, each as a line. */
import { parseValue } from "../../lossless/json-text.ts";
import { isObject, member, number, object, string } from "../../session/json.ts";
import { saidIn } from "../../session/other.ts";
import type { Json, JsonObject } from "../../session/types.ts";

export interface StoredMessage {
  id: string | null;
  role: string;
  /** `v2`, or the tag of a signal. */
  type: string;
  time: string | null;
  content: Json;
}

/** What the model is told of everything before: the observations, and what was noted with them. */
export interface Memory {
  observations: string;
  /** Messages up to this time are observed, in milliseconds since the epoch; null for none. */
  until: number | null;
  ids: ReadonlySet<string>;
}

export type Unwrapped =
  | { kind: "thread"; thread: JsonObject }
  | { kind: "memory"; memory: Memory }
  | { kind: "message"; message: StoredMessage }
  | { kind: "other" };

export function unwrap(record: Json): Unwrapped {
  if (!isObject(record)) return { kind: "other" };
  if (isObject(record.thread)) return { kind: "thread", thread: record.thread };
  if (isObject(record.memory)) return { kind: "memory", memory: memoryOf(record.memory) };
  if (isObject(record.message)) return messageOf(record.message);
  return { kind: "other" };
}

/** Goose, too, has lines with a message, but no such rows. */
function messageOf(row: JsonObject): Unwrapped {
  const isRow = Object.hasOwn(row, "content") && Object.hasOwn(row, "createdAt");
  if (!isRow || typeof row.role !== "string") return { kind: "other" };
  const message = {
    id: string(row.id) ?? null,
    role: row.role,
    type: string(row.type) ?? "v2",
    time: isoTime(row.createdAt),
    content: inner(row.content),
  };
  return { kind: "message", message };
}

function memoryOf(row: JsonObject): Memory {
  const ids = inner(row.observedMessageIds);
  return {
    observations: saidIn(row.activeObservations),
    until: msOf(string(row.lastObservedAt) ?? null) ?? null,
    ids: new Set(Array.isArray(ids) ? ids.filter((id) => typeof id === "string") : []),
  };
}

/** JSON that a column holds; text that is none stays as it is. */
export function inner(value: Json | undefined): Json {
  if (typeof value !== "string") return value ?? null;
  return parseValue(value) ?? value;
}

/** The parts of a message; null if it has none. */
export function partsOf(content: Json): Json[] | null {
  const parts = member(content, "parts");
  return Array.isArray(parts) ? parts : null;
}

/** What a signal says about itself. */
export function signalOf(content: Json): JsonObject {
  return object(member(member(content, "metadata"), "signal")) ?? {};
}

/** The carry that a message holds, which is neither shown nor sent. */
export const CARRY = "data-segue-carry";

/** A message with this in its signal's metadata is the summary of a compaction from elsewhere. */
export const SUMMARY = "segueCompaction";

/** Its observations that cover a message so far end here: what comes before is not sent. */
export const OBSERVED = "data-om-observation-end";

export function isoTime(time: Json | undefined): string | null {
  const ms = typeof time === "number" ? time : Date.parse(string(time) ?? "");
  return Math.abs(ms) <= LAST ? new Date(ms).toISOString() : null;
}

const LAST = Date.parse("9999-12-31T23:59:59.999Z");

export function msOf(time: string | null): number | undefined {
  const ms = Date.parse(time ?? "");
  return Number.isNaN(ms) ? undefined : ms;
}

/** The time that a part has of its own. */
export function partTime(part: Json): string | null {
  return isoTime(number(member(part, "createdAt")));
}

export function recognises(record: Json): boolean {
  const { kind } = unwrap(record);
  if (kind !== "thread") return kind !== "other";
  return typeof member(member(record, "thread"), "resourceId") === "string";
}
