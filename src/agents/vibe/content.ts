/** Parts of messages and of results, both ways. */
import { parseValue } from "../../lossless/json-text.ts";
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

function readImage(block: Json): ImagePart | OtherPart {
  const [data, mediaType] = [member(block, "data"), member(block, "mimeType")];
  if (typeof data !== "string" || typeof mediaType !== "string") return otherPart("image", block);
  return { kind: "image", mediaType, data };
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

/** Images and files of a message of 2.x: `{source: {kind: "inline", data} | {kind: "file", path}, alias, mime_type}`. */
export function readAttached(message: JsonObject): Part[] {
  const images = listOf(message.images).map((image): Part => {
    const data = member(member(image, "source"), "data");
    const mediaType = string(member(image, "mime_type")) ?? "image/png";
    if (typeof data === "string") return { kind: "image", mediaType, data };
    const name = string(member(image, "alias")) ?? null;
    const path = string(member(member(image, "source"), "path"));
    if (path === undefined) return otherPart("image", image);
    return { kind: "file", name: name ?? path, mediaType, data: null };
  });
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

/** Reasoning of 2.x. */
export function readReasoning(value: Json | undefined): Part[] {
  if (value === undefined || value === null || value === "") return [];
  return [{ kind: "reasoning", text: saidIn(value) }];
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

/** JSON as text, which may lie beside its value; a text that is no JSON stays one. */
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
