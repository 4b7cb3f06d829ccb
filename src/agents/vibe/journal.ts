/** What Mistral Vibe 3.x shows on its screen, and what its journal says of a turn that did not end. */
import { listOf, member, number, string } from "../../session/json.ts";
import { otherPart, saidIn } from "../../session/other.ts";
import type { Json, Part, ToolResultPart } from "../../session/types.ts";
import { readContent, readParts } from "./content.ts";
import type { Spoken } from "./spoken.ts";
import { fromNative } from "./tools.ts";

/** An entry of the projection: a message, reasoning, or the effect of a call. */
export function readShown(entry: Json): Spoken[] {
  const at = number(member(entry, "createdAt"));
  switch (member(entry, "type")) {
    case "message": {
      const role = member(entry, "role") === "user" ? "user" : "assistant";
      return spoken(role, readContent(member(entry, "content")), at);
    }
    case "reasoning":
      return spoken("assistant", [{ kind: "reasoning", text: saidIn(member(entry, "text")) }], at);
    case "effect":
      return readEffect(entry, at);
    default:
      return [];
  }
}

/** A call and its result; it has no id of its own. */
function readEffect(entry: Json, at: number | undefined): Spoken[] {
  const [detail, state] = [member(entry, "detail"), member(entry, "state")];
  const callId = string(member(entry, "id")) ?? "";
  const own = saidIn(member(detail, "toolName"));
  const name = NAMES[own] ?? own.slice(own.lastIndexOf(".") + 1);
  const given = member(detail, "input") ?? {};
  const input = name === "edit" ? editIn(given) : given;
  const use = fromNative(name, input);
  const content = readContent(member(member(state, "output"), "content"));
  const isError = member(state, "status") !== "completed";
  const result: ToolResultPart = { kind: "tool-result", callId, isError, content };
  return [
    ...spoken("assistant", [{ kind: "tool-call", callId, name, input, use }], at),
    ...spoken("tool", [result], number(member(entry, "updatedAt"))),
  ];
}

const NAMES: { readonly [own: string]: string } = { "file_system.search_replace": "edit" };

/** The tool's own form of an edit, as the model gave it. */
function editIn(input: Json): Json {
  const [only, ...more] = listOf(member(input, "content"));
  const path = member(input, "file_path");
  if (only === undefined || more.length > 0 || path === undefined) return input;
  return {
    file_path: path,
    old_string: member(only, "old_str") ?? "",
    new_string: member(only, "new_str") ?? "",
    replace_all: member(only, "replace_all") ?? false,
  };
}

/** The result of an action: of a completion what the model said, of a call what it is told. */
export function readActed(action: Json | undefined): Spoken[] {
  const result = member(action, "result");
  const callId = string(member(action, "call_id"));
  if (callId !== undefined) return spoken("tool", [resultOf(callId, result)], undefined);
  return spoken("assistant", readParts(member(result, "parts")), undefined);
}

function resultOf(callId: string, result: Json | undefined): ToolResultPart {
  const error = member(result, "error");
  const content = readContent(member(result, "content"));
  const isError = error !== undefined && error !== null;
  const told: ToolResultPart["content"] =
    content.length > 0 || !isError
      ? content
      : [
          {
            kind: "text",
            text: saidIn(member(error, "message") ?? otherPart("error", error).text),
          },
        ];
  return { kind: "tool-result", callId, isError, content: told };
}

function spoken(role: Spoken["role"], parts: Part[], at: number | undefined): Spoken[] {
  return parts.length === 0 ? [] : [{ role, parts, at }];
}
