/**
 * The records of a session of Kiro's. Kiro CLI keeps it in two files, of which each line here is one of:
 *
 * - `{"session":{…}}`: what stays the same in <id>.json;
 * - a line of <id>.jsonl, what happened: `{"version":"v1","kind":"Prompt"|…,"data":{…}}`;
 * - `{"turn":{…}}`: what <id>.json says of a turn that ended, after the last message of it;
 * - a line of <id>.jsonl that looks like none of these: `{"file":"jsonl","line":"…"}`.
 *
 * Older versions, and the Amazon Q Developer CLI, keep it in a row of a database:
 *
 * - `{"conversation":{…}}`: the row, and what stays the same of its document;
 * - `{"summary":"…"}`: what a compaction left of all that came before;
 * - `{"exchange":…}`: a message of the user's with its answer.
 *
 * Kiro CLI 3, and Kiro's editor since its version 1, keep it in a folder:
 *
 * - `{"metadata":{…}}`: what stays the same in session.json;
 * - a line of messages.jsonl: `{"id":"…","timestamp":"…","payload":{"type":"user"|…}}`.
 *
 * Kiro's editor before version 1 keeps it in several documents:
 *
 * - `{"editor":{…}}`: the session's document without its history, or `{"chat":{…}}`, an older one without its messages;
 * - `{"execution":{…}}`: what was done for an answer, without its steps, each of which follows as `{"step":{…}}`;
 * - `{"entry":{…}}`: one of the session's history; `{"spoken":{…}}`: a message of an older document.
 */
import { isObject, member, number, string } from "../../session/json.ts";
import type { EventBody, Json, JsonObject, Message, Part } from "../../session/types.ts";

/** The version that lines of Segue's own name: the CLI skips lines of versions that it does not know. */
export const SEGUE = "segue";
const CARRY = "carry";
/** The key of a message that only fills a place. */
export const FILLER = "segue_filler";

/** Lines that only Segue has, named by their one key. */
const OWN = ["metadata", "editor", "chat", "execution", "step", "entry", "spoken"] as const;
export type Own = (typeof OWN)[number];

/** What a record says, for the reader to give it an id and a place. */
export type Piece =
  | { role: Message["role"]; parts: Part[]; scaffold?: true; told?: true; id?: string }
  | { body: EventBody };

export type Stored =
  | { kind: "session"; session: JsonObject }
  | { kind: "log"; type: string; data: JsonObject }
  | { kind: "carry"; data: JsonObject }
  | { kind: "turn"; turn: JsonObject }
  | { kind: "line"; line: JsonObject }
  | { kind: "conversation"; conversation: JsonObject }
  | { kind: "summary"; summary: Json }
  | { kind: "exchange"; exchange: Json }
  | { kind: "payload"; id: string; time: string | null; type: string; payload: JsonObject }
  | { kind: Own; own: JsonObject }
  | { kind: "other" };

export function unwrap(record: Json): Stored {
  if (!isObject(record)) return { kind: "other" };
  if (isLog(record)) {
    const data = isObject(record.data) ? record.data : {};
    if (record.version === SEGUE) return { kind: "carry", data };
    return { kind: "log", type: string(record.kind) ?? "", data };
  }
  const [only, ...more] = Object.keys(record);
  const { session, turn, conversation, file } = record;
  if (file === "jsonl") return { kind: "line", line: record };
  if (isPayload(record)) return payloadIn(record);
  if (more.length > 0) return { kind: "other" };
  if (only === "session" && isObject(session)) return { kind: "session", session };
  if (only === "turn" && isObject(turn)) return { kind: "turn", turn };
  if (only === "conversation" && isObject(conversation)) {
    return { kind: "conversation", conversation };
  }
  if (only === "summary") return { kind: "summary", summary: record.summary ?? null };
  if (only === "exchange") return { kind: "exchange", exchange: record.exchange ?? null };
  const name = OWN.find((one) => one === only);
  const own = name === undefined ? undefined : record[name];
  return name !== undefined && isObject(own) ? { kind: name, own } : { kind: "other" };
}

/** Is it one of the lines of messages.jsonl? */
export function isPayload(record: Json | undefined): boolean {
  return (
    typeof member(record, "id") === "string" &&
    typeof member(member(record, "payload"), "type") === "string"
  );
}

function payloadIn(record: JsonObject): Stored {
  const payload = isObject(record.payload) ? record.payload : {};
  const [id, type] = [string(record.id) ?? "", string(payload.type) ?? ""];
  return { kind: "payload", id, time: timeIn(record.timestamp), type, payload };
}

/** Is it one of the lines of <id>.jsonl? */
export function isLog(record: Json | undefined): boolean {
  return (
    typeof member(record, "version") === "string" && typeof member(record, "kind") === "string"
  );
}

export function logLine(kind: string, data: JsonObject): JsonObject {
  return { version: "v1", kind, data };
}

export function carryLine(part: number, parts: number, data: string): JsonObject {
  return { version: SEGUE, kind: CARRY, data: { part, parts, data } };
}

export function carryIn(data: JsonObject): EventBody {
  return {
    event: "carry",
    part: number(data.part) ?? 0,
    parts: number(data.parts) ?? 0,
    data: string(data.data) ?? "",
  };
}

const KINDS = new Set([
  "Prompt",
  "AssistantMessage",
  "ToolResults",
  "Compaction",
  "ResetTo",
  "CancelledPrompt",
  "Clear",
]);

/** Does a record look like one of Kiro's? */
export function recognises(record: Json): boolean {
  const stored = unwrap(record);
  switch (stored.kind) {
    case "session":
      return typeof stored.session.session_id === "string";
    case "conversation":
      return typeof stored.conversation.conversation_id === "string";
    case "log":
      return member(record, "version") === "v1" && KINDS.has(stored.type);
    case "carry":
      return member(record, "kind") === CARRY && typeof stored.data.parts === "number";
    case "turn":
      return Array.isArray(stored.turn.message_ids);
    case "exchange":
      return Array.isArray(stored.exchange) || isObject(member(stored.exchange, "user"));
    case "metadata":
      return typeof stored.own.id === "string";
    case "editor":
      return typeof stored.own.sessionId === "string";
    case "execution":
      return typeof stored.own.executionId === "string";
    case "entry":
      return isObject(stored.own.message);
    case "payload":
    case "chat":
    case "line":
      return true;
    case "step":
      return typeof stored.own.type === "string";
    case "spoken":
      return typeof stored.own.role === "string";
    case "summary":
    case "other":
      return false;
  }
}

/** ISO 8601 of seconds since the epoch, or of a text; null for what is no time. */
export function timeIn(value: Json | undefined): string | null {
  const seconds = number(value);
  const ms = seconds === undefined ? Date.parse(string(value) ?? "") : seconds * 1000;
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : null;
}

/** The same of milliseconds, which some documents have as a text. */
export function timeOf(value: Json | undefined): string | null {
  const ms = number(value) ?? (/^\d{12,14}$/.test(string(value) ?? "") ? Number(value) : undefined);
  return ms === undefined ? timeIn(value) : timeIn(ms / 1000);
}
