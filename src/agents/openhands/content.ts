/** What events hold, and parts of the session model. */
import { array, compact, isObject, listOf, member, string } from "../../session/json.ts";
import { asTexts, imageText, otherPart, saidIn, textBlock } from "../../session/other.ts";
import { textPart } from "../../session/text.ts";
import type {
  ImagePart,
  Json,
  JsonObject,
  OtherPart,
  Part,
  ReasoningPart,
  ResultPart,
  TextPart,
  ToolCallPart,
} from "../../session/types.ts";
import { fromNative } from "./tools.ts";

type Said = TextPart | ImagePart | OtherPart;

/** Content as the SDK takes it: a list of texts and images; a text stands for one. */
export function readContent(content: Json | undefined): Said[] {
  return listOf(content).flatMap((item): Said[] => {
    if (typeof item === "string") return [{ kind: "text", text: item }];
    const type = string(member(item, "type"));
    if (type === "text") return [textBlock(item)];
    const urls = member(item, "image_urls");
    const isImages = type === "image" && Array.isArray(urls) && urls.every(isText);
    return isImages
      ? array(urls).map((url) => readImage(saidIn(url)))
      : [otherPart(type ?? "content", item)];
  });
}

/** The same of an answer: reasoning that was sent as text stands there as a quotation. */
export function readAnswer(content: Json | undefined): Part[] {
  return readContent(content).map((part) => (part.kind === "text" ? textPart(part.text) : part));
}

function isText(value: Json): boolean {
  return typeof value === "string";
}

export function readImage(url: string): ImagePart {
  const [, mediaType, data] = /^data:([\w.+/-]+);base64,(.*)$/s.exec(url) ?? [];
  if (mediaType === undefined || data === undefined)
    return { kind: "image", mediaType: "image/png", data: null, url };
  return { kind: "image", mediaType, data };
}

/** What the model thought: blocks of Anthropic's, an item of OpenAI's Responses, or a plain text. */
export function readReasoning(said: Json): ReasoningPart[] {
  const parts = array(member(said, "thinking_blocks")).map(readThinking);
  const item = member(said, "responses_reasoning_item");
  if (isObject(item)) {
    const texts = [...listOf(item.summary), ...listOf(item.content)].map(saidIn);
    parts.push({ kind: "reasoning", text: texts.join("\n"), seal: { item } });
  }
  const text = saidIn(member(said, "reasoning_content"));
  // Of Anthropic's blocks it is a copy.
  const isCopy = parts.some((part) => part.text.includes(text));
  return text === "" || isCopy ? parts : [{ kind: "reasoning", text }, ...parts];
}

function readThinking(block: Json): ReasoningPart {
  const data = member(block, "data");
  const type = string(member(block, "type")) ?? "thinking";
  if (data !== undefined) return { kind: "reasoning", text: "", seal: { data } };
  if (type !== "thinking") return { kind: "reasoning", text: otherPart(type, block).text };
  const signature = member(block, "signature");
  const text = saidIn(member(block, "thinking") ?? (isObject(block) ? undefined : block));
  return { kind: "reasoning", text, seal: compact({ signature }) };
}

/** The inverse; the keys that come before and after one another in a record are the caller's. */
export function printReasoning(parts: readonly Part[]): {
  reasoning_content: string | undefined;
  thinking_blocks: JsonObject[];
  responses_reasoning_item: Json | undefined;
} {
  const texts: string[] = [];
  const thinking_blocks: JsonObject[] = [];
  let item: Json | undefined;
  for (const part of parts) {
    if (part.kind !== "reasoning") continue;
    const { seal, text } = part;
    const own = member(seal, "item");
    const data = member(seal, "data");
    if (own !== undefined) item = own;
    else if (data !== undefined) thinking_blocks.push({ type: "redacted_thinking", data });
    else if (isObject(seal)) {
      const signature = member(seal, "signature");
      thinking_blocks.push(compact({ type: "thinking", thinking: text, signature }));
      texts.push(text);
    } else texts.push(text);
  }
  const reasoning_content = texts.length === 0 ? undefined : texts.join("\n\n");
  return { reasoning_content, thinking_blocks, responses_reasoning_item: item };
}

/** `tool_call` is what is sent; where it is damaged, what the event says beside it. */
export function readCall(event: JsonObject): ToolCallPart {
  const call = member(event, "tool_call");
  const name = saidIn(member(call, "name") ?? event.tool_name);
  const input = readArguments(member(call, "arguments") ?? member(event.action, "data"));
  const callId = string(member(call, "id")) ?? string(event.tool_call_id) ?? "";
  return { kind: "tool-call", callId, name, input, use: fromNative(name, input) };
}

/** As JSON, which is what the API is sent; a text that is none stays one. */
function readArguments(text: Json | undefined): Json {
  if (typeof text !== "string") return text ?? {};
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export function printArguments(input: Json): string {
  return typeof input === "string" ? input : JSON.stringify(input);
}

/** What a user says or a tool answers, as the SDK has it. */
export function printContent(parts: readonly (Part | ResultPart)[]): JsonObject[] {
  return parts.flatMap(printItems);
}

function printItems(part: Part | ResultPart): JsonObject[] {
  switch (part.kind) {
    case "text":
      return [textItem(part.text)];
    case "image":
      return [printImage(part)];
    case "file":
    case "other":
    case "unread":
      return asTexts(part).map(({ text }) => textItem(text));
    case "reasoning":
    case "tool-call":
    case "tool-result":
      return [];
  }
}

function printImage(part: ImagePart): JsonObject {
  const url = part.data === null ? part.url : `data:${part.mediaType};base64,${part.data}`;
  if (url === undefined) return textItem(imageText(part));
  return { cache_prompt: false, type: "image", image_urls: [url] };
}

/** What the assistant says: an image has no place there. */
export function printThought(parts: readonly Part[]): JsonObject[] {
  return parts.flatMap((part) =>
    part.kind === "image" ? [textItem(imageText(part))] : printContent([part]),
  );
}

export function textItem(text: string): JsonObject {
  return { cache_prompt: false, type: "text", text };
}
