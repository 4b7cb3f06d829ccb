/**
 * A conversation as an export has it, which is also what the web site's own requests return: one JSON
 * object with a list of messages.
 */
import type { DocumentForm } from "../../session/codec.ts";
import { isObject, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";

/** Stands in the first line of a document's lines. */
export const FORM = "claude-web-conversation";

/**
 * The first record is the conversation without its messages. Then comes a message a record, and last
 * `current_leaf_message_uuid`, which the site's own requests have: where the conversation continues.
 */
export const conversation: DocumentForm = {
  name: FORM,
  records(document) {
    if (!isConversation(document)) return null;
    const { chat_messages: messages, current_leaf_message_uuid: leaf } = document;
    if (!Array.isArray(messages)) return null;
    const head: JsonObject = { ...document, chat_messages: [] };
    const end = typeof leaf === "string";
    if (end) head.current_leaf_message_uuid = null;
    return [head, ...messages, ...(end ? [{ current_leaf_message_uuid: leaf }] : [])];
  },
  document([head, ...records]): Json {
    if (!isObject(head)) return [];
    const leaf = leafIn(records.at(-1));
    const messages = leaf === null ? records : records.slice(0, -1);
    const end = leaf === null ? {} : { current_leaf_message_uuid: leaf };
    return { ...head, chat_messages: messages, ...end };
  },
};

/** A conversation, or what is left of it when its messages are taken out. */
export function isConversation(value: Json): value is JsonObject {
  if (!isObject(value)) return false;
  return Array.isArray(value.chat_messages) && typeof value.uuid === "string";
}

/** A message; null for anything else. */
export function messageIn(record: Json): JsonObject | null {
  if (!isObject(record) || typeof record.uuid !== "string") return null;
  const { sender, text, content } = record;
  const isSaid = typeof text === "string" || Array.isArray(content);
  return typeof sender === "string" && isSaid ? record : null;
}

/** The message that the conversation continues from, if this is the record that names it. */
export function leafIn(record: Json | undefined): string | null {
  if (!isObject(record) || Object.keys(record).length !== 1) return null;
  return string(record.current_leaf_message_uuid) ?? null;
}
