/** Parts of messages and of results, both ways. */
import { parseValue } from "../../lossless/json-text.ts";
import type { Beside } from "../../session/codec.ts";
import { array, isObject, listOf, member, printed, string } from "../../session/json.ts";
import { asTexts, imageText, isNested, otherPart, saidIn, textBlock } from "../../session/other.ts";
import { leadingReasoning } from "../../session/text.ts";
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
} from "../../session/types.ts";
import { fromNative } from "./tools.ts";

/** What a user's message or a result can hold. */
type Said = TextPart | ImagePart | FilePart | OtherPart;

/** A text, or a list of blocks as the Agent Client Protocol has them. */
export function readContent(content: Json | undefined): Said[] {
  return listOf(content).flatMap(readBlock);
}

function readBlock(block: Json): Said[] {
  if (typeof block === "string") return block === "" ? [] : [{ kind: "text", text: block }];
  const type = string(member(block, "type")) ?? "unknown";
  switch (type) {
    case "text": {
      const text = textBlock(block);
      return text.text === "" ? [] : [text];
    }
    case "image":
      return [readImage(block)];
    case "resource":
      return [readResource(block)];
    default:
      return [otherPart(type, block)];
  }
}

/**
 * 3.x: `{data, mimeType}`, and the same in `attachment.source` in its journal. 2.x: `{source: {kind: "inline", data} |
 * {kind: "file", path}, alias, mime_type}`; before, what is in `source` stood by itself.
 */
function readImage(block: Json, beside?: Beside): ImagePart | FilePart | OtherPart {
  const own = member(block, "attachment") ?? block;
  const source = member(own, "source") ?? own;
  const [data, path] = [member(source, "data"), member(source, "path")];
  const named = member(own, "mimeType") ?? member(own, "mime_type") ?? "image/png";
  if (typeof named !== "string") return otherPart("image", block);
  if (typeof data === "string") return { kind: "image", mediaType: named, data };
  if (typeof path !== "string") return otherPart("image", block);
  const bytes = beside?.(path) ?? null;
  if (bytes !== null) return { kind: "image", mediaType: named, data: bytes.toString("base64") };
  return { kind: "file", name: string(member(own, "alias")) ?? path, mediaType: named, data: null };
}

/** A file that the user attached. */
function readResource(block: Json): FilePart | OtherPart {
  const resource = member(block, "resource");
  const [uri, text] = [member(resource, "uri"), member(resource, "text")];
  const blob = member(resource, "blob");
  const mediaType = string(member(resource, "mimeType")) ?? "text/plain";
  const name = string(uri)?.split("/").at(-1) || null;
  if (typeof text === "string") return { kind: "file", name, mediaType, data: null, text };
  if (typeof blob === "string") return { kind: "file", name, mediaType, data: blob };
  return otherPart("resource", block);
}

/** Images and files of a message of 2.x. */
export function readAttached(message: JsonObject, beside: Beside | undefined): Part[] {
  const images = listOf(message.images).map((image) => readImage(image, beside));
  const files = listOf(message.resources).map((resource) =>
    otherPart("resource", resource, { known: true }),
  );
  return [...images, ...files];
}

/** The text of an answer of 2.x, which may begin with what stands for reasoning. */
export function readAnswer(content: Json | undefined): Part[] {
  if (typeof content === "string") return leadingReasoning(content);
  return readContent(content);
}

/** Reasoning of 2.x. Of what its vendor sealed, the text may be missing. */
export function readReasoning(message: JsonObject): Part[] {
  const { reasoning_content: value, reasoning_payloads: sealed } = message;
  const isEmpty = value === undefined || value === null || value === "";
  if (isEmpty && array(sealed).length === 0) return [];
  return [{ kind: "reasoning", text: saidIn(value ?? undefined) }];
}

/** The parts of an answer of 3.x: texts, reasoning and calls in one list. */
export function readParts(content: Json | undefined): Part[] {
  return listOf(content).flatMap((part): Part[] => {
    const type = member(part, "type");
    if (type === "reasoning") return [readThought(part)];
    if (type === "tool_call") return [readCall(part)];
    return readBlock(part).flatMap((said): Part[] =>
      said.kind === "text" ? leadingReasoning(said.text) : [said],
    );
  });
}

function readThought(part: Json): ReasoningPart | OtherPart {
  const texts = listOf(member(part, "content"));
  if (texts.some((text) => isNested(member(text, "text")))) return otherPart("reasoning", part);
  const said = texts.flatMap((text) => {
    const own = isObject(text) && text.type === "redacted" ? undefined : member(text, "text");
    return own === undefined && isObject(text) && text.type === "redacted"
      ? []
      : [saidIn(own ?? text)];
  });
  return { kind: "reasoning", text: said.join("\n") };
}

/** A call of 3.x, `{id, name, arguments: {type: "json", raw, value}}`, or of 2.x, `{id, function: {name, arguments}}`. */
export function readCall(call: Json): ToolCallPart {
  const own = member(call, "function") ?? call;
  const name = saidIn(member(own, "name"));
  const input = readArguments(member(own, "arguments") ?? member(own, "arguments_json"));
  const callId = string(member(call, "id")) ?? string(member(call, "call_id")) ?? "";
  return { kind: "tool-call", callId, name, input, use: fromNative(name, input) };
}

/** JSON as text, which may be beside its value; a text that is no JSON stays one. */
function readArguments(given: Json | undefined): Json {
  const text = member(given, "raw") ?? member(given, "value") ?? given;
  if (typeof text !== "string") return text ?? {};
  if (text.trim() === "") return {};
  return parseValue(text) ?? text;
}

/** Text is all that an imported message can hold: with an image, 3.0.2 does not open the session. */
export function printText(parts: readonly Part[]): string {
  return parts.flatMap(textsOf).join("\n\n");
}

function textsOf(part: Part): string[] {
  switch (part.kind) {
    case "text":
      return part.text === "" ? [] : [part.text];
    case "image":
      return [imageText(part)];
    case "file":
    case "other":
    case "unread":
      return asTexts(part).map(({ text }) => text);
    case "reasoning":
    case "tool-call":
    case "tool-result":
      return [];
  }
}

/** The text of a result: its pieces follow one another. */
export function printOutput(content: readonly ResultPart[]): string {
  return content.flatMap(textsOf).join("\n");
}

export function thoughtsIn(parts: readonly Part[]): string | undefined {
  const texts = parts.flatMap((part) => (part.kind === "reasoning" ? [part.text] : []));
  return texts.length === 0 ? undefined : texts.join("\n");
}

export function printArguments(input: Json): string {
  return typeof input === "string" ? input : printed(input);
}

/** A call as 2.x stores it. */
export function printCall({ callId, name, input }: ToolCallPart, index: number): JsonObject {
  const own = { name, arguments: printArguments(input) };
  return { id: callId, index, function: own, type: "function" };
}

/** A call as 3.x stores it. */
export function printItemCall({ callId, name, input }: ToolCallPart): JsonObject {
  const given = { raw: printArguments(input), type: "json", value: input };
  return { arguments: given, id: callId, name, type: "tool_call" };
}

/** An answer as 3.x stores it. */
export function printParts(parts: readonly Part[]): JsonObject[] {
  return parts.flatMap((part): JsonObject[] => {
    if (part.kind === "reasoning") {
      return [{ content: textBlocks(part.text), type: "reasoning" }];
    }
    if (part.kind === "tool-call") return [printItemCall(part)];
    return textsOf(part).flatMap(textBlocks);
  });
}

/** What a user said, or a result, as 3.x stores it. */
export function textBlocks(text: string): JsonObject[] {
  return [{ text, type: "text" }];
}

/** The texts in a list of blocks. */
export function wordsOf(content: Json | undefined): string {
  return typeof content === "string"
    ? content
    : array(content)
        .flatMap((block) => string(member(block, "text")) ?? [])
        .join("\n");
}
