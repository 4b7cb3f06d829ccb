/** Parts of messages in Zed's form, both ways. README.md in this folder says what is sent of each. */
import { array, isObject, member, number, object, string } from "../../session/json.ts";
import { asTexts, imageText, otherPart, saidIn, unread } from "../../session/other.ts";
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
  ToolResultPart,
  Usage,
} from "../../session/types.ts";
import { fromNative, parseResult, printResult } from "./tools.ts";

/** An enum's value is an object with its name as the only key. */
function variant(value: Json): { name: string; inner: Json } {
  const [first, ...more] = isObject(value) ? Object.entries(value) : [];
  return first === undefined || more.length > 0
    ? { name: "", inner: value }
    : { name: first[0], inner: first[1] };
}

/** A part of a user's message. */
export function readUserPart(part: Json): Part[] {
  const { name, inner } = variant(part);
  switch (name) {
    case "Text":
      return typeof inner === "string" ? texts(inner) : [otherPart(name, part)];
    case "Image":
      return [readImage(inner)];
    case "Mention":
      return isObject(inner) && typeof inner.content === "string"
        ? [readMention(inner.uri ?? null, inner.content)]
        : [otherPart(name, part)];
    default:
      return [otherPart(name || "part", part)];
  }
}

function texts(text: string): TextPart[] {
  return text === "" ? [] : [{ kind: "text", text }];
}

/** Zed sends a link where the mention stands, and the content in a block of its own. */
function readMention(uri: Json, content: string): TextPart {
  const link = `@${mentioned(uri)}`;
  return { kind: "text", text: content === "" ? link : `${link}\n\n${content}`, told: true };
}

function mentioned(uri: Json): string {
  const { name, inner } = variant(uri);
  const path = string(member(inner, "abs_path")) ?? string(member(inner, "skill_file_path"));
  const lines = member(inner, "line_range");
  const [from, to] = [number(member(lines, "start")), number(member(lines, "end"))];
  const at = from === undefined || to === undefined ? "" : `:${from + 1}-${to + 1}`;
  if (path !== undefined) return `${path}${at}`;
  const told = ["url", "name", "file_path", "base_ref"].map((key) => string(member(inner, key)));
  return told.find((one) => one !== undefined) ?? (name || "mention");
}

/** Always a PNG, in base64: LanguageModelImage::to_base64_url. */
function readImage(image: Json): ImagePart | OtherPart {
  const own = object(image) ?? {};
  const source = Object.entries(own).find(([key]) => key.toLowerCase() === "source")?.[1];
  return typeof source === "string"
    ? { kind: "image", mediaType: "image/png", data: source }
    : otherPart("Image", image);
}

/** A part of an answer. */
export function readAnswerPart(part: Json): Part[] {
  const { name, inner } = variant(part);
  switch (name) {
    case "Text":
      if (inner === "") return [];
      return [typeof inner === "string" ? textPart(inner) : otherPart(name, part)];
    case "Thinking":
      return [readThinking(inner)];
    case "RedactedThinking":
      return [{ kind: "reasoning", text: "", seal: inner }];
    case "ToolUse":
      return [readCall(inner)];
    default:
      return [otherPart(name || "part", part)];
  }
}

function readThinking(inner: Json): ReasoningPart {
  const seal = member(inner, "signature");
  const text = saidIn(member(inner, "text"));
  return { kind: "reasoning", text, ...(typeof seal === "string" ? { seal } : {}) };
}

export function readCall(use: Json): ToolCallPart {
  const name = saidIn(member(use, "name"));
  const input = member(use, "input") ?? {};
  const callId = string(member(use, "id")) ?? "";
  return { kind: "tool-call", callId, name, input, use: fromNative(name, input) };
}

/** `content` is one item, or a list of them. `output` is for the screen. */
export function readResult(result: Json, callId: string, call?: ToolCallPart): ToolResultPart {
  const content = member(result, "content") ?? null;
  const items = Array.isArray(content) ? content : content === null ? [] : [content];
  return parseResult(call?.use ?? null, {
    kind: "tool-result",
    callId: string(member(result, "tool_use_id")) ?? callId,
    isError: member(result, "is_error") === true,
    content: items.flatMap(readItem),
  });
}

/** Zed accepts several spellings: LanguageModelToolResultContent::deserialize. */
function readItem(item: Json): ResultPart[] {
  if (typeof item === "string") return texts(item);
  const own = new Map(
    Object.entries(object(item) ?? {}).map(([key, value]) => [key.toLowerCase(), value]),
  );
  const text = own.get("text");
  const isText = own.size === 1 || saidIn(own.get("type")).toLowerCase() === "text";
  if (typeof text === "string" && isText) return texts(text);
  const image = own.size === 1 ? own.get("image") : undefined;
  if (image !== undefined) return [readImage(image)];
  return own.has("source") ? [readImage(item)] : [otherPart("content", item)];
}

/** The tokens of a request; a count of 0 is left out. */
export function readUsage(usage: Json | undefined): Usage | undefined {
  if (!isObject(usage)) return undefined;
  const count = (key: string) => number(usage[key]) ?? 0;
  return {
    input: count("input_tokens"),
    output: count("output_tokens"),
    cacheRead: count("cache_read_input_tokens"),
    cacheWrite: count("cache_creation_input_tokens"),
  };
}

/** Parts of a message of the versions before 0.3.0. */
export function readOlder(message: JsonObject): Part[] {
  const said = Array.isArray(message.segments)
    ? message.segments.flatMap(readSegment)
    : texts(saidIn(message.text));
  const context = saidIn(message.context);
  // Zed takes the context over only where nothing was said.
  const told =
    context === "" ? [] : [said.length === 0 ? textOf(context) : unread("context", "unsent")];
  return [...said, ...told, ...array(message.tool_uses).map(readCall)];
}

function textOf(text: string): TextPart {
  return { kind: "text", text, told: true };
}

function readSegment(segment: Json): Part[] {
  const text = saidIn(member(segment, "text"));
  switch (string(member(segment, "type"))) {
    case "text":
      return texts(text);
    case "thinking":
      return [readThinking(segment)];
    case "RedactedThinking":
      return [{ kind: "reasoning", text: "", seal: member(segment, "data") ?? null }];
    default:
      return [otherPart(string(member(segment, "type")) ?? "segment", segment)];
  }
}

export function printUserPart(part: Part): JsonObject[] {
  switch (part.kind) {
    case "text":
      return [{ Text: part.text }];
    case "image":
      return [printImage(part) ?? { Text: imageText(part) }];
    case "file":
    case "other":
    case "unread":
      return asTexts(part).map(({ text }) => ({ Text: text }));
    case "reasoning":
    case "tool-call":
    case "tool-result":
      return [];
  }
}

/** Without a size, older versions do not open the thread: LanguageModelImage::from_json. */
function printImage({ data, mediaType }: ImagePart): JsonObject | null {
  if (data === null || mediaType !== "image/png") return null;
  const head = Buffer.from(data.slice(0, 44), "base64");
  const isPng = head.length >= 24 && head.toString("latin1", 1, 4) === "PNG";
  const [width, height] = isPng ? [head.readInt32BE(16), head.readInt32BE(20)] : [0, 0];
  return { Image: { source: data, size: { width, height } } };
}

export function printAnswerPart(part: Part): JsonObject[] {
  switch (part.kind) {
    case "text":
      return [{ Text: part.text }];
    case "reasoning":
      return [printReasoning(part)];
    case "tool-call":
      return [{ ToolUse: printCall(part) }];
    case "image":
      return [{ Text: imageText(part) }];
    case "file":
    case "other":
    case "unread":
      return asTexts(part).map(({ text }) => ({ Text: text }));
    case "tool-result":
      return [];
  }
}

function printReasoning({ text, seal }: ReasoningPart): JsonObject {
  if (text === "" && typeof seal === "string") return { RedactedThinking: seal };
  return { Thinking: { text, signature: typeof seal === "string" ? seal : null } };
}

function printCall({ callId: id, name, input }: ToolCallPart): JsonObject {
  const own = isObject(input) ? input : { input };
  return {
    id,
    name,
    raw_input: JSON.stringify(own),
    input: own,
    is_input_complete: true,
    thought_signature: null,
  };
}

export function printedResult(call: ToolCallPart, result: ToolResultPart): JsonObject {
  const told = printResult(call.use, result);
  const content = told.content.flatMap(printUserPart);
  return {
    tool_use_id: call.callId,
    tool_name: call.name,
    is_error: told.isError,
    content: content.length === 0 ? [{ Text: "" }] : content,
    output: null,
  };
}

/** The seal of reasoning that OpenRouter and Copilot have beside an answer. */
export function readDetails(details: Json | undefined): Part[] {
  return details === undefined || details === null
    ? []
    : [{ kind: "reasoning", text: "", seal: details }];
}
