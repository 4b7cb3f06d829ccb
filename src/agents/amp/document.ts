/** A thread's file, `threads/T-<uuid>.json`, and what `amp threads export` prints: one JSON document. */
import type { DocumentForm } from "../../session/codec.ts";
import { array, isObject, member, number, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";

/** Stands in the first line of a document's lines. */
export const FORM = "amp-thread";

/**
 * The first record is the thread without its messages; an empty list stays where it stood, so that the
 * keys keep their order. Then comes one message a record.
 */
export const thread: DocumentForm = {
  name: FORM,
  records(document) {
    if (!isThread(document)) return null;
    return [{ ...document, messages: [] }, ...array(document.messages)];
  },
  document([first, ...messages]): Json {
    if (!isObject(first)) return [];
    return { ...first, messages: [...array(first.messages), ...messages] };
  },
};

/** A thread, or what is left of it when its messages are taken out. */
export function isThread(value: Json): value is JsonObject {
  if (!isObject(value) || !Array.isArray(value.messages)) return false;
  return isThreadId(string(value.id)) && number(value.created) !== undefined;
}

/** `T-` and a UUID; the CLI takes any eight letters, digits or hyphens. */
export function isThreadId(id: string | undefined): id is string {
  return id !== undefined && /^T-[A-Za-z0-9-]{8,}$/.test(id);
}

const ROLES = new Set(["user", "assistant", "info"]);

/** A message of a thread: unlike those of the vendors' APIs, they are numbered. */
export function isMessage(value: Json): value is JsonObject {
  if (!isObject(value) || number(value.messageId) === undefined) return false;
  return ROLES.has(string(value.role) ?? "") && Array.isArray(value.content);
}

/** Does a record look like one of Amp's? */
export function recognises(record: Json): boolean {
  return isThread(record) || isMessage(record);
}

/** The workspace of a thread: the first of its folders. */
export function treeOf(head: Json): Json | undefined {
  return array(member(member(member(head, "env"), "initial"), "trees"))[0];
}
