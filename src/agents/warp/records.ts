/** The forms of Warp's records. */
import { isObject, member, number, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";

export type Unwrapped =
  | { kind: "conversation"; row: JsonObject; about: JsonObject }
  | { kind: "query" | "task" | "message"; own: JsonObject }
  | { kind: "other" };

export function unwrap(record: Json): Unwrapped {
  if (!isObject(record)) return { kind: "other" };
  const { conversation: row, about, query, task, message } = record;
  if (isObject(row) && typeof row.conversation_id === "string") {
    return { kind: "conversation", row, about: isObject(about) ? about : {} };
  }
  const isAlone = Object.keys(record).length === 1;
  if (isAlone && isObject(query) && typeof query.exchange_id === "string") {
    return { kind: "query", own: query };
  }
  if (isAlone && isObject(task) && typeof task.task_id === "string") {
    return { kind: "task", own: task };
  }
  if (isAlone && isObject(message) && typeof message.task_id === "string") {
    return { kind: "message", own: message };
  }
  return { kind: "other" };
}

export function recognises(record: Json): boolean {
  return unwrap(record).kind !== "other";
}

/** A column's time is in UTC, without saying so. */
export function timeOf(text: string | undefined): string | null {
  const [, day, time] = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d+)?)/.exec(text ?? "") ?? [];
  const ms = Date.parse(`${day}T${time}Z`);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

export function stampOf(timestamp: Json | undefined): string | null {
  const seconds = number(member(timestamp, "seconds"));
  if (seconds === undefined || seconds < FIRST || seconds > LAST) return null;
  const nanos = number(member(timestamp, "nanos")) ?? 0;
  const ms = Math.floor(Math.min(Math.max(nanos, 0), 999_999_999) / 1e6);
  return new Date(seconds * 1000 + ms).toISOString();
}

/** The first second of the year 1, and the last one of 9999: what a timestamp can hold. */
const FIRST = -62_135_596_800;
const LAST = 253_402_300_799;

/** The one of these that a message has. */
const BESIDE = new Set([
  "id",
  "task_id",
  "request_id",
  "timestamp",
  "server_message_data",
  "citations",
]);

export function contentOf(message: JsonObject): { kind: string; value: Json } {
  const [found] = Object.entries(message).filter(([name]) => !BESIDE.has(name));
  return found === undefined ? { kind: "", value: null } : { kind: found[0], value: found[1] };
}

/** The tool of a call, or of a result: what stands beside its id. */
export function toolIn(value: Json): { name: string; input: Json } {
  const found = isObject(value)
    ? Object.entries(value).find(([name]) => name !== "tool_call_id" && name !== "context")
    : undefined;
  return found === undefined ? { name: "", input: {} } : { name: found[0], input: found[1] };
}

export function callIdIn(value: Json): string {
  return string(member(value, "tool_call_id")) ?? "";
}
