/**
 * What reader and writer share about Qwen Code's records. Facts and sources: README.md in this
 * folder.
 */
import { isObject, member, string } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";

/**
 * Segue's own records. Without a uuid, the CLI ignores them and leaves them in the file (0.24.4
 * [run]).
 */
export const CARRY = "segue-carry";

const TYPES = new Set(["user", "assistant", "tool_result", "system"]);

/**
 * Does a record look like a line of Qwen Code? Claude Code's also have type, uuid and sessionId.
 */
export function recognises(record: Json): boolean {
  if (!isObject(record)) return false;
  const { uuid, sessionId, type, message } = record;
  if (typeof sessionId !== "string") return false;
  if (type === CARRY) return isObject(record.systemPayload);
  if (typeof type !== "string" || !TYPES.has(type)) return false;
  // A message is recognized by its contents, even if its position in the tree is lost.
  if (typeof uuid !== "string" && type === "system") return false;
  if (type === "system") return isObject(record.systemPayload) || record.provenance === "system";
  const parts = member(message, "parts");
  return Array.isArray(parts) || typeof parts === "string" || typeof message === "string";
}

/** Is it a message, or a tool's result? */
export function isSaid(record: Json): boolean {
  return ["user", "assistant", "tool_result"].includes(string(member(record, "type")) ?? "");
}

/** Does the CLI know records of this type? 0.24.4 skips others, and its history ends there. */
export function isKnownType(record: Json): boolean {
  return TYPES.has(string(member(record, "type")) ?? "");
}

/**
 * System records that the CLI leaves out of its chain: the active branch never ends in one of them,
 * although they have a parent.
 */
const BESIDE = new Set([
  "session_artifact_event",
  "session_artifact_snapshot",
  "session_sources_snapshot",
  "managed_session_header_v1",
  "managed_session_event_v1",
  "managed_session_commit_v1",
]);

export function isBeside(record: Json): boolean {
  return member(record, "type") === "system" && BESIDE.has(subtypeOf(record));
}

export function subtypeOf(record: Json): string {
  return string(member(record, "subtype")) ?? "";
}

export function isSidechain(record: Json): boolean {
  return member(record, "isSidechain") === true;
}

export function partsOf(record: Json): Json[] {
  return contentParts(member(record, "message"));
}

/**
 * The parts of a message; text in place of the message or of its parts is one part. Qwen Code never
 * writes both keys.
 */
export function contentParts(message: Json | undefined): Json[] {
  if (typeof message === "string") return [{ text: message }];
  return ["parts", "content"]
    .flatMap((key) => member(message, key) ?? [])
    .map((part) => (typeof part === "string" ? { text: part } : part));
}

/** What the CLI puts after the summary of a compressed chat, so that roles alternate. */
export const ACKNOWLEDGED = "Got it. Thanks for the additional context!";

export function isThanks(content: Json): boolean {
  const parts = contentParts(content);
  return parts.length === 1 && member(parts[0], "text") === ACKNOWLEDGED;
}

/** The type that a subagent from elsewhere gets. */
export const SUBAGENT = "general-purpose";
