/** A session's file, `sessions/<id>.json`: one JSON document. */
import type { DocumentForm } from "../../session/codec.ts";
import { array, isObject, member } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";
import { withPiecesApart, withPiecesInside } from "../shared/pieces.ts";

/** Stands in the first line of a document's lines. */
export const FORM = "nanocoder-session";

/**
 * The first record is the document without its messages; an empty list stays where it stood, so that
 * the keys keep their order. Then comes one message a record.
 */
export const session: DocumentForm = {
  name: FORM,
  records(document) {
    if (!isHead(document)) return null;
    const messages = array(document.messages);
    return [
      counted(document, (count) => apart(count, messages.length)),
      ...withPiecesApart(messages),
    ];
  },
  document([first, ...records]): Json {
    if (!isObject(first)) return [];
    const messages = withPiecesInside([...array(first.messages), ...records]);
    return { ...counted(first, (count) => together(count, messages.length)), messages };
  },
};

/** A session's document, or what is left of it when its messages are taken out. */
export function isHead(value: Json): value is JsonObject {
  if (!isObject(value) || !Array.isArray(value.messages) || typeof value.id !== "string") {
    return false;
  }
  return typeof value.workingDirectory === "string" || typeof value.lastAccessedAt === "string";
}

/** With another `messageCount`, if it has one, and without messages. */
function counted(document: JsonObject, change: (count: Json) => Json): JsonObject {
  const { messageCount } = document;
  const count = messageCount === undefined ? {} : { messageCount: change(messageCount) };
  return { ...document, ...count, messages: [] };
}

/** In a record, null is the number of the messages that follow; any other value stays as it is. */
function apart(count: Json, messages: number): Json {
  if (count === messages) return null;
  return count === null || isKept(count) ? { is: count } : count;
}

/** The inverse of `apart`. */
function together(count: Json, messages: number): Json {
  if (count === null) return messages;
  return isKept(count) ? (member(count, "is") ?? null) : count;
}

function isKept(count: Json): boolean {
  return isObject(count) && Object.hasOwn(count, "is") && Object.keys(count).length === 1;
}
