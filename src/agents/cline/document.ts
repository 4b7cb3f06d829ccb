/** A session's transcript, `<id>.messages.json`: one JSON document. */
import type { DocumentForm } from "../../session/codec.ts";
import { array, isObject } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";

export const FORM = "cline-messages";

/**
 * The first record is the document without its messages; an empty list marks their place, so that
 * the keys keep their order.
 */
export const transcript: DocumentForm = {
  name: FORM,
  records(document) {
    if (!isObject(document) || !isTranscript(document)) return null;
    return [{ ...document, messages: [] }, ...array(document.messages)];
  },
  document([first, ...messages]): Json {
    return isObject(first) ? { ...first, messages: [...array(first.messages), ...messages] } : [];
  },
};

/** A compaction's document has messages, too, and no session's id. */
function isTranscript({ messages, sessionId, version }: JsonObject): boolean {
  return Array.isArray(messages) && typeof sessionId === "string" && version !== undefined;
}

/** Is it a transcript's first record, or the whole of one in a line? */
export function isHead(record: Json): record is JsonObject {
  return isObject(record) && isTranscript(record);
}

/** Is it one of the messages? */
export function isMessage(record: Json): record is JsonObject {
  if (!isObject(record) || Object.hasOwn(record, "type")) return false;
  if (record.role !== "user" && record.role !== "assistant") return false;
  const { content, ts, id } = record;
  if (typeof content !== "string" && !Array.isArray(content)) return false;
  return typeof ts === "number" || typeof id === "string";
}
