/** Items of the Responses API as parts: reasoning, calls and their results. */
import { array, isObject, listOf, member } from "../../session/json.ts";
import { otherPart, saidIn, unread } from "../../session/other.ts";
import { textPart } from "../../session/text.ts";
import type {
  Json,
  OtherPart,
  Part,
  ReasoningPart,
  ToolResultPart,
  UnreadPart,
} from "../../session/types.ts";
import { readArguments, readContent } from "./content.ts";
import { isFailure, unwrap } from "./results.ts";

export function asReasoning(part: Part): Part {
  return part.kind === "text" ? textPart(part.text) : part;
}

/** The parts of an item that only OpenAI can read, beside the readable ones. */
export function sealedIn(item: Json): UnreadPart[] {
  const keys = ["encrypted_content", "encrypted_function_args"];
  return keys.filter((key) => saidIn(member(item, key)) !== "").map((key) => unread(key, "sealed"));
}

/** The API's summary, and the raw thoughts of models that show them. */
export function readReasoning(item: Json): ReasoningPart {
  const texts = (key: string) =>
    listOf(member(item, key)).flatMap((part) => {
      const text = member(part, "text") ?? part;
      return typeof text === "string" ? text : saidIn(text) || [];
    });
  const all = [...texts("summary"), ...texts("content")];
  const sealed = member(item, "encrypted_content") ?? undefined;
  return {
    kind: "reasoning",
    text: [...new Set(all)].join("\n\n"),
    ...(sealed === undefined ? {} : { seal: { encrypted_content: sealed } }),
  };
}

export function readCall(item: Json, type: string): { name: string; input: Json } {
  const name = saidIn(member(item, "name"));
  switch (type) {
    case "custom_tool_call":
      return { name, input: member(item, "input") ?? "" };
    case "local_shell_call":
      return { name: "local_shell", input: member(item, "action") ?? {} };
    case "web_search_call":
      return { name: "web_search", input: member(item, "action") ?? {} };
    case "tool_search_call":
      return { name: "tool_search", input: readArguments(member(item, "arguments")) };
    default:
      return { name, input: readArguments(member(item, "arguments")) };
  }
}

export function readOutput(callId: string, output: Json | undefined): ToolResultPart {
  // 0.20 … wrote `{content, success}` where later versions write only the content.
  const body = isObject(output) && "content" in output ? output.content : output;
  if (typeof body !== "string") {
    const content = readContent(body);
    const [first] = content;
    // Code mode: "Script failed", then the error.
    const isError = first?.kind === "text" && first.text.startsWith("Script failed\n");
    return { kind: "tool-result", callId, isError, content };
  }
  const found = unwrap(body);
  return {
    kind: "tool-result",
    callId,
    isError: isFailure(found),
    ...(found.exitCode === undefined ? {} : { exitCode: found.exitCode }),
    content: found.text === "" ? [] : [{ kind: "text", text: found.text }],
  };
}

/** Which agent of the tree speaks, and to which: the model is sent that as well. */
export function readAgents(item: Json): OtherPart[] {
  const author = saidIn(member(item, "author"));
  const others = listOf(member(item, "other_recipients"));
  const recipients = [member(item, "recipient"), ...others].map(saidIn).filter((one) => one !== "");
  if (author === "" && recipients.length === 0) return [];
  const text = `from ${author || "?"} to ${recipients.join(", ") || "?"}`;
  return [otherPart("agent_message", null, { known: true, text })];
}

/** The tools that a search for tools found. */
export function readTools(callId: string, item: Json): ToolResultPart {
  const tools = member(item, "tools") ?? [];
  const found = array(tools).length > 0 || isObject(tools);
  const content = found ? [otherPart("tool_search_output", tools, { known: true })] : [];
  return { kind: "tool-result", callId, isError: false, content };
}
