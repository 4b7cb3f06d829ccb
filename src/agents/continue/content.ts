/** What items of Continue's history hold, and parts of the session model. */
import { array, compact, isObject, listOf, member, number, string } from "../../session/json.ts";
import {
  imageText,
  otherPart,
  saidIn,
  textBlock,
  textOfPart,
  unread,
} from "../../session/other.ts";
import { leadingReasoning } from "../../session/text.ts";
import type {
  ImagePart,
  Json,
  JsonObject,
  OtherPart,
  Part,
  TextPart,
  ToolCallPart,
  ToolResultPart,
  UnreadPart,
  Usage,
} from "../../session/types.ts";
import { fromNative } from "./tools.ts";

type Said = TextPart | ImagePart | OtherPart;

/** Content as the CLI takes it: a text, or a list of texts and images. */
export function readContent(content: Json | undefined): Said[] {
  if (content === undefined || content === null || content === "") return [];
  if (typeof content === "string") return [{ kind: "text", text: content }];
  return (Array.isArray(content) ? content : [content]).map(readBlock);
}

/** The same of an answer: reasoning that was sent as text opens it. */
export function readAnswer(content: Json | undefined): Part[] {
  return readContent(content).flatMap((part): Part[] =>
    part.kind === "text" ? leadingReasoning(part.text) : [part],
  );
}

function readBlock(block: Json): Said {
  const type = string(member(block, "type"));
  if (type === "text") return textBlock(block);
  const url = string(member(member(block, "imageUrl"), "url"));
  return type === "imageUrl" && url !== undefined
    ? readImage(url)
    : otherPart(type ?? "content", block);
}

function readImage(url: string): ImagePart {
  const [, mediaType, data] = /^data:([\w.+/-]+);base64,(.*)$/s.exec(url) ?? [];
  if (mediaType === undefined || data === undefined)
    return { kind: "image", mediaType: "image/png", data: null, url };
  return { kind: "image", mediaType, data };
}

/** What the CLI puts before the words of a message: files that they mention. */
export function readContext(items: Json | undefined, content: Json | undefined): Part[] {
  return array(items).map((item) => {
    // With images among the words, the CLI leaves it out.
    if (typeof content !== "string") return unread("contextItems", "unsent");
    const name = saidIn(member(item, "name"));
    const text = contextText(name, saidIn(member(item, "content")));
    return { kind: "text", text, told: true };
  });
}

/** What stands beside any other message: the CLI does not send it. */
export function readUnsent(items: Json | undefined): UnreadPart[] {
  return array(items).map(() => unread("contextItems", "unsent"));
}

function contextText(name: string, content: string): string {
  return `<context name="${name}">\n${content}\n</context>`;
}

const CONTEXT = /^<context name="([^"\n]*)">\n([\s\S]*)\n<\/context>$/;

/** The inverse of `readContext`; null for other texts. */
function printContext(part: Part, id: string): JsonObject | null {
  if (part.kind !== "text" || !part.told) return null;
  const [, name, content] = CONTEXT.exec(part.text) ?? [];
  if (name === undefined || content === undefined) return null;
  return { id: { providerTitle: "file", itemId: id }, content, name, description: name };
}

/** What the user says, as an item has it. */
export function printUser(
  parts: readonly Part[],
  id: (n: number) => string,
): { content: Json; contextItems: JsonObject[] } {
  const contextItems: JsonObject[] = [];
  const rest: Part[] = [];
  for (const part of parts) {
    const context = rest.length === 0 ? printContext(part, id(contextItems.length)) : null;
    if (context) contextItems.push(context);
    else rest.push(part);
  }
  const content = printSaid(rest);
  if (typeof content === "string") return { content, contextItems };
  // Beside a list of texts and images the CLI sends no context.
  return { content: printSaid(parts), contextItems: [] };
}

/** One text is a text; more, or images, are a list. */
function printSaid(parts: readonly Part[]): Json {
  const blocks = parts.flatMap(printBlock);
  const [only] = blocks;
  if (only === undefined) return "";
  return blocks.length === 1 && typeof only.text === "string" ? only.text : blocks;
}

function printBlock(part: Part): JsonObject[] {
  switch (part.kind) {
    case "text":
      return [{ type: "text", text: part.text }];
    case "image": {
      const url = part.data === null ? part.url : `data:${part.mediaType};base64,${part.data}`;
      if (url === undefined) return [{ type: "text", text: imageText(part) }];
      return [{ type: "imageUrl", imageUrl: { url } }];
    }
    case "file":
    case "other":
    case "unread": {
      const text = textOfPart(part);
      return text === null ? [] : [{ type: "text", text }];
    }
    case "reasoning":
    case "tool-call":
    case "tool-result":
      return [];
  }
}

/** What the assistant says, as one text: what stands there besides texts is at least mentioned. */
export function printAnswer(parts: readonly Part[]): string {
  const texts = parts.flatMap((part) => {
    if (part.kind === "image") return [imageText(part)];
    return printBlock(part).map((block) => saidIn(block.text));
  });
  return texts.join("\n\n");
}

export function readCall(call: Json): ToolCallPart {
  const own = member(call, "function");
  const name = saidIn(member(own, "name"));
  const input = readArguments(member(own, "arguments"));
  const callId = string(member(call, "id")) ?? "";
  return { kind: "tool-call", callId, name, input, use: fromNative(name, input) };
}

/** As JSON, which is what the API is sent; a text that is none stays one. */
function readArguments(text: Json | undefined): Json {
  if (typeof text !== "string") return text ?? {};
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    return text;
  }
}

export function printCall({ callId: id, name, input }: ToolCallPart): JsonObject {
  return { id, type: "function", function: { name, arguments: JSON.stringify(printInput(input)) } };
}

export function printInput(input: Json): JsonObject {
  return isObject(input) ? input : { input };
}

/** What the CLI tells its model of a call that came to nothing. */
export const CANCELLED = "Tool cancelled";

/** The state of a call, `{toolCallId, toolCall, status, parsedArgs, output?}`, holds its result. */
export function readState(state: Json): ToolResultPart {
  const callId = string(member(state, "toolCallId")) ?? "";
  const output = listOf(member(state, "output"));
  const isError = member(state, "status") !== "done";
  if (output.length === 0) {
    return {
      kind: "tool-result",
      callId,
      isError: true,
      content: [{ kind: "text", text: CANCELLED }],
    };
  }
  const text = output.map((item) => saidIn(isObject(item) ? item.content : item)).join("\n");
  return {
    kind: "tool-result",
    callId,
    isError,
    content: text === "" ? [] : [{ kind: "text", text }],
  };
}

/** A message of role "tool", which older versions wrote. */
export function readToolMessage(message: Json): ToolResultPart {
  const callId = string(member(message, "toolCallId")) ?? "";
  const content = readContent(member(message, "content"));
  return { kind: "tool-result", callId, isError: false, content };
}

/** A result's text: nothing else has a place in it. */
export function printOutput(result: ToolResultPart): string {
  const texts = result.content.flatMap((part) => {
    if (part.kind === "text") return [part.text];
    if (part.kind === "image") return [imageText(part)];
    const text = textOfPart(part);
    return text === null ? [] : [text];
  });
  return texts.join("\n");
}

export function isCancelled({ isError, content }: ToolResultPart): boolean {
  const [only, ...more] = content;
  return isError && more.length === 0 && only?.kind === "text" && only.text === CANCELLED;
}

/** As the API counts; what was read from a cache is among the prompt's. */
export function readUsage(usage: Json | undefined): Usage | undefined {
  const prompt = number(member(usage, "prompt_tokens"));
  if (prompt === undefined) return undefined;
  const details = member(usage, "prompt_tokens_details");
  const count = (key: string): number => number(member(details, key)) ?? 0;
  const cacheRead = count("cached_tokens") || count("cache_read_tokens");
  const cacheWrite = count("cache_write_tokens");
  return {
    input: Math.max(0, prompt - cacheRead - cacheWrite),
    output: number(member(usage, "completion_tokens")) ?? 0,
    cacheRead,
    cacheWrite,
  };
}

export function printUsage(
  { input, output, cacheRead, cacheWrite }: Usage,
  model?: string,
): JsonObject {
  const prompt_tokens = input + cacheRead + cacheWrite;
  return compact({
    prompt_tokens,
    completion_tokens: output,
    total_tokens: prompt_tokens + output,
    prompt_tokens_details: compact({
      cached_tokens: cacheRead,
      cache_write_tokens: cacheWrite === 0 ? undefined : cacheWrite,
    }),
    model,
    cost_cents: 0,
  });
}
