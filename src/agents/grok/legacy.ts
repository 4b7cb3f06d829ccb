/** What answers of older versions hold besides: the CLI makes items of it when it loads them. */
import { array, compact, isObject, member, string } from "../../session/json.ts";
import { otherPart, saidIn, unread } from "../../session/other.ts";
import type { Json, JsonObject, Part } from "../../session/types.ts";
import { readReasoning } from "./content.ts";

/** `seen`: ids of the server's calls that were there already. */
export function readLegacy(item: JsonObject, seen: Set<string>): Part[] {
  const { raw_output: raw, reasoning, reasoning_content: plain } = item;
  // It holds all that the others hold.
  if (Array.isArray(raw)) return array(raw).flatMap((entry) => readOutput(entry, seen));
  const text = saidIn(plain) || saidIn(member(reasoning, "text") ?? textOf(reasoning));
  const seal = compact({
    id: string(member(reasoning, "id")) || undefined,
    encrypted_content: string(member(reasoning, "encrypted")) || undefined,
  });
  if (seal.encrypted_content !== undefined) return [{ kind: "reasoning", text, seal }];
  return text === "" ? [] : [{ kind: "reasoning", text }];
}

function textOf(reasoning: Json | undefined): Json | undefined {
  return isObject(reasoning) ? undefined : reasoning;
}

const SERVER = new Set(["web_search_call", "custom_tool_call", "code_interpreter_call"]);

/** An item of the Responses API. */
function readOutput(entry: Json, seen: Set<string>): Part[] {
  const type = string(member(entry, "type")) ?? "unknown";
  if (type === "reasoning" && isObject(entry)) return readReasoning(entry);
  // The answer says them itself.
  if (type === "message" || type === "function_call") return [];
  if (!SERVER.has(type)) return [unread(type, "unsent")];
  const id = string(member(entry, "id")) ?? "";
  if (id !== "" && seen.has(id)) return [];
  seen.add(id);
  return [otherPart("backend_tool_call", entry, { known: true })];
}

/** Something that the vendor's server did itself. */
export function readBackend(item: JsonObject): Part {
  return otherPart("backend_tool_call", isObject(item.kind) ? item.kind : item, { known: true });
}
