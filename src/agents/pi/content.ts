/** Converts between content blocks of Pi's messages and parts of the session model. */

import { array, compact, isObject, member, string } from "../../session/json.ts";
import { asTexts, fileText, isNested, otherPart, saidIn, textBlock } from "../../session/other.ts";
import { textPart } from "../../session/text.ts";
import type {
  ImagePart,
  Json,
  JsonObject,
  OtherPart,
  Part,
  TextPart,
} from "../../session/types.ts";
import { fromNative } from "./tools.ts";

type Content = (TextPart | ImagePart | OtherPart)[];

/** Content of a user's message, a tool's result or an extension's message: a string, or blocks. */
export function readContent(content: Json | undefined): Content {
  if (typeof content === "string") return content === "" ? [] : [{ kind: "text", text: content }];
  if (isObject(content)) return [readContentBlock(content)];
  return array(content).map(readContentBlock);
}

function readContentBlock(block: Json): Content[number] {
  const type = string(member(block, "type"));
  if (type === "text") return textBlock(block);
  return type === "image" ? readImage(block) : otherPart(type ?? "content", block);
}

function readImage(block: Json): ImagePart | OtherPart {
  if (isNested(member(block, "data"))) return otherPart("image", block);
  return {
    kind: "image",
    mediaType: string(member(block, "mimeType")) ?? "image/png",
    data: string(member(block, "data")) ?? null,
  };
}

/** Content of an assistant's message. */
export function readAnswer(content: Json | undefined): Part[] {
  // A string is invalid here (Pi itself crashes on it), but its meaning is clear.
  if (typeof content === "string") return [textPart(content)];
  return (isObject(content) ? [content] : array(content)).map(readBlock);
}

function readBlock(block: Json): Part {
  const type = string(member(block, "type"));
  switch (type) {
    case "text": {
      const part = textBlock(block);
      return part.kind === "text" ? textPart(part.text) : part;
    }
    case "thinking":
      return readThinking(block);
    case "toolCall":
      return readCall(block);
    case "image":
      return readImage(block);
    default:
      return otherPart(type ?? "content", block);
  }
}

const REDACTED = "[Reasoning redacted]";

function readThinking(block: Json): Part {
  const seal = compact({
    thinkingSignature: member(block, "thinkingSignature"),
    redacted: member(block, "redacted"),
  });
  const shown = saidIn(member(block, "thinking"));
  // Pi inserts its own notice where the vendor hid the text.
  const text = member(block, "redacted") === true && shown === REDACTED ? "" : shown;
  return { kind: "reasoning", text, ...(Object.keys(seal).length > 0 ? { seal } : {}) };
}

function readCall(block: Json): Part {
  const name = saidIn(member(block, "name"));
  const input = member(block, "arguments") ?? {};
  const callId = string(member(block, "id")) ?? "";
  return { kind: "tool-call", callId, name, input, use: fromNative(name, input) };
}

/** A block for text or an image. Pi supports images only by content, not by address. */
export function printBlock(part: TextPart | ImagePart): JsonObject {
  if (part.kind === "text") return { type: "text", text: part.text };
  if (part.data === null) return { type: "text", text: `[image: ${part.url ?? part.mediaType}]` };
  return { type: "image", data: part.data, mimeType: part.mediaType };
}

/** Blocks of a user's message. Pi has none for documents. */
export function printContent(parts: readonly Part[]): JsonObject[] {
  return parts.flatMap(userBlocks);
}

function userBlocks(part: Part): JsonObject[] {
  switch (part.kind) {
    case "text":
    case "image":
      return [printBlock(part)];
    case "file":
    case "other":
    case "unread":
      return asTexts(part).map(printBlock);
    case "reasoning":
    case "tool-call":
    case "tool-result":
      return [];
  }
}

/** Blocks of an assistant's message: always an array, as Pi crashes on a string here. */
export function printAnswer(parts: readonly Part[]): JsonObject[] {
  return parts.map(answerBlock).filter((block) => block !== undefined);
}

function answerBlock(part: Part): JsonObject | undefined {
  switch (part.kind) {
    case "text":
      return printBlock(part);
    case "reasoning":
      return printThinking(part.text, part.seal);
    case "tool-call": {
      const input = isObject(part.input) ? part.input : { input: part.input };
      return { type: "toolCall", id: part.callId, name: part.name, arguments: input };
    }
    // Pi's providers do not know this kind of block in an answer: a note takes its place.
    case "image":
      return { type: "text", text: `[image: ${part.url ?? part.mediaType}]` };
    case "file":
      return { type: "text", text: fileText(part) };
    case "other":
      return { type: "text", text: part.text };
    case "unread":
    case "tool-result":
      return undefined;
  }
}

/** Only a signature that Pi itself recorded is written: another vendor's is useless here. */
function printThinking(thinking: string, seal: Json | undefined): JsonObject {
  const thinkingSignature = member(seal, "thinkingSignature");
  const redacted = member(seal, "redacted");
  const shown = redacted === true && thinking === "" ? REDACTED : thinking;
  return compact({ type: "thinking", thinking: shown, thinkingSignature, redacted });
}
