/**
 * The records of a session of Mistral Vibe's, one a line:
 *
 * - `{"session":{…}}`: what stays the same in meta.json;
 * - a message of 2.x, a line of messages.jsonl: `{"role":"user"|"assistant"|"tool","content",…}`;
 * - an item of what 3.x sends its model, from a checkpoint: `{"message":{…},"source","turn_index"}`;
 * - `{"shown":{…}}`: what 3.x shows of the time before a compaction, an entry of its projection;
 * - a record of 3.x's journal, of a turn that did not end: `{"type","payload","sequence",…}`;
 * - `{"turn":{…}}`: how 3.x's last turn ended, if it failed or was interrupted;
 * - `{"notice":{…}}`: what 3.x is yet to tell its model, such as what a subagent found after the last turn;
 * - `{"line":"…"}` or `{"base64":"…"}`: a line of messages.jsonl that does not look like one, or is not in UTF-8.
 */
import { isObject, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";
import { messageIn } from "./lines.ts";

export type Stored =
  | { kind: "session"; session: JsonObject }
  | { kind: "message"; message: JsonObject }
  | { kind: "item"; message: JsonObject; item: JsonObject }
  | { kind: "shown"; entry: JsonObject }
  | { kind: "journal"; type: string; payload: JsonObject }
  | { kind: "turn"; turn: JsonObject }
  | { kind: "notice"; notice: JsonObject }
  | { kind: "line"; message: JsonObject | null }
  | { kind: "carry"; carry: JsonObject }
  | { kind: "other" };

const OTHER: Stored = { kind: "other" };

export function unwrap(record: Json): Stored {
  if (!isObject(record)) return OTHER;
  const only = Object.keys(record).length === 1;
  const { session, message, shown, payload, turn, notice, segue_carry: carry } = record;
  if (typeof record.role === "string") return { kind: "message", message: record };
  if (only && isObject(session)) return { kind: "session", session };
  if (isObject(message) && typeof message.role === "string") {
    return { kind: "item", message, item: record };
  }
  if (only && isObject(shown)) return { kind: "shown", entry: shown };
  if (only && isObject(turn)) return { kind: "turn", turn };
  if (only && isObject(notice)) return { kind: "notice", notice };
  if (only && isObject(carry)) return { kind: "carry", carry };
  const type = string(record.type);
  if (type !== undefined && isObject(payload) && Object.hasOwn(record, "record_sha256")) {
    return { kind: "journal", type, payload };
  }
  return typeof record.line === "string" || typeof record.base64 === "string"
    ? { kind: "line", message: messageIn(record) }
    : OTHER;
}

const ROLES = new Set(["user", "assistant", "tool", "system"]);

/** Keys of a message that other agents with the form of the Chat Completions API do not have. */
const OWN = [
  "injected",
  "message_id",
  "reasoning_message_id",
  "reasoning_payloads",
  "context_boundary",
  "user_display_content",
];

/** Does a record look like one of Mistral Vibe's? */
export function recognises(record: Json): boolean {
  const stored = unwrap(record);
  switch (stored.kind) {
    case "session":
      return typeof stored.session.session_id === "string" && isObject(stored.session.environment);
    case "message":
      return isMessage(stored.message);
    case "item":
      return ROLES.has(String(stored.message.role)) && Object.hasOwn(stored.item, "turn_index");
    case "shown":
      return typeof stored.entry.type === "string";
    case "journal":
      return Object.hasOwn(stored.payload, "delta") || Object.hasOwn(stored.payload, "action_id");
    case "carry":
    case "turn":
    case "notice":
      return true;
    case "line":
      return false;
    // CURRENT, by which a session of 3.x can be named.
    case "other":
      return isObject(record) && /^mistral\.vibe\./.test(string(record.store_format) ?? "");
  }
}

function isMessage(message: JsonObject): boolean {
  if (!ROLES.has(String(message.role)) || Object.hasOwn(message, "timestamp")) return false;
  return OWN.some((key) => Object.hasOwn(message, key));
}
