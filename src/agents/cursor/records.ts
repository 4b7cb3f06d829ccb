/**
 * The forms of Cursor's records: rows of a CLI chat's database, rows of the editor's database, and lines of a
 * transcript.
 */
import { isUtf8 } from "node:buffer";
import { parseValue } from "../../lossless/json-text.ts";
import { isObject, member, number, string } from "../../session/json.ts";
import { saidIn } from "../../session/other.ts";
import type { Json, JsonObject } from "../../session/types.ts";

export type Unwrapped =
  /** A chat's row of facts, with what `rows.ts` found in its newest root. */
  | { kind: "chat"; facts: JsonObject; cwd: string | null; prompt: readonly string[] | null }
  /** A message for the model. */
  | { kind: "message"; id: string; message: JsonObject }
  | { kind: "carry"; carry: JsonObject }
  /** Any other blob; `role`: what it is in the tree. */
  | { kind: "blob"; id: string; role: string; data: Buffer }
  | { kind: "fact" }
  /** A chat of the editor's. */
  | { kind: "composer"; composer: JsonObject; folder: string | null }
  | { kind: "bubble"; id: string; bubble: JsonObject }
  /** A bubble that the editor lists and has no row of, or one that cannot be read. */
  | { kind: "lost"; id: string }
  /** A chat of the editor's first versions, as a whole. */
  | { kind: "tab"; tab: JsonObject; folder: string | null }
  /** A line of a transcript. */
  | { kind: "line"; role: string; content: Json }
  /** How a turn of a transcript ended: what failed, or "". */
  | { kind: "turn-end"; failure: string }
  /** A block of a transcript that is text. */
  | { kind: "text"; role: string; text: string }
  | { kind: "frame" }
  | { kind: "other" };

export function unwrap(record: Json): Unwrapped {
  if (!isObject(record)) return { kind: "other" };
  if (record["segue.document"] !== undefined) return { kind: "frame" };
  if (isObject(record.chat)) return chat(record, record.chat);
  if (typeof record.blob === "string") return blob(record, record.blob);
  if (typeof record.fact === "string") return { kind: "fact" };
  if (isObject(record.composer)) {
    return { kind: "composer", composer: record.composer, folder: string(record.folder) ?? null };
  }
  if (typeof record.bubble === "string") return bubble(record, record.bubble);
  if (isObject(record.tab)) {
    return { kind: "tab", tab: record.tab, folder: string(record.folder) ?? null };
  }
  if (typeof record.block === "string") {
    return { kind: "text", role: string(record.role) ?? "", text: record.block };
  }
  if (record.type === "turn_ended") return { kind: "turn-end", failure: failureIn(record) };
  const { role } = record;
  const content = member(record.message, "content");
  const isLine = (role === "user" || role === "assistant") && content !== undefined;
  return isLine ? { kind: "line", role, content } : { kind: "other" };
}

function failureIn({ status, error }: JsonObject): string {
  if (status !== "error" && status !== "aborted") return "";
  return saidIn(member(error, "message") ?? error) || String(status);
}

function chat({ cwd, prompt }: JsonObject, facts: JsonObject): Unwrapped {
  return {
    kind: "chat",
    facts,
    cwd: string(cwd) ?? null,
    prompt: Array.isArray(prompt) ? prompt.flatMap((id) => string(id) ?? []) : null,
  };
}

function blob(record: JsonObject, id: string): Unwrapped {
  const data = bytesIn(record);
  const inner = record.json ?? jsonIn(data);
  const carry = member(inner, "segueCarry");
  if (isObject(carry)) return { kind: "carry", carry };
  if (isMessage(inner)) return { kind: "message", id, message: inner };
  return { kind: "blob", id, role: string(record.as) ?? "", data };
}

export function isMessage(value: Json | undefined): value is JsonObject {
  return isObject(value) && typeof value.role === "string" && value.content !== undefined;
}

export function bytesIn({ bytes, text }: JsonObject): Buffer {
  if (typeof bytes === "string") return Buffer.from(bytes, "base64");
  return Buffer.from(string(text) ?? "");
}

/** JSON that stands in bytes, such as a message with line breaks. */
function jsonIn(data: Buffer): Json | undefined {
  if (data[0] !== 0x7b || !isUtf8(data)) return undefined;
  return parseValue(data.toString("utf8"));
}

function bubble(record: JsonObject, id: string): Unwrapped {
  const inner = record.json ?? jsonIn(bytesIn(record));
  return isObject(inner) ? { kind: "bubble", id, bubble: inner } : { kind: "lost", id };
}

export function recognises(record: Json): boolean {
  const { kind } = unwrap(record);
  if (kind === "chat") return typeof member(member(record, "chat"), "agentId") === "string";
  if (kind === "composer")
    return typeof member(member(record, "composer"), "composerId") === "string";
  return kind === "line"
    ? isTranscript(record)
    : ["message", "carry", "bubble", "tab"].includes(kind);
}

/** Lines of other agents have more keys, such as a type. */
function isTranscript(record: Json): boolean {
  return (
    isObject(record) && Object.keys(record).every((key) => key === "role" || key === "message")
  );
}

const LAST = Date.parse("9999-12-31T23:59:59.999Z");

/** Milliseconds since the epoch, or ISO 8601. */
export function isoTime(time: Json | undefined): string | null {
  const ms = number(time) ?? Date.parse(string(time) ?? "");
  return ms > 0 && ms <= LAST ? new Date(ms).toISOString() : null;
}
