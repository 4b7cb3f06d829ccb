/** Parts of messages and of results, both ways. */
import type { Beside } from "../../session/codec.ts";
import { compact, isObject, listOf, member, string } from "../../session/json.ts";
import {
  isNested,
  isOdd,
  otherPart,
  textBlock,
  textsAndImages,
  unread,
} from "../../session/other.ts";
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
  UnreadPart,
} from "../../session/types.ts";
import { joinReasoning, media, mediaAt, soundOrFilm } from "../shared/kimi.ts";
import { attachmentAt, mediaTypeOf } from "./media.ts";

/** What a message can hold besides calls and results. */
export type Said = TextPart | ReasoningPart | ImagePart | FilePart | OtherPart | UnreadPart;

/** The parts of a message of the user's, or of a result. */
export function readContent(content: Json | undefined, beside?: Beside): Said[] {
  return listOf(content).flatMap((part) => readPart(part, beside));
}

/** Those of an answer, where a text may begin with what stands for reasoning. */
export function readAnswer(content: Json | undefined, beside?: Beside): Said[] {
  return readContent(content, beside).flatMap((part): Said[] =>
    part.kind === "text" ? leadingReasoning(part.text) : [part],
  );
}

/** A result contains no thoughts. */
export function readOutput(output: Json | undefined, beside?: Beside): ResultPart[] {
  return readContent(output, beside).map((part) =>
    part.kind === "reasoning" ? { kind: "text", text: part.text } : part,
  );
}

function readPart(part: Json, beside: Beside | undefined): Said[] {
  if (typeof part === "string") return part === "" ? [] : [{ kind: "text", text: part }];
  const type = string(member(part, "type")) ?? "unknown";
  switch (type) {
    case "text": {
      const text = textBlock(part);
      return text.text === "" ? [] : [text];
    }
    case "think":
      return readThought(part);
    case "image_url":
      return [readMedia(part, type, "imageUrl", beside)];
    case "audio_url":
      return [readMedia(part, type, "audioUrl", beside)];
    case "video_url":
      return [readMedia(part, type, "videoUrl", beside)];
    default:
      return [otherPart(type, part)];
  }
}

function readThought(part: Json): Said[] {
  const think = member(part, "think");
  if (isNested(think)) return [otherPart("think", part)];
  const encrypted = member(part, "encrypted");
  const seal = encrypted === undefined ? {} : { seal: { encrypted } };
  return [{ kind: "reasoning", text: string(think) ?? "", ...seal }];
}

/** `blobref:<media type>;<SHA-256>`: base64 that stands in a file of its own. */
const BLOB = /^blobref:([^;]*);(.+)$/s;

function readMedia(part: Json, type: string, key: string, beside: Beside | undefined): Said {
  const place = member(part, key);
  if (isOdd(place ?? null, ["url"])) return otherPart(type, part);
  const url = string(member(place, "url")) ?? "";
  const [, blobType, name] = BLOB.exec(url) ?? [];
  if (blobType !== undefined && name !== undefined) {
    const bytes = beside?.(name) ?? null;
    return bytes === null
      ? unread(type, "missing")
      : media(type, blobType, bytes.toString("base64"));
  }
  const attachment = attachmentAt(url);
  if (attachment !== null) {
    const bytes = attachment === "" ? null : (beside?.(attachment) ?? null);
    if (bytes === null) return unread(type, "missing");
    const mediaType = mediaTypeOf(bytes) ?? `${type.split("_")[0]}/*`;
    return media(type, mediaType, bytes.toString("base64"));
  }
  return mediaAt(type, url);
}

/** Parts of a message as the CLI stores them; calls and results stand elsewhere. */
export function printContent(parts: readonly Part[]): JsonObject[] {
  return parts.flatMap((part) => {
    if (part.kind === "tool-call" || part.kind === "tool-result") return [];
    if (part.kind === "reasoning") return [printThought(part)];
    const file = part.kind === "file" ? printFile(part) : null;
    return file === null ? textsAndImages([part]).map(printPart) : [file];
  });
}

/** Those of an answer. */
export function printAnswer(parts: readonly Part[]): JsonObject[] {
  return printContent(joinReasoning(parts));
}

/** What a tool gave: one text alone stands as such. */
export function printOutput(content: readonly ResultPart[]): Json {
  const parts = printContent(content);
  const [first] = parts;
  if (first === undefined) return "";
  return parts.length === 1 && first.type === "text" ? (first.text ?? "") : parts;
}

function printPart(part: TextPart | ImagePart): JsonObject {
  if (part.kind === "text") return { type: "text", text: part.text };
  const url = part.data === null ? (part.url ?? "") : `data:${part.mediaType};base64,${part.data}`;
  return { type: "image_url", imageUrl: { url } };
}

/** Sounds and films, which no other agent has: only on the way home. */
function printFile(part: FilePart): JsonObject | null {
  const found = soundOrFilm(part);
  if (found === null) return null;
  const { type, url } = found;
  return type === "audio_url" ? { type, audioUrl: { url } } : { type, videoUrl: { url } };
}

function printThought({ text, seal }: ReasoningPart): JsonObject {
  const encrypted = isObject(seal) ? seal.encrypted : undefined;
  return compact({ type: "think", think: text, encrypted });
}
