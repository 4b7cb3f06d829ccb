/** Takes a conversation apart that Droid sends as one text, after a change to another vendor's model. */
import { isObj, parseJson } from "../model-server/json.ts";
import type { Atom, Kind } from "./atoms.ts";

const SERIALIZED =
  /^The following prefix of this conversation has been serialized to maintain compatibility/;

const FRAME =
  /^(?:The following prefix of this conversation has been serialized to maintain .*|`{3,}(?:text)?|---|When making tool calls, always use your native tool calling schema .*)$/;

/** Segue gives other agents the messages themselves, and so these are what must arrive. */
export function unserialized(atom: Atom): Atom[] {
  if (atom.kind !== "text" || !SERIALIZED.test(atom.text)) return [atom];
  return atom.text.split("\n\n---\n\n").flatMap((message, n) =>
    partsOf(message).map(([kind, text], part) => {
      const block = `${atom.block}.${n}.${part}`;
      return { ...atom, kind, text, block, place: block, type: TYPES[kind] ?? "text" };
    }),
  );
}

const TYPES: Partial<Record<Kind, string>> = { argument: "tool_use", result: "tool_result" };

function partsOf(message: string): [kind: Kind, text: string][] {
  const parts: [Kind, string][] = [];
  let kind: Kind = "text";
  for (const line of message.split("\n")) {
    const own = line.replace(/^(?:USER|ASSISTANT|TOOL): /, "");
    if (FRAME.test(own)) continue;
    const said = own.replace(/^\[System reminder omitted at compaction boundary\.\]$/, "");
    const [, result] = /^TOOL_RESULT: (.*)$/.exec(said) ?? [];
    const [, input] = /^TOOL_CALL: \S+ input=(.*)$/.exec(said) ?? [];
    if (result !== undefined) kind = "result";
    if (input !== undefined) parts.push(...argumentsIn(input));
    else parts.push([kind, result ?? said.replace(/^\[Thinking: (.*)\]$/, "$1")]);
  }
  return parts.filter(([, text]) => text.trim() !== "");
}

function argumentsIn(input: string): [kind: Kind, text: string][] {
  const value = parseJson(input);
  const all = isObj(value) ? Object.values(value) : [value];
  return all.flatMap((one) => (typeof one === "string" ? [["argument", one]] : []));
}
