/** The records of a session: its row, then its messages, a row each. */
import { parseValue } from "../../lossless/json-text.ts";
import { isObject, member, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";

/** Columns of a session's row, in the order of its line. */
export const SESSION_COLUMNS = [
  "id",
  "source",
  "created_source",
  "user_id",
  "session_key",
  "chat_id",
  "chat_type",
  "thread_id",
  "display_name",
  "origin_json",
  "model",
  "model_config",
  "parent_session_id",
  "started_at",
  "cwd",
  "git_branch",
  "git_repo_root",
  "title",
  "title_source",
  "profile_name",
  "transport_profile",
] as const;

/**
 * What Hermes changes although nobody says anything, or makes anew when it needs it: not in the
 * line, and left as it is in the row.
 */
export const SESSION_UNTOLD = [
  "system_prompt",
  "system_prompt_hash",
  "ended_at",
  "end_reason",
  "message_count",
  "tool_call_count",
  "input_tokens",
  "output_tokens",
  "cache_read_tokens",
  "cache_write_tokens",
  "reasoning_tokens",
  "api_call_count",
  "billing_provider",
  "billing_base_url",
  "billing_mode",
  "estimated_cost_usd",
  "actual_cost_usd",
  "cost_status",
  "cost_source",
  "pricing_version",
  "expiry_finalized",
  "handoff_state",
  "handoff_platform",
  "handoff_error",
  "compression_failure_cooldown_until",
  "compression_failure_error",
  "compression_fallback_streak",
  "compression_ineffective_count",
  "compression_recovery_deadline",
  "compression_overload_streak",
  "rewind_count",
  "archived",
  "pinned",
  "hidden",
  "last_read_at",
  "last_activity_at",
  "last_activity_description",
  "last_activity_provenance",
  "git_metadata_generation",
  "tool_names",
] as const;

/** Columns of a message's row, in the order of its line. */
export const MESSAGE_COLUMNS = [
  "role",
  "content",
  "tool_call_id",
  "tool_calls",
  "tool_name",
  "effect_disposition",
  "timestamp",
  "token_count",
  "finish_reason",
  "reasoning",
  "reasoning_content",
  "reasoning_details",
  "codex_reasoning_items",
  "codex_message_items",
  "platform_message_id",
  "observed",
  "_compressed_summary",
  "active",
  "compacted",
  "api_content",
  "display_kind",
  "display_metadata",
] as const;

/** Which session it belongs to and where it stands, which the line's place tells; and what Hermes derives from the rest. */
export const MESSAGE_UNTOLD = ["id", "session_id", "display_identity", "display_order"] as const;

/** Is it the row of a session? */
export function isSession(record: Json): record is JsonObject {
  if (!isObject(record)) return false;
  const { id, source } = record;
  return typeof id === "string" && typeof source === "string" && "started_at" in record;
}

/** Is it the row of a message? */
export function isMessage(record: Json): record is JsonObject {
  if (!isObject(record)) return false;
  return typeof record.role === "string" && "timestamp" in record && !("type" in record);
}

/** What stands before content that is JSON. */
export const JSON_CONTENT = "\0json:";

/** A message as Hermes loads it: JSON in a spelling that is not Python's is text in its line. */
export function loaded(row: JsonObject): JsonObject {
  const { content } = row;
  if (typeof content !== "string" || !content.startsWith(JSON_CONTENT)) return row;
  const value = parseValue(content.slice(JSON_CONTENT.length));
  return value === undefined ? row : { ...row, content: value };
}

/** A piece of a carry: a message that Hermes never sends, because it has no role of a model's. */
export const CARRY = "segue_carry";

export interface Piece {
  part: number;
  parts: number;
  data: string;
}

export function carryRecord({ part, parts, data }: Piece, timestamp: number): JsonObject {
  return { role: CARRY, content: data, tool_name: `${part}/${parts}`, timestamp, active: 0 };
}

export function carryIn(record: Json): Piece | null {
  if (member(record, "role") !== CARRY) return null;
  const [, part, parts] = /^(\d+)\/(\d+)$/.exec(string(member(record, "tool_name")) ?? "") ?? [];
  const data = string(member(record, "content"));
  if (part === undefined || data === undefined) return null;
  return { part: Number(part), parts: Number(parts), data };
}
