/** What messages of LangChain hold, and parts of the session model. */
import { parseValue } from "../../lossless/json-text.ts";
import { compact, isObject, listOf, member, number, object, string } from "../../session/json.ts";
import { imageText, isOdd, otherPart, saidIn, textBlock, textOfPart } from "../../session/other.ts";
import { textPart } from "../../session/text.ts";
import type {
  FilePart,
  ImagePart,
  Json,
  JsonObject,
  OtherPart,
  Part,
  ReasoningPart,
  ResultPart,
  TextPart,
  ToolCallPart,
  Usage,
} from "../../session/types.ts";
import { instance } from "./msgpack.ts";
import { fromNative } from "./tools.ts";

type Block = TextPart | ImagePart | FilePart | OtherPart;

/** Content: a text, or a list of blocks. */
export function readContent(content: Json | undefined): Block[] {
  return listOf(content).flatMap((block): Block[] => {
    if (typeof block === "string") return block === "" ? [] : [{ kind: "text", text: block }];
    return [readBlock(block)];
  });
}

function readBlock(block: Json): Block {
  const type = string(member(block, "type"));
  switch (type) {
    case "text":
      return textBlock(block);
    case "image_url":
      return readImageUrl(type, block);
    case "image":
    case "file":
      return readMedia(type, block);
    default:
      return otherPart(type ?? "content", block);
  }
}

function readImageUrl(type: string, block: Json): ImagePart | OtherPart {
  const place = member(block, "image_url");
  const url = string(place) ?? string(member(place, "url"));
  return url === undefined || isOdd(block, []) ? otherPart(type, block) : imageAt(url);
}

function imageAt(url: string): ImagePart {
  const [, mediaType, data] = /^data:([\w.+/-]+);base64,(.*)$/s.exec(url) ?? [];
  if (mediaType === undefined || data === undefined) {
    return { kind: "image", mediaType: "image/png", data: null, url };
  }
  return { kind: "image", mediaType, data };
}

/** Blocks of LangChain's own: the data is at `base64`, or at `data` in older versions. Anthropic's have a source. */
function readMedia(type: "image" | "file", block: Json): Block {
  const source = member(block, "source");
  const from = isObject(source) ? source : block;
  const data = string(member(from, "base64")) ?? string(member(from, "data"));
  const mediaType = string(member(from, "mime_type")) ?? string(member(from, "media_type"));
  const url = string(member(from, "url"));
  if (type === "image") {
    if (data !== undefined) return { kind: "image", mediaType: mediaType ?? "image/png", data };
    return url === undefined ? otherPart(type, block) : imageAt(url);
  }
  if (data === undefined || mediaType === undefined) return otherPart(type, block);
  return { kind: "file", name: string(member(block, "filename")) ?? null, mediaType, data };
}

const CALLS = new Set([
  "tool_use",
  "tool_call",
  "function_call",
  "input_json_delta",
  "invalid_tool_call",
]);

/** The parts of an answer, in order; its calls come last, as its providers send them. */
export function readAnswer(fields: JsonObject): Part[] {
  const calls = readCalls(fields);
  const ids = new Set(calls.map(({ callId }) => callId));
  const beside = saidIn(member(fields.additional_kwargs, "reasoning_content"));
  const before: Part[] = beside === "" ? [] : [{ kind: "reasoning", text: beside }];
  const parts = listOf(fields.content).flatMap((block): Part[] => {
    const type = string(member(block, "type")) ?? "";
    if (CALLS.has(type)) return isCall(block, ids) ? [] : [otherPart(type, block)];
    const reasoning = readReasoning(type, block);
    return reasoning === null ? readContent([block]).map(quotedOrSaid) : [reasoning];
  });
  return [...before, ...parts, ...calls];
}

/** Reasoning that Segue wrote as a quotation is reasoning again. */
function quotedOrSaid(part: Block): Part {
  return part.kind === "text" ? textPart(part.text) : part;
}

function isCall(block: Json, ids: ReadonlySet<string>): boolean {
  const own = [member(block, "id"), member(block, "call_id")].flatMap((id) => string(id) ?? []);
  return own.length === 0 ? ids.has("") : own.some((id) => ids.has(id));
}

/** The calls beside the content; one whose arguments are no JSON has them as text. */
export function readCalls(fields: JsonObject): ToolCallPart[] {
  const calls = [...listOf(fields.tool_calls), ...listOf(fields.invalid_tool_calls)];
  return (calls.length > 0 ? calls : callsBeside(fields)).map((call) => {
    const name = saidIn(member(call, "name"));
    const input = member(call, "args") ?? {};
    const callId = string(member(call, "id")) ?? "";
    return { kind: "tool-call", callId, name, input, use: fromNative(name, input) };
  });
}

/** LangChain takes a message's calls from here, in OpenAI's form, when it has no others. */
function callsBeside(fields: JsonObject): JsonObject[] {
  return listOf(member(fields.additional_kwargs, "tool_calls")).map((call) => {
    const said = member(call, "function");
    const given = member(said, "arguments") ?? {};
    const args = parseValue(string(given) ?? "") ?? given;
    return compact({ id: member(call, "id"), name: member(said, "name"), args });
  });
}

function readReasoning(type: string, block: Json): ReasoningPart | null {
  if (!isObject(block)) return null;
  switch (type) {
    case "thinking": {
      const { thinking, type: _, index: __, ...seal } = block;
      return sealed(saidIn(thinking), seal);
    }
    case "redacted_thinking": {
      const { index: _, ...seal } = block;
      return { kind: "reasoning", text: "", seal };
    }
    case "reasoning": {
      const { reasoning, type: _, index: __, ...seal } = block;
      const summary = listOf(seal.summary).map((one) => saidIn(member(one, "text") ?? one));
      const inner = listOf(seal.content).map((one) => saidIn(member(one, "text") ?? one));
      const text = [saidIn(reasoning), ...summary, ...inner]
        .filter((words) => words !== "")
        .join("\n\n");
      return sealed(text, seal);
    }
    default:
      return null;
  }
}

function sealed(text: string, seal: JsonObject): ReasoningPart {
  return { kind: "reasoning", text, ...(Object.keys(seal).length === 0 ? {} : { seal }) };
}

export function usageOf(fields: JsonObject): Usage | undefined {
  const usage = object(fields.usage_metadata);
  const all = number(usage?.input_tokens);
  const output = number(usage?.output_tokens);
  if (all === undefined || output === undefined) return undefined;
  const details = member(usage, "input_token_details");
  const cacheRead = number(member(details, "cache_read")) ?? 0;
  const cacheWrite = number(member(details, "cache_creation")) ?? 0;
  return { input: Math.max(0, all - cacheRead - cacheWrite), output, cacheRead, cacheWrite };
}

/** Content as a message has it: a text, or a list where there is more. */
export function printContent(parts: readonly (Part | ResultPart)[]): Json {
  const blocks = parts.flatMap(printBlock);
  const [first] = blocks;
  if (first === undefined) return "";
  return blocks.length === 1 && first.type === "text" ? saidIn(first.text) : blocks;
}

function printBlock(part: Part | ResultPart): JsonObject[] {
  switch (part.kind) {
    case "text":
      return [{ type: "text", text: part.text }];
    case "image": {
      const url = part.data === null ? part.url : `data:${part.mediaType};base64,${part.data}`;
      if (url === undefined) return [{ type: "text", text: imageText(part) }];
      return [{ type: "image_url", image_url: { url } }];
    }
    case "file":
    case "other":
    case "unread": {
      const text = textOfPart(part);
      return text === null ? [] : [{ type: "text", text }];
    }
    case "reasoning":
      return printReasoning(part);
    case "tool-call":
    case "tool-result":
      return [];
  }
}

/** Only with its seal: without it, no provider takes it again. */
function printReasoning({ text, seal }: ReasoningPart): JsonObject[] {
  if (!isObject(seal)) return [];
  if (seal.type === "redacted_thinking") return [seal];
  if (typeof seal.signature === "string") return [{ type: "thinking", thinking: text, ...seal }];
  return "summary" in seal ? [{ type: "reasoning", ...seal }] : [];
}

/** The module that each class of messages is in. */
const MODULES: { readonly [name: string]: string } = {
  HumanMessage: "langchain_core.messages.human",
  AIMessage: "langchain_core.messages.ai",
  ToolMessage: "langchain_core.messages.tool",
};

/** A message as LangGraph serialises it. */
function printMessage(name: string, fields: JsonObject): JsonObject {
  return instance(MODULES[name] ?? "", name, fields);
}

export function printUser(parts: readonly Part[], id: string, source?: string): JsonObject {
  return printMessage("HumanMessage", {
    content: printContent(parts),
    additional_kwargs: source === undefined ? {} : { lc_source: source },
    response_metadata: {},
    type: "human",
    name: null,
    id,
  });
}

export function printAnswer(parts: readonly Part[], id: string): JsonObject {
  const calls = parts.filter((part) => part.kind === "tool-call");
  return printMessage("AIMessage", {
    content: printContent(parts),
    additional_kwargs: {},
    response_metadata: {},
    type: "ai",
    name: "agent",
    id,
    tool_calls: calls.map(({ name, input, callId }) => ({
      name,
      args: isObject(input) ? input : { input },
      id: callId,
      type: "tool_call",
    })),
    invalid_tool_calls: [],
    usage_metadata: null,
  });
}

export interface Answered {
  callId: string;
  name: string | undefined;
  isError: boolean;
  exitCode: number | undefined;
  content: readonly ResultPart[];
}

export function printTool(result: Answered, id: string): JsonObject {
  const { callId, name, isError, exitCode, content } = result;
  return printMessage(
    "ToolMessage",
    compact({
      content: printContent(content),
      additional_kwargs: {},
      response_metadata: {},
      type: "tool",
      name: name ?? null,
      id,
      tool_call_id: callId,
      artifact: exitCode === undefined ? null : { exit_code: exitCode },
      status: isError ? "error" : "success",
    }),
  );
}
