/** Content blocks of Droid's messages and parts of the session model. Shaped as Anthropic's, with keys of its own. */
import { array, compact, isObject, member, string } from "../../session/json.ts";
import {
  asTexts,
  fileText,
  imageText,
  isOdd,
  otherPart,
  saidIn,
  textBlock,
} from "../../session/other.ts";
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
} from "../../session/types.ts";
import { fromNative } from "./tools.ts";

/** The blocks of a message; a string is one text. */
export function blocksOf(content: Json | undefined): Json[] {
  if (typeof content === "string") return content === "" ? [] : [{ type: "text", text: content }];
  return isObject(content) ? [content] : array(content);
}

/** A block other than a result. */
export function readBlock(block: Json): Part {
  const type = string(member(block, "type"));
  switch (type) {
    case "text": {
      const part = textBlock(block);
      return part.kind === "text" ? textPart(part.text) : part;
    }
    case "thinking":
      return readThinking(block);
    case "redacted_thinking":
      return { kind: "reasoning", text: "", seal: { redacted: member(block, "data") ?? null } };
    case "tool_use": {
      const name = saidIn(member(block, "name"));
      const input = member(block, "input") ?? {};
      const callId = string(member(block, "id")) ?? "";
      return { kind: "tool-call", callId, name, input, use: fromNative(name, input) };
    }
    default:
      return readSaid(block);
  }
}

/** What a message and a result can hold. */
function readSaid(block: Json): ResultPart {
  const type = string(member(block, "type"));
  switch (type) {
    case "text":
      return textBlock(block);
    case "image":
      return readImage(block);
    case "document":
      return readDocument(block);
    default:
      return otherPart(type ?? "content", block);
  }
}

/** Without a signature no vendor takes it, and Droid sends it as a text. */
function readThinking(block: Json): ReasoningPart {
  const text = saidIn(member(block, "thinking"));
  const signature = member(block, "signature") ?? "";
  if (signature === "") return { kind: "reasoning", text };
  const seal = compact({ signature, signatureProvider: member(block, "signatureProvider") });
  return { kind: "reasoning", text, seal };
}

const SOURCE = ["data", "media_type"];

function readImage(block: Json): ImagePart | OtherPart {
  const source = member(block, "source") ?? {};
  if (isOdd(source, SOURCE)) return otherPart("image", block);
  return {
    kind: "image",
    mediaType: string(member(source, "media_type")) ?? "image/png",
    data: string(member(source, "data")) ?? null,
  };
}

function readDocument(block: Json): FilePart | OtherPart {
  const source = member(block, "source") ?? {};
  if (isOdd(source, [...SOURCE, "parsed_data", "name", "path"]))
    return otherPart("document", block);
  const data = string(member(source, "data")) ?? "";
  const path = string(member(source, "path")) ?? null;
  const mediaType = string(member(source, "media_type")) ?? "application/pdf";
  const named = string(member(source, "name")) ?? path;
  // What was attached is in a file of its own, which the CLI reads again: its place says more than its name.
  const name = data === "" ? (path ?? named) : named;
  if (member(source, "type") === "text") {
    return { kind: "file", name, mediaType, data: null, text: data };
  }
  const text = string(member(source, "parsed_data"));
  const bytes = data === "" ? null : data;
  return { kind: "file", name, mediaType, data: bytes, ...(text === undefined ? {} : { text }) };
}

/** The content of a tool's result. */
export function readResultContent(content: Json | undefined): ResultPart[] {
  return blocksOf(content).map(readSaid);
}

/** The blocks of a message. */
export function printContent(parts: readonly Part[]): JsonObject[] {
  return parts.flatMap(printBlocks);
}

function printBlocks(part: Part): JsonObject[] {
  switch (part.kind) {
    case "text":
      return [{ type: "text", text: part.text }];
    case "reasoning":
      return [printReasoning(part.text, part.seal)];
    case "image":
      return [printImage(part)];
    case "file":
      return [printFile(part)];
    case "tool-call": {
      const input = isObject(part.input) ? part.input : { input: part.input };
      return [{ type: "tool_use", id: part.callId, name: part.name, input }];
    }
    case "other":
    case "unread":
      return asTexts(part).map(({ text }) => ({ type: "text", text }));
    case "tool-result":
      return [];
  }
}

/** Without `signature` the screen of Droid loads nothing of the session, so that it is there, empty, where no vendor gave one. */
function printReasoning(thinking: string, seal: Json | undefined): JsonObject {
  const redacted = member(seal, "redacted");
  if (redacted !== undefined) return { type: "redacted_thinking", data: redacted };
  return compact({
    type: "thinking",
    signature: member(seal, "signature") ?? "",
    signatureProvider: member(seal, "signatureProvider"),
    durationMs: 0,
    thinking,
  });
}

function printImage(part: ImagePart): JsonObject {
  if (part.data === null) return { type: "text", text: imageText(part) };
  const source = { type: "base64", data: part.data, media_type: part.mediaType };
  return { type: "image", source };
}

/** Documents are PDFs, by their bytes, and texts. */
function printFile(part: FilePart): JsonObject {
  const { data, mediaType, text } = part;
  const name = part.name ?? undefined;
  if (data !== null && mediaType === "application/pdf") {
    const source = { type: "base64", media_type: mediaType, data, parsed_data: text, name };
    return { type: "document", source: compact(source) };
  }
  const plain = text ?? (mediaType === "text/plain" ? decoded(data) : undefined);
  if (plain === undefined) return { type: "text", text: fileText(part) };
  const source = compact({ type: "text", media_type: "text/plain", data: plain, name });
  return { type: "document", source };
}

function decoded(data: string | null): string | undefined {
  return data === null ? undefined : Buffer.from(data, "base64").toString("utf8");
}

/** A result's content: a string when it is one text, else blocks. */
export function printResultContent(content: readonly ResultPart[]): Json {
  const [first] = content;
  if (!first) return "";
  if (content.length === 1 && first.kind === "text") return first.text;
  return content.flatMap(printResultBlocks);
}

/** A result holds texts and images. */
function printResultBlocks(part: ResultPart): JsonObject[] {
  switch (part.kind) {
    case "text":
      return [{ type: "text", text: part.text }];
    case "image":
      return [printImage(part)];
    case "file":
    case "other":
    case "unread":
      return asTexts(part).map(({ text }) => ({ type: "text", text }));
  }
}
