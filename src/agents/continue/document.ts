/** A session's file, `sessions/<id>.json`: one JSON document. */
import type { DocumentForm } from "../../session/codec.ts";
import { array, isObject } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";
import { withPiecesApart, withPiecesInside } from "../shared/pieces.ts";

/** Stands in the first line of a document's lines. */
export const FORM = "continue-session";

/**
 * The first record is the document without its history; an empty list stays where it stood, so that the
 * keys keep their order. Then comes one item of the history a record.
 */
export const session: DocumentForm = {
  name: FORM,
  records(document) {
    if (!isHead(document) || !isObject(document)) return null;
    const history = array(document.history);
    if (!history.some(isItem) && typeof document.workspaceDirectory !== "string") return null;
    return [{ ...document, history: [] }, ...withPiecesApart(history)];
  },
  document([first, ...items]): Json {
    if (!isObject(first)) return [];
    return { ...first, history: withPiecesInside([...array(first.history), ...items]) };
  },
};

/** A document of a session, or what is left of it when its history is taken out. */
export function isHead(value: Json): boolean {
  return isObject(value) && Array.isArray(value.history) && typeof value.sessionId === "string";
}

/** An item of the history: a message, and what belongs to it. */
export function isItem(value: Json): boolean {
  return isObject(value) && isObject(value.message) && typeof value.message.role === "string";
}
