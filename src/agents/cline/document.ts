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

/** Is it one of the messages? The CLI asks for neither an id nor a time. */
export function isMessage(record: Json): record is JsonObject {
  if (!isObject(record)) return false;
  const { role, content } = record;
  if (role !== "user" && role !== "assistant") return false;
  return typeof content === "string" || Array.isArray(content);
}

/** Does a message by itself look like one of Cline's? Other agents' have a role and content, too. */
export function isMarked(message: JsonObject): boolean {
  const { ts, id } = message;
  if (Object.hasOwn(message, "type")) return false;
  return typeof ts === "number" || typeof id === "string";
}
