/** Content blocks of messages in Pi's form, and parts of the session model. */

import type { Beside } from "../../../session/codec.ts";
import { array, compact, isObject, member, string } from "../../../session/json.ts";
import {
  asTexts,
  fileText,
  isNested,
  otherPart,
  saidIn,
  textBlock,
  unread,
} from "../../../session/other.ts";
import { textPart } from "../../../session/text.ts";
import type {
  ImagePart,
  Json,
  JsonObject,
  OtherPart,
  Part,
  TextPart,
  UnreadPart,
} from "../../../session/types.ts";
import type { Dialect } from "./dialect.ts";

type Content = (TextPart | ImagePart | OtherPart | UnreadPart)[];

/** Content of a user's message, a tool's result or an extension's message: a string, or blocks. */
export function readContent(content: Json | undefined, beside?: Beside): Content {
  if (typeof content === "string") return content === "" ? [] : [{ kind: "text", text: content }];
  const blocks = isObject(content) ? [content] : array(content);
  return blocks.map((block) => readContentBlock(block, beside));
}

function readContentBlock(block: Json, beside: Beside | undefined): Content[number] {
  const type = string(member(block, "type"));
  if (type === "text") return textBlock(block);
  return type === "image" ? readImage(block, beside) : otherPart(type ?? "content", block);
}

/** An image that is in a file of its own: oh-my-pi names it by its SHA-256. */
const BLOB = /^blob:sha256:/;

export function readImage(block: Json, beside?: Beside): ImagePart | OtherPart | UnreadPart {
  if (isNested(member(block, "data"))) return otherPart("image", block);
  const stored = string(member(block, "data")) ?? null;
  const isBlob = stored !== null && BLOB.test(stored);
  const data = isBlob ? (beside?.(stored)?.toString("base64") ?? null) : stored;
  if (isBlob && data === null) return unread("image", "missing");
  return { kind: "image", mediaType: string(member(block, "mimeType")) ?? "image/png", data };
}

/** Content of an assistant's message. */
export function readAnswer(content: Json | undefined, dialect: Dialect, beside?: Beside): Part[] {
  // A string is invalid here (Pi itself crashes on it), but its meaning is clear.
  if (typeof content === "string") return [textPart(content)];
  const blocks = isObject(content) ? [content] : array(content);
  return blocks.map((block) => readBlock(block, dialect, beside));
}

function readBlock(block: Json, dialect: Dialect, beside: Beside | undefined): Part {
  const type = string(member(block, "type"));
  switch (type) {
    case "text": {
      const part = textBlock(block);
      return part.kind === "text" ? textPart(part.text) : part;
    }
    case "thinking":
      return readThinking(block);
    case "toolCall":
      return readCall(block, dialect);
    case "image":
      return readImage(block, beside);
    // oh-my-pi's: Pi has `redacted` in the block for reasoning.
    case "redactedThinking":
      return { kind: "reasoning", text: "", seal: { data: member(block, "data") ?? null } };
    // Where oh-my-pi went over to another model in the middle of an answer; it is not sent.
    case "fallback":
      return isObject(member(block, "from"))
        ? unread("fallback", "unsent")
        : otherPart(type, block);
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

function readCall(block: Json, { tools }: Dialect): Part {
  const name = saidIn(member(block, "name"));
  const input = member(block, "arguments") ?? {};
  const callId = string(member(block, "id")) ?? "";
  return { kind: "tool-call", callId, name, input, use: tools.fromNative(name, input) };
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
  const data = member(seal, "data");
  if (data !== undefined) return { type: "redactedThinking", data };
  const shown = redacted === true && thinking === "" ? REDACTED : thinking;
  return compact({ type: "thinking", thinking: shown, thinkingSignature, redacted });
}
