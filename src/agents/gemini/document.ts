/** Sessions in the form that Gemini CLI used before 0.39, and still exports: one JSON document. */

import type { DocumentForm } from "../../session/codec.ts";
import { array, isObject, member, string } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";
import { contentParts, thoughtText } from "./content.ts";

/**
 * The first record is the document without its messages; an empty list marks their place, so that
 * the keys keep their order.
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
  {
    // What `/chat save` writes: the history as it is sent to the API.
    name: "gemini-checkpoint",
    records(document) {
      if (!isObject(document) || !Array.isArray(document.history)) return null;
      if (!document.history.every(isContent)) return null;
      return [{ ...document, history: [] }, ...document.history];
    },
    document([first, ...contents]): Json {
      if (!isObject(first)) return [];
      return { ...first, history: [...array(first.history), ...contents.flatMap(contentsOf)] };
    },
  },
  {
    // What older versions' `/chat save` wrote: the history alone.
    name: "gemini-contents",
    records(document) {
      if (!Array.isArray(document) || document.length === 0) return null;
      return document.every(isContent) ? [...document] : null;
    },
    document: (contents): Json => contents.flatMap(contentsOf),
  },
];

/** What returns to a checkpoint, in the form of the history. */
function contentsOf(record: Json): Json[] {
  const type = member(record, "type");
  if (type !== "user" && type !== "gemini") return [record];
  const parts = contentParts(member(record, "content"));
  if (type === "user") return [{ role: "user", parts }];
  const calls = array(member(record, "toolCalls"));
  const thoughts = array(member(record, "thoughts")).map((thought) => ({
    text: thoughtText(thought),
    thought: true,
  }));
  const made = calls.map((call) => {
    const [id, name] = [string(member(call, "id")) ?? "", string(member(call, "name")) ?? ""];
    return { functionCall: { id, name, args: member(call, "args") ?? {} } };
  });
  const results = calls.flatMap((call) => array(member(call, "result")));
  const said = [...thoughts, ...parts.filter((part) => member(part, "text") !== ""), ...made];
  return [
    ...(said.length > 0 ? [{ role: "model", parts: said }] : []),
    ...(results.length > 0 ? [{ role: "user", parts: results }] : []),
  ];
}

/** Is it a content of the Gemini API rather than a record of the CLI? */
export function isContent(record: Json): boolean {
  if (!isObject(record) || Object.hasOwn(record, "id") || Object.hasOwn(record, "type"))
    return false;
  // The API has had more roles than `user` and `model`, for example `function`.
  return typeof record.role === "string" && Array.isArray(record.parts);
}
