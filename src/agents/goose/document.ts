/** The document of `goose session export --format json`, which `goose session import` takes. */
import type { DocumentForm } from "../../session/codec.ts";
import { array, isObject } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";
import { isHead } from "./records.ts";

export const FORM = "goose-export";

/** Its first record is everything but the messages; an empty list marks their place. */
export const exported: DocumentForm = {
  name: FORM,
  records(document) {
    if (!isHead(document) || !Array.isArray(document.conversation)) return null;
    return [{ ...document, conversation: [] }, ...document.conversation];
  },
  document([first, ...messages]): Json {
    if (!isObject(first)) return [];
    return { ...first, conversation: [...array(first.conversation), ...messages] };
  },
};
