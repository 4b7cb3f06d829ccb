/** Converts between content blocks of Kiro's messages, `{kind, data}`, and parts of the session model. */
import { array, compact, isObject, member, string } from "../../session/json.ts";
import { imageText, isNested, otherPart, saidIn, textsAndImages } from "../../session/other.ts";
import { leadingReasoning } from "../../session/text.ts";
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

/** What a message and a result can hold. */
export function readSaid(block: Json): Said[] {
  if (typeof block === "string") return block === "" ? [] : [{ kind: "text", text: block }];
  const kind = string(member(block, "kind")) ?? "content";
  const data = member(block, "data") ?? null;
  switch (kind) {
    case "text":
      if (isNested(data)) return [otherPart(kind, data)];
      return data === "" || data === null ? [] : [{ kind: "text", text: saidIn(data) }];
    case "image":
      return [readImage(data, block)];
    // What a tool returned that is no text.
    case "json":
      return [otherPart(kind, data, { known: true })];
    default:
      return [otherPart(kind, block)];
  }
}

/** A block of an answer. */
export function readAnswer(block: Json): Part[] {
  const data = member(block, "data") ?? null;
  switch (member(block, "kind")) {
    case "thinking":
      return [readThought(data)];
    case "toolUse":
      return [readCall(data)];
    default:
      return readSaid(block).flatMap((part): Part[] =>
        part.kind === "text" ? leadingReasoning(part.text) : [part],
      );
  }
}

/** Without a signature or hidden content it is only its text. */
function readThought(data: Json): ReasoningPart {
  const { text, ...seal } = isObject(data) ? data : { text: data };
  const isSealed = (seal.signature ?? seal.redactedContent ?? null) !== null;
  const said: ReasoningPart = { kind: "reasoning", text: saidIn(text) };
  return isSealed ? { ...said, seal } : said;
}

function readCall(data: Json): ToolCallPart {
  const name = saidIn(member(data, "name"));
  const input = member(data, "input") ?? {};
  const callId = string(member(data, "toolUseId")) ?? "";
  return { kind: "tool-call", callId, name, input, use: fromNative(name, input) };
}

/** `{format, source}`: its bytes are numbers, under names that changed with the versions. */
export function readImage(image: Json, block: Json = image): ImagePart | OtherPart {
  const source = member(image, "source");
  const named = member(source, "data") ?? member(source, "Bytes") ?? member(source, "bytes");
  const data = base64Of(named);
  const format = string(member(image, "format"))?.toLowerCase() ?? "png";
  if (data === null) return otherPart("image", block);
  return { kind: "image", mediaType: `image/${format === "jpg" ? "jpeg" : format}`, data };
}

function base64Of(bytes: Json | undefined): string | null {
  if (typeof bytes === "string") return bytes;
  if (!Array.isArray(bytes)) return null;
  const isWhole = bytes.every(
    (byte) => typeof byte === "number" && Number.isInteger(byte) && byte >= 0 && byte <= 255,
  );
  return isWhole ? Buffer.from(bytes.map(Number)).toString("base64") : null;
}

const FORMATS = new Set(["gif", "jpeg", "png", "webp"]);

/** The blocks of a message: texts, images, thoughts and calls. */
export function printContent(parts: readonly Part[]): JsonObject[] {
  return parts.flatMap((part) => {
    switch (part.kind) {
      case "tool-call": {
        const input = isObject(part.input) ? part.input : { input: part.input };
        return [blockOf("toolUse", { toolUseId: part.callId, name: part.name, input })];
      }
      case "reasoning":
        return [blockOf("thinking", compact({ text: part.text, ...sealOf(part.seal) }))];
      case "tool-result":
        return [];
      default:
        return textsAndImages([part]).map(printSaid);
    }
  });
}

function sealOf(seal: Json | undefined): JsonObject {
  return isObject(seal) ? seal : {};
}

export function printSaid(part: TextPart | ImagePart): JsonObject {
  if (part.kind === "text") return blockOf("text", part.text);
  const image = printImage(part);
  return image === null ? blockOf("text", imageText(part)) : blockOf("image", image);
}

/** null for an image that has no bytes, or is of another type. */
export function printImage({ mediaType, data }: ImagePart): JsonObject | null {
  const format = mediaType.replace(/^image\//, "").replace(/^jpg$/, "jpeg");
  if (data === null || !FORMATS.has(format)) return null;
  return { format, source: { kind: "bytes", data: [...Buffer.from(data, "base64")] } };
}

/** The blocks of a result. */
export function printResult(content: readonly ResultPart[]): JsonObject[] {
  return textsAndImages(content).map(printSaid);
}

export function blockOf(kind: string, data: Json): JsonObject {
  return { kind, data };
}

/** The content of a message; a text alone is not stored so, but may be in a session that others made. */
export function blocksIn(content: Json | undefined): Json[] {
  if (typeof content === "string") return [content];
  return isObject(content) ? [content] : array(content);
}
