/** The forms of Devin's records: a session's row, and one line for each node of its messages. */
import { parseValue } from "../../lossless/json-text.ts";
import { isObject, member, number, object, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";

/** A row of `message_nodes`. */
export interface Node {
  /** Unique in its session; null if it is no number. */
  id: string | null;
  parent: string | null;
  /** ISO 8601. */
  time: string | null;
  /** It is not on the way from `main_chain_id` back to its root: retries, copies, subagents. */
  off: boolean;
  /** The chat message; a text if it is damaged. */
  message: Json;
  metadata: JsonObject;
}

export type Unwrapped =
  | { kind: "session"; row: JsonObject }
  | { kind: "node"; node: Node }
  | { kind: "other" };

export function unwrap(record: Json): Unwrapped {
  if (!isObject(record)) return { kind: "other" };
  const { session, node } = record;
  if (isObject(session) && Object.hasOwn(session, "working_directory")) {
    return { kind: "session", row: session };
  }
  if (!isObject(node) || !Object.hasOwn(node, "chat_message")) return { kind: "other" };
  return { kind: "node", node: nodeOf(node, record.off === true) };
}

function nodeOf(row: JsonObject, off: boolean): Node {
  const message = inner(row.chat_message);
  return {
    id: idOf(row.node_id),
    parent: idOf(row.parent_node_id),
    time:
      isoTime(string(member(aboutOf(message), "created_at"))) ??
      secondsTime(number(row.created_at)),
    off,
    message,
    metadata: object(inner(row.metadata)) ?? {},
  };
}

/** JSON that a column holds; text that is none stays as it is. */
export function inner(value: Json | undefined): Json {
  if (typeof value !== "string") return value ?? null;
  return parseValue(value) ?? value;
}

/** A number, or one that JavaScript cannot hold. */
export function idOf(value: Json | undefined): string | null {
  if (typeof value === "number") return String(value);
  return string(member(value, "segue.integer")) ?? null;
}

/** What a chat message tells about itself. */
export function aboutOf(message: Json): JsonObject {
  return object(member(message, "metadata")) ?? {};
}

/** What one of Devin's own parts noted with a message, such as `chisel/terminal_output`. */
export function extension(message: Json, name: string): Json | undefined {
  return member(member(aboutOf(message), "extensions"), name);
}

/** Who put the message there: `user`, `assistant`, `tool_result`, `sysprompt`, `rules`, `system`. */
export function sourceOf(message: Json): string {
  return string(member(member(aboutOf(message), "telemetry"), "source")) ?? "";
}

const LAST = Date.parse("9999-12-31T23:59:59.999Z");

export function isoTime(time: string | undefined): string | null {
  const ms = Date.parse(time ?? "");
  return Math.abs(ms) <= LAST ? new Date(ms).toISOString() : null;
}

/** From here on, a time counts milliseconds: Devin's are seconds. */
const MILLISECONDS = 100_000_000_000;

/** null for a time outside the calendar: nothing else of the row is worse for that. */
export function secondsTime(seconds: number | undefined): string | null {
  if (seconds === undefined) return null;
  const ms = Math.abs(seconds) >= MILLISECONDS ? seconds : seconds * 1000;
  return Math.abs(ms) <= LAST ? new Date(ms).toISOString() : null;
}

/** 0 if unknown: the column must have a value. */
export function secondsOf(time: string | null): number {
  const ms = Date.parse(time ?? "");
  return Number.isNaN(ms) ? 0 : Math.floor(ms / 1000);
}

/** Holds a piece of the carry, in a node that is on no chain: Devin never sends it. */
export const CARRY = "segue/carry";

/** Says that a system message is the summary of what came before. */
export const SUMMARY = "devin-rs/summary";

export function carryIn(message: Json): { part: number; parts: number; data: string } | null {
  const carry = extension(message, CARRY);
  if (!isObject(carry)) return null;
  return {
    part: number(carry.part) ?? 0,
    parts: number(carry.parts) ?? 0,
    data: string(carry.data) ?? "",
  };
}

export function recognises(record: Json): boolean {
  const stored = unwrap(record);
  if (stored.kind === "node") return Object.hasOwn(object(member(record, "node")) ?? {}, "node_id");
  return stored.kind === "session" && Object.hasOwn(stored.row, "agent_mode");
}
