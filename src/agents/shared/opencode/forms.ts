/**
 * Unifies the forms of a session. As rows of the database, a line contains the session's row, or a
 * message with its parts: `{"session":{…},"todos":[…]}`, `{"message":{…,"data":{…}},"parts":[…]}`.
 * As the document that `export` prints: `{"info":{…},"messages":[]}`, `{"info":{…},"parts":[…]}`.
 */
import { isFrame } from "../../../lossless/document.ts";
import { parseValue } from "../../../lossless/json-text.ts";
import type { DocumentForm } from "../../../session/codec.ts";
import { array, isObject, member, number, object, string } from "../../../session/json.ts";
import type { Json, JsonObject } from "../../../session/types.ts";
import type { Flavour } from "./flavour.ts";

export type Form = "store" | "file";

/** A message or a part: its id, and its other data. */
export interface Item {
  id: string;
  data: JsonObject;
}

/** The messages from one on, or all that follow one ("": all messages). */
export type Removed = { from: string } | { after: string };

export interface StoredMessage extends Item {
  sessionId: string;
  parts: Item[];
}

/** The relevant columns of a session's row. */
export interface SessionFacts {
  id: string;
  parent: string | null;
  project: string | null;
  directory: string | null;
  path: string | null;
  title: string | null;
  version: string | null;
  agent: string | null;
  model: JsonObject | null;
  revert: JsonObject | null;
  created: number | null;
  updated: number | null;
}

export type Stored =
  | { kind: "frame" }
  | { kind: "session"; form: Form; session: SessionFacts }
  | { kind: "message"; form: Form; message: StoredMessage }
  /** For the "v2" store, which no released CLI shows yet. */
  | { kind: "v2"; type: string; item: Item }
  /** Segue's own: messages are gone, as after a revert and the prompt that follows it. */
  | { kind: "removed"; removed: Removed }
  | { kind: "other" };

export function unwrap(record: Json): Stored {
  if (isFrame(record)) return { kind: "frame" };
  const session = member(record, "session");
  if (isObject(session) && typeof session.id === "string") {
    return { kind: "session", form: "store", session: rowFacts(session) };
  }
  const message = member(record, "message");
  if (isObject(message) && typeof message.id === "string") {
    const parts = array(member(record, "parts")).filter(isObject).map(rowItem);
    return {
      kind: "message",
      form: "store",
      message: { ...rowItem(message), sessionId: string(message.session_id) ?? "", parts },
    };
  }
  const info = member(record, "info");
  if (isObject(info) && typeof info.id === "string") return unwrapExport(record, info);
  const v2 = member(record, "session_message");
  if (isObject(v2)) return { kind: "v2", type: string(v2.type) ?? "", item: rowItem(v2) };
  const removed = removedOf(record);
  return removed === null ? { kind: "other" } : { kind: "removed", removed };
}

export function removedOf(record: Json): Removed | null {
  const removed = member(record, "removed");
  const from = string(member(removed, "from"));
  if (from !== undefined) return { from };
  const after = string(member(removed, "after"));
  return after === undefined ? null : { after };
}

function unwrapExport(record: Json, info: JsonObject): Stored {
  if (typeof info.role !== "string") {
    return { kind: "session", form: "file", session: infoFacts(info) };
  }
  const parts = array(member(record, "parts")).filter(isObject).map(exportItem);
  return {
    kind: "message",
    form: "file",
    message: { ...exportItem(info), sessionId: string(info.sessionID) ?? "", parts },
  };
}

function rowItem(row: JsonObject): Item {
  return { id: string(row.id) ?? "", data: columnOf(row.data) ?? {} };
}

/** Text in other formatting than OpenCode's stays text: see sqlite.ts. */
function columnOf(value: Json | undefined): JsonObject | undefined {
  return object(typeof value === "string" ? parseValue(value) : value);
}

function exportItem(item: JsonObject): Item {
  return { id: string(item.id) ?? "", data: item };
}

function rowFacts(row: JsonObject): SessionFacts {
  return {
    id: string(row.id) ?? "",
    parent: string(row.parent_id) ?? null,
    project: string(row.project_id) ?? null,
    directory: string(row.directory) ?? null,
    path: string(row.path) ?? null,
    title: string(row.title) ?? null,
    version: string(row.version) ?? null,
    agent: string(row.agent) ?? null,
    model: columnOf(row.model) ?? null,
    revert: columnOf(row.revert) ?? null,
    created: time(row.time_created),
    updated: time(row.time_updated),
  };
}

function infoFacts(info: JsonObject): SessionFacts {
  return {
    id: string(info.id) ?? "",
    parent: string(info.parentID) ?? null,
    project: string(info.projectID) ?? null,
    directory: string(info.directory) ?? null,
    path: string(info.path) ?? null,
    title: string(info.title) ?? null,
    version: string(info.version) ?? null,
    agent: string(info.agent) ?? null,
    model: object(info.model) ?? null,
    revert: object(info.revert) ?? null,
    created: time(member(info.time, "created")),
    updated: time(member(info.time, "updated")),
  };
}

function time(value: Json | undefined): number | null {
  return number(value) ?? null;
}

/** A message as a record in the requested form. */
export function wrapMessage(
  form: Form,
  { id, sessionId, data, parts }: StoredMessage,
  ms: number,
): JsonObject {
  if (form === "file") {
    return {
      info: { ...data, id, sessionID: sessionId },
      parts: parts.map((part) => ({
        ...part.data,
        id: part.id,
        sessionID: sessionId,
        messageID: id,
      })),
    };
  }
  const times = { time_created: ms, time_updated: ms };
  return {
    message: { id, session_id: sessionId, ...times, data },
    parts: parts.map((part) => ({
      id: part.id,
      message_id: id,
      session_id: sessionId,
      ...times,
      data: part.data,
    })),
  };
}

/** Columns of a session's row and their places in the export, in the order of both. */
const SESSION: readonly [column: string, path: readonly string[]][] = [
  ["id", ["id"]],
  ["project_id", ["projectID"]],
  ["workspace_id", ["workspaceID"]],
  ["parent_id", ["parentID"]],
  ["slug", ["slug"]],
  ["directory", ["directory"]],
  ["path", ["path"]],
  ["title", ["title"]],
  ["version", ["version"]],
  ["share_url", ["share", "url"]],
  ["summary_additions", ["summary", "additions"]],
  ["summary_deletions", ["summary", "deletions"]],
  ["summary_files", ["summary", "files"]],
  ["summary_diffs", ["summary", "diffs"]],
  ["metadata", ["metadata"]],
  ["cost", ["cost"]],
  ["tokens_input", ["tokens", "input"]],
  ["tokens_output", ["tokens", "output"]],
  ["tokens_reasoning", ["tokens", "reasoning"]],
  ["tokens_cache_read", ["tokens", "cache", "read"]],
  ["tokens_cache_write", ["tokens", "cache", "write"]],
  ["revert", ["revert"]],
  ["permission", ["permission"]],
  ["agent", ["agent"]],
  ["model", ["model"]],
  ["time_created", ["time", "created"]],
  ["time_updated", ["time", "updated"]],
  ["time_compacting", ["time", "compacting"]],
  ["time_archived", ["time", "archived"]],
];

/** The order of a row's columns; others follow in the order of their table. */
export const SESSION_COLUMNS: readonly string[] = SESSION.map(([column]) => column);

/** A session's row in the form of the export. */
export function infoOf(row: JsonObject): JsonObject {
  const info: JsonObject = {};
  for (const [column, path] of SESSION) {
    const value = row[column];
    if (value === undefined || value === null) continue;
    let at = info;
    for (const key of path.slice(0, -1)) {
      const next = object(at[key]) ?? {};
      at[key] = next;
      at = next;
    }
    at[path.at(-1) ?? column] = value;
  }
  return info;
}

/** The inverse of `infoOf`. */
export function rowOf(info: JsonObject): JsonObject {
  const row: JsonObject = {};
  for (const [column, path] of SESSION) {
    let value: Json | undefined = info;
    for (const key of path) value = member(value, key);
    if (value !== undefined && value !== null) row[column] = value;
  }
  return row;
}

/** The document for lines in the form of rows, as `export` prints it. */
export function exportOf(lines: readonly Json[]): JsonObject {
  const messages: Json[] = [];
  let info: JsonObject = {};
  for (const line of lines) {
    const session = object(member(line, "session"));
    if (session) info = infoOf(session);
    const stored = unwrap(line);
    if (stored.kind === "message" && stored.form === "store") {
      messages.push(wrapMessage("file", stored.message, 0));
    }
  }
  return { info, messages };
}

/** Lines in the form of rows for an exported document. */
export function rowsOf(document: JsonObject): Json[] {
  const info = object(document.info) ?? {};
  const id = string(info.id) ?? "";
  const lines: Json[] = [{ session: rowOf(info) }];
  for (const item of array(document.messages)) {
    const stored = unwrap(item);
    if (stored.kind !== "message") continue;
    const message = {
      ...withoutIds(stored.message),
      sessionId: id,
      parts: stored.message.parts.map(withoutIds),
    };
    const ms = member(member(item, "info"), "time");
    lines.push(wrapMessage("store", message, time(member(ms, "created")) ?? 0));
  }
  return lines;
}

function withoutIds({ id, data }: Item): Item {
  const { id: _, sessionID: __, messageID: ___, ...rest } = data;
  return { id, data: rest };
}

const KILO_MODES = new Set(["code", "architect", "ask", "debug", "orchestrator"]);
const OPENCODE_MODES = new Set(["build", "general", "explore"]);

/**
 * The agent of a record, if it is recognizable: Kilo's version numbers start at 5, and it begins in
 * another mode.
 */
export function signOf(record: Json): Flavour["id"] | null {
  const stored = unwrap(record);
  if (stored.kind === "session") {
    const major = Number.parseInt(stored.session.version ?? "", 10);
    return Number.isNaN(major) ? null : major >= 5 ? "kilo" : "opencode";
  }
  if (stored.kind !== "message") return null;
  const mode = string(stored.message.data.agent) ?? "";
  if (KILO_MODES.has(mode)) return "kilo";
  return OPENCODE_MODES.has(mode) ? "opencode" : null;
}

/** Does a record look like one of a session of this agent? */
export function isRecord(record: Json, { id, form }: Flavour): boolean {
  if ((signOf(record) ?? id) !== id) return false;
  const stored = unwrap(record);
  switch (stored.kind) {
    case "frame":
      return member(member(record, "segue.document"), "form") === form;
    case "session":
      return stored.session.id.startsWith("ses");
    case "message":
      return typeof stored.message.data.role === "string" && Array.isArray(member(record, "parts"));
    case "v2":
      return stored.item.id !== "";
    case "removed":
      return true;
    case "other":
      return false;
  }
}

/**
 * The document of `export`: its first record is everything except the messages, followed by each
 * message.
 */
export function exportForm({ id, form: name }: Flavour): DocumentForm {
  return {
    name,
    records(document) {
      if (!isObject(document) || !Array.isArray(document.messages)) return null;
      const stored = unwrap(document);
      if (stored.kind !== "session" || !stored.session.id.startsWith("ses")) return null;
      if ((signOf(document) ?? "opencode") !== id) return null;
      return [{ ...document, messages: [] }, ...document.messages];
    },
    document([first, ...messages]) {
      return isObject(first) ? { ...first, messages } : { messages };
    },
  };
}
