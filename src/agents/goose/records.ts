/**
 * The forms of Goose's records: rows of its database; the document that it exports, and the lines that
 * it wrote before there was a database, which hold messages as such.
 */
import { parseValue } from "../../lossless/json-text.ts";
import { isObject, member, number, object, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";

/** A message, whatever its form. */
export interface Stored {
  id: string | null;
  role: string;
  /** Seconds since the epoch. */
  created: number | null;
  /** A list of blocks; any other value is damaged. */
  content: Json;
  metadata: Json;
}

/** What a session's row or its counterpart tells. */
export interface Facts {
  id: string;
  title: string | null;
  cwd: string | null;
  model: string | null;
  parent: string | null;
  createdAt: string | null;
  updatedAt: string | null;
}

export type Unwrapped =
  | { kind: "frame" }
  | { kind: "session"; form: "row" | "document"; facts: Facts }
  | { kind: "message"; form: "row" | "plain"; message: Stored }
  | { kind: "other" };

export function unwrap(record: Json): Unwrapped {
  if (!isObject(record)) return { kind: "other" };
  if (record["segue.document"] !== undefined) return { kind: "frame" };
  if (isObject(record.session)) return session("row", record.session);
  if (isObject(record.message)) return row(record.message);
  if (isHead(record)) return session("document", record);
  if (isPlain(record)) return { kind: "message", form: "plain", message: plain(record) };
  return { kind: "other" };
}

function session(form: "row" | "document", facts: JsonObject): Unwrapped {
  if (typeof facts.working_dir !== "string") return { kind: "other" };
  return { kind: "session", form, facts: factsOf(facts) };
}

function row(message: JsonObject): Unwrapped {
  if (!Object.hasOwn(message, "content_json") && !Object.hasOwn(message, "created_timestamp")) {
    return { kind: "other" };
  }
  const stored: Stored = {
    id: string(message.message_id) ?? null,
    role: string(message.role) ?? "",
    created: number(message.created_timestamp) ?? null,
    content: inner(message.content_json),
    metadata: inner(message.metadata_json),
  };
  return { kind: "message", form: "row", message: stored };
}

/** JSON that stands in a column; text that is none stays as it is. */
function inner(value: Json | undefined): Json {
  if (typeof value !== "string") return value ?? null;
  return parseValue(value) ?? value;
}

/** The document's first record, or the first line of a file: everything but the messages. */
export function isHead(record: Json): record is JsonObject {
  return (
    isObject(record) &&
    typeof record.working_dir === "string" &&
    (typeof record.name === "string" ||
      typeof record.description === "string" ||
      typeof record.message_count === "number")
  );
}

function isPlain({ role, created, content }: JsonObject): boolean {
  return typeof role === "string" && typeof created === "number" && Array.isArray(content);
}

function plain({ id, role, created, content, metadata }: JsonObject): Stored {
  return {
    id: string(id) ?? null,
    role: string(role) ?? "",
    created: number(created) ?? null,
    content: content ?? null,
    metadata: metadata ?? null,
  };
}

/** Names that Goose gives before it has asked the model for one. */
const MADE_UP = new Set(["", "CLI Session", "ACP Session", "New Chat", "New Session"]);

/** A session's title; null for one that only says that there is none. */
export function titleOf(name: string, isSet: boolean): string | null {
  const title = name.trim();
  return title === "" || (!isSet && MADE_UP.has(title)) ? null : title;
}

function factsOf(facts: JsonObject): Facts {
  const name = string(facts.name) || string(facts.description) || "";
  const isSet = facts.user_set_name === 1 || facts.user_set_name === true;
  const model = facts.model_config_json ?? facts.model_config;
  return {
    id: string(facts.id) ?? "",
    title: titleOf(name, isSet),
    cwd: string(facts.working_dir) || null,
    model: string(member(inner(model), "model_name")) ?? null,
    parent: string(facts.parent_session_id) || null,
    createdAt: isoTime(facts.created_at),
    updatedAt: isoTime(facts.updated_at),
  };
}

/** SQLite's form, in UTC, or ISO 8601. */
export function isoTime(time: Json | undefined): string | null {
  const text = string(time) ?? "";
  const [, date, clock] = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)$/.exec(text) ?? [];
  const ms = Date.parse(date !== undefined && clock !== undefined ? `${date}T${clock}Z` : text);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

/** From here on, a time counts milliseconds: some messages of the desktop app have them. */
const MILLISECONDS = 10_000_000_000;
const LAST = Date.parse("9999-12-31T23:59:59.999Z");

export function messageTime(created: number | null): string | null {
  if (created === null) return null;
  const ms = created >= MILLISECONDS ? created : created * 1000;
  return ms >= 0 && ms <= LAST ? new Date(ms).toISOString() : null;
}

/** SQLite's form of a time; the epoch for one outside the calendar's range. */
export function sqlTime(ms: number): string {
  return new Date(ms >= 0 && ms <= LAST ? ms : 0).toISOString().slice(0, 19).replace("T", " ");
}

/** Who sees a message; both do where nothing is said, or nothing that Goose understands. */
export interface Seen {
  user: boolean;
  agent: boolean;
}

export function seenBy(metadata: Json): Seen {
  const user = member(metadata, "userVisible");
  const agent = member(metadata, "agentVisible");
  if (typeof user !== "boolean" || typeof agent !== "boolean") return { user: true, agent: true };
  return { user, agent };
}

export function blocksOf(content: Json): Json[] | null {
  return Array.isArray(content) ? content : null;
}

/** The carry that stands in a message, which is neither shown nor sent. */
export function carryIn(content: Json): JsonObject | undefined {
  const [only] = blocksOf(content) ?? [];
  return object(member(member(only, "data"), "segue-carry"));
}

export function recognises(record: Json): boolean {
  const { kind } = unwrap(record);
  return kind === "session" || kind === "message";
}
