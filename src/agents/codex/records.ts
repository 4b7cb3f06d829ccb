/** The lines of a rollout file: an envelope around a payload, or, up to 0.31, only the payload. */

import type { Spent } from "../../session/codec.ts";
import { isObject, member, number, string } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";

export interface Line {
  /** The envelope's type. */
  type: string;
  payload: Json;
  time: string | null;
  /** Without an envelope. */
  bare: boolean;
}

/** Segue's own lines; see the README. */
export const CARRY_TYPE = "segue_carry";

const ENVELOPES = new Set([
  CARRY_TYPE,
  "session_meta",
  "response_item",
  "event_msg",
  "turn_context",
  "compacted",
  "world_state",
  "token_usage_record",
  "dynamic_tools_updated",
  "inter_agent_communication",
  "inter_agent_communication_metadata",
  "retained_context",
  "security_risk_score",
  "realtime_item",
]);

const BARE_ITEMS = new Set([
  "message",
  "reasoning",
  "function_call",
  "function_call_output",
  "local_shell_call",
  "custom_tool_call",
  "custom_tool_call_output",
  "web_search_call",
]);

export function lineOf(record: Json): Line {
  const type = string(member(record, "type"));
  const payload = member(record, "payload");
  const time = string(member(record, "timestamp")) ?? null;
  if (type !== undefined && payload !== undefined) return { type, payload, time, bare: false };
  if (type !== undefined && BARE_ITEMS.has(type)) {
    return { type: "response_item", payload: record, time, bare: true };
  }
  if (isBareMeta(record)) return { type: "session_meta", payload: record, time, bare: true };
  const fallback = string(member(record, "record_type")) ?? type ?? "unknown";
  return { type: fallback, payload: record, time, bare: true };
}

/** 0.20 opens a file with `{id, timestamp, instructions, git}`. */
function isBareMeta(record: Json): boolean {
  if (!isObject(record) || typeof record.id !== "string") return false;
  if (typeof record.timestamp !== "string" || Object.hasOwn(record, "type")) return false;
  return Object.hasOwn(record, "instructions") || Object.hasOwn(record, "git");
}

/** One of the items that files of 0.31 and before contain without an envelope. */
function isBareItem(record: Json): boolean {
  const has = (key: string) => typeof member(record, key) === "string";
  switch (member(record, "type")) {
    case "message":
      return has("role") && Array.isArray(member(record, "content"));
    case "reasoning":
      return Array.isArray(member(record, "summary"));
    case "function_call":
      return has("call_id") && has("arguments");
    case "function_call_output":
      return has("call_id");
    default:
      return false;
  }
}

/** Does a record look like a line of a rollout? */
export function recognises(record: Json): boolean {
  if (isBareMeta(record) || isBareItem(record)) return true;
  const type = string(member(record, "type")) ?? "";
  return (
    ENVELOPES.has(type) &&
    isObject(member(record, "payload")) &&
    typeof member(record, "timestamp") === "string"
  );
}

/** The kind of a line, as a path of its type tags; lines of the same kind have the same keys. */
export function kindOf({ type, payload, bare }: Line): string {
  const kind = string(member(payload, "type")) ?? "";
  const inner =
    kind === "item_completed"
      ? `${kind}/${string(member(member(payload, "item"), "type")) ?? ""}`
      : kind === "message"
        ? `${kind}/${string(member(payload, "role")) ?? ""}`
        : kind;
  return `${bare ? "bare/" : ""}${type}/${inner}`;
}

/** The id of the call or item that a line is about; "" if it names none. */
export function keyOf({ type, payload }: Line): string {
  if (type !== "response_item" && type !== "event_msg") return "";
  return (
    string(member(payload, "call_id")) ??
    string(member(member(payload, "item"), "id")) ??
    string(member(payload, "id")) ??
    ""
  );
}

/** Is a version, such as "0.150.1", at least `0.minor` (or of a later major)? */
export function atLeast(version: string | null, minor: number): boolean {
  const [, major, found] = /(\d+)\.(\d+)\./.exec(version ?? "") ?? [];
  if (major === undefined || found === undefined) return false;
  return Number(major) > 0 || Number(found) >= minor;
}

/**
 * In a `token_count`: what the newest request took. It is written again whenever the limits change; then the
 * total is the same. Input includes what came from the cache.
 */
export function spent(record: Json): Spent | undefined {
  const { type, payload } = lineOf(record);
  if (type !== "event_msg" || string(member(payload, "type")) !== "token_count") return undefined;
  const info = member(payload, "info");
  const last = member(info, "last_token_usage");
  const total = number(member(member(info, "total_token_usage"), "total_tokens"));
  const input = number(member(last, "input_tokens"));
  if (input === undefined || total === undefined) return undefined;
  const cacheRead = number(member(last, "cached_input_tokens")) ?? 0;
  const cacheWrite = number(member(last, "cache_write_input_tokens")) ?? 0;
  const output = number(member(last, "output_tokens")) ?? 0;
  const window = number(member(info, "model_context_window"));
  return {
    key: `total ${total}`,
    // Forks refer to the records of their base. Whoever copies records keeps their times.
    name: `codex ${string(member(record, "timestamp")) ?? ""} ${JSON.stringify(info)}`,
    usage: { input: Math.max(0, input - cacheRead - cacheWrite), output, cacheRead, cacheWrite },
    ...(window === undefined ? {} : { window }),
  };
}

/** In a `token_count`: the tokens of the newest request and its answer. */
export function contextTokens(record: Json): number | undefined {
  const { payload } = lineOf(record);
  const usage = member(member(payload, "info"), "last_token_usage");
  return number(member(usage, "total_tokens"));
}
