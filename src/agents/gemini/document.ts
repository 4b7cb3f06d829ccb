/** Sessions as Gemini CLI kept them before 0.39, and exports them still: one JSON document. */
import { array, isObject } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";
import type { DocumentForm } from "../types.ts";

/**
 * The first record is the document without its messages; an empty list stays where they stood, so
 * that the keys keep their order.
 */
export const documents: readonly DocumentForm[] = [
  {
    name: "gemini-json",
    records(document) {
      if (!isObject(document) || !Array.isArray(document.messages)) return null;
      if (typeof document.sessionId !== "string") return null;
      if (typeof document.projectHash !== "string") return null;
      return [{ ...document, messages: [] }, ...document.messages];
    },
    document([first, ...messages]): Json {
      return isObject(first) ? { ...first, messages: [...array(first.messages), ...messages] } : [];
    },
  },
];
