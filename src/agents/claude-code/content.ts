/** Content blocks of the Messages API, as Claude Code stores them, and parts of the session model. */
import { array, compact, isObject, member, string } from "../../session/json.ts";
import { textPart } from "../../session/text.ts";
import type {
  FilePart,
  ImagePart,
  Json,
  JsonObject,
  Part,
  ResultPart,
} from "../../session/types.ts";
import { fromNative } from "./tools.ts";

/** Blocks of a message other than tool results; unknown block types give nothing. */
export function readBlock(block: Json): Part | undefined {
  switch (member(block, "type")) {
    case "text":
      return textPart(string(member(block, "text")) ?? "");
    case "thinking":
      return {
        kind: "reasoning",
        text: string(member(block, "thinking")) ?? "",
        ...sealed(member(block, "signature")),
      };
    case "redacted_thinking":
      return { kind: "reasoning", text: "", seal: { redacted: member(block, "data") ?? null } };
    case "tool_use": {
      const name = string(member(block, "name")) ?? "";
      const input = member(block, "input") ?? {};
      const callId = string(member(block, "id")) ?? "";
      return { kind: "tool-call", callId, name, input, use: fromNative(name, input) };
    }
    case "image":
      return readImage(member(block, "source"));
    case "document":
      return readDocument(block);
    default:
      return undefined;
  }
}

function sealed(signature: Json | undefined): { seal?: Json } {
  return typeof signature === "string" && signature !== "" ? { seal: { signature } } : {};
}

function readImage(source: Json | undefined): ImagePart {
  const url = string(member(source, "url"));
  return {
    kind: "image",
    mediaType: string(member(source, "media_type")) ?? "image/png",
    data: string(member(source, "data")) ?? null,
    ...(url === undefined ? {} : { url }),
  };
}

function readDocument(block: Json): Part | undefined {
  const source = member(block, "source");
  const data = string(member(source, "data"));
  if (data === undefined) return undefined;
  return {
    kind: "file",
    name: string(member(block, "title")) ?? null,
    mediaType: string(member(source, "media_type")) ?? "application/pdf",
    data,
  };
}

/** The content of a tool result: text and images. */
export function readResultContent(content: Json | undefined): ResultPart[] {
  if (typeof content === "string") return content === "" ? [] : [{ kind: "text", text: content }];
  const parts: ResultPart[] = [];
  for (const block of array(content)) {
    if (member(block, "type") === "image") parts.push(readImage(member(block, "source")));
    const text = string(member(block, "text"));
    if (text !== undefined) parts.push({ kind: "text", text });
  }
  return parts;
}

/** The block for a part; undefined for parts that have a record of their own (tool results). */
export function printBlock(part: Part): JsonObject | undefined {
  switch (part.kind) {
    case "text":
      return { type: "text", text: part.text };
    case "reasoning":
      return printReasoning(part.text, part.seal);
    case "tool-call":
      return {
        type: "tool_use",
        id: part.callId,
        name: part.name,
        input: isObject(part.input) ? part.input : { input: part.input },
      };
    case "image":
      return { type: "image", source: imageSource(part) };
    case "file": {
      return compact({ type: "document", source: fileSource(part), title: part.name ?? undefined });
    }
    case "other":
      return { type: "text", text: part.text };
    case "unread":
      return undefined;
    case "tool-result":
      return undefined;
  }
}

function printReasoning(text: string, seal: Json | undefined): JsonObject {
  const redacted = member(seal, "redacted");
  if (redacted !== undefined) return { type: "redacted_thinking", data: redacted };
  return { type: "thinking", thinking: text, signature: member(seal, "signature") ?? "" };
}

function fileSource({ mediaType, data, text, url }: FilePart): JsonObject {
  if (data !== null) return { type: "base64", media_type: mediaType, data };
  if (text !== undefined) return { type: "text", media_type: "text/plain", data: text };
  return { type: "url", url: url ?? "" };
}

function imageSource(image: ImagePart): JsonObject {
  if (image.data === null) return { type: "url", url: image.url ?? "" };
  return { type: "base64", media_type: image.mediaType, data: image.data };
}

/** A tool result's content: a string when it is one text, else blocks. */
export function printResultContent(content: readonly ResultPart[]): Json {
  const [first] = content;
  if (!first) return "";
  if (content.length === 1 && first.kind === "text") return first.text;
  return content.flatMap((part) => printBlock(part) ?? []);
}
