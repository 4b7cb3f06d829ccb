/**
 * The records of a session of Grok Build's. It is in several files, of which each line here is one
 * of:
 *
 * - `{"summary":{…}}`: what stays the same in summary.json;
 * - an item of chat_history.jsonl, what the model is sent: `{"type":"user"|"assistant"|…}`, in older
 *   versions a message as Chat Completions has them: `{"role":"user"|"assistant"|…}`;
 * - a notification of updates.jsonl, what happened: `{"timestamp","method","params":{"update":{…}}}`;
 * - a line of either file that looks like neither: `{"file":"chat_history.jsonl","line":"…"}`;
 * - `{"file":"updates.jsonl","missing":true}`, where there is no such file.
 */
import { isObject, member, number, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";

export const CHAT = "chat_history.jsonl";
export const UPDATES = "updates.jsonl";
export const SUMMARY = "summary.json";

export type Stored =
  | { kind: "summary"; summary: JsonObject }
  | { kind: "item"; type: string; item: JsonObject }
  | { kind: "update"; type: string; update: JsonObject; record: JsonObject }
  | { kind: "line"; file: string; line: JsonObject }
  | { kind: "other" };

export function unwrap(record: Json): Stored {
  if (!isObject(record)) return { kind: "other" };
  const update = updateIn(record);
  if (update) {
    return { kind: "update", type: string(update.sessionUpdate) ?? "", update, record };
  }
  const type = string(record.type);
  const chat = type === undefined || !TYPES.has(type) ? itemOf(record) : null;
  if (chat !== null) return chat;
  if (type !== undefined) return { kind: "item", type, item: record };
  const [only, ...more] = Object.keys(record);
  const { summary, file } = record;
  if (only === "summary" && more.length === 0 && isObject(summary)) {
    return { kind: "summary", summary };
  }
  return typeof file === "string" ? { kind: "line", file, line: record } : { kind: "other" };
}

const ROLES: { readonly [role: string]: string } = {
  system: "system",
  user: "user",
  assistant: "assistant",
  tool: "tool_result",
};

/** The CLI takes a line for such a message wherever it is no item, whatever the session's form. */
function itemOf(record: JsonObject): Stored | null {
  const role = string(record.role) ?? "";
  const type = Object.hasOwn(ROLES, role) ? ROLES[role] : undefined;
  return type === undefined ? null : { kind: "item", type, item: { ...record, type } };
}

/** Does it say that there are no notifications, and no file for them? */
export function isMissingFile(stored: Stored): boolean {
  return stored.kind === "line" && stored.file === UPDATES && stored.line.missing === true;
}

/** A notification; older versions wrote it without the envelope. */
function updateIn(record: JsonObject): JsonObject | null {
  const params = typeof record.method === "string" ? record.params : record;
  const update = member(params, "update");
  return isObject(update) && typeof update.sessionUpdate === "string" ? update : null;
}

/** Of which file a line is that says so by itself; null for one that does not. */
export function fileOf(record: Json | undefined): string | null {
  const stored = unwrap(record ?? null);
  if (stored.kind === "item") return CHAT;
  return stored.kind === "update" ? UPDATES : null;
}

/** When a notification was written, in milliseconds. */
export function timeOf(record: JsonObject): number | undefined {
  const precise = number(member(member(record.params, "_meta"), "agentTimestampMs"));
  const seconds = number(record.timestamp);
  return precise ?? (seconds === undefined ? undefined : seconds * 1000);
}

/** The number of the prompt that an item or a notification begins the turn of. */
export function promptOf(stored: Stored): number | undefined {
  if (stored.kind === "item" && stored.type === "user") return number(stored.item.prompt_index);
  if (stored.kind !== "update" || stored.type !== "user_message_chunk") return undefined;
  return number(member(stored.update._meta, "promptIndex"));
}

/** Segue's own notification: what comes next continues a turn, after so many of its items. */
export const CONTINUED = "segue_continued";

export function continuedIn(stored: Stored): { prompt: number; after: number } | null {
  if (stored.kind !== "update" || stored.type !== CONTINUED) return null;
  const [prompt, after] = [number(stored.update.promptIndex), number(stored.update.items)];
  return prompt === undefined || after === undefined ? null : { prompt, after };
}

const ITEMS = new Set(["system", "user", "assistant", "tool_result", "reasoning"]);
const TYPES = new Set([...ITEMS, "backend_tool_call"]);

/** Does a record look like one of Grok Build's? */
export function recognises(record: Json): boolean {
  const stored = unwrap(record);
  switch (stored.kind) {
    case "summary":
      return isObject(stored.summary.info);
    case "update":
      return /^(?:_x\.ai\/)?session\/update$/.test(string(stored.record.method) ?? "");
    case "item":
      return ITEMS.has(stored.type) && isItem(stored.item);
    case "line":
      return stored.file === CHAT || stored.file === UPDATES;
    case "other":
      return false;
  }
}

/** Other agents' lines have the same types, and an id, a time or a message inside. */
function isItem(item: JsonObject): boolean {
  const isOther = ["message", "uuid", "timestamp", "role", "parentId", "payload"].some((key) =>
    Object.hasOwn(item, key),
  );
  if (isOther) return false;
  switch (item.type) {
    case "system":
    case "assistant":
      return typeof item.content === "string";
    case "user":
      return Array.isArray(item.content);
    case "tool_result":
      return typeof item.tool_call_id === "string";
    default:
      return Array.isArray(item.summary) && !Object.hasOwn(item, "status");
  }
}
