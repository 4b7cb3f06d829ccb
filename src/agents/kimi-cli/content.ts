/** Parts of messages and of results, both ways. */
import { compact, isObject, listOf, member, string } from "../../session/json.ts";
import { isNested, isOdd, otherPart, textBlock, textsAndImages } from "../../session/other.ts";
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
import { readChatCall } from "../shared/chat.ts";
import { joinReasoning, mediaAt, soundOrFilm } from "../shared/kimi.ts";
import { fromNative } from "./tools.ts";

/** What a message can hold besides calls and results. */
export type Said = TextPart | ReasoningPart | ImagePart | FilePart | OtherPart;

/** A text alone stands as such; more is a list. */
export function readContent(content: Json | undefined): Said[] {
  return listOf(content).flatMap(readPart);
}

/** The parts of an answer, where a text may begin with what stands for reasoning. */
export function readAnswer(content: Json | undefined): Said[] {
  return readContent(content).flatMap((part): Said[] =>
    part.kind === "text" ? leadingReasoning(part.text) : [part],
  );
}

/** A result contains no thoughts. */
export function readOutput(content: Json | undefined): ResultPart[] {
  return readContent(content).map((part) =>
    part.kind === "reasoning" ? { kind: "text", text: part.text } : part,
  );
}

function readPart(part: Json): Said[] {
  if (typeof part === "string") return part === "" ? [] : [{ kind: "text", text: part }];
  const type = string(member(part, "type")) ?? "unknown";
  switch (type) {
    case "text": {
      const text = textBlock(part);
      return text.text === "" ? [] : [text];
    }
    case "think":
      return [readThought(part)];
    case "image_url":
    case "audio_url":
    case "video_url": {
      const place = member(part, type) ?? null;
      if (isOdd(place, ["url"])) return [otherPart(type, part)];
      return [mediaAt(type, string(member(place, "url")) ?? "")];
    }
    default:
      return [otherPart(type, part)];
  }
}

function readThought(part: Json): ReasoningPart | OtherPart {
  const think = member(part, "think");
  if (isNested(think)) return otherPart("think", part);
  const encrypted = member(part, "encrypted") ?? null;
  const seal = encrypted === null ? {} : { seal: { encrypted } };
  return { kind: "reasoning", text: string(think) ?? "", ...seal };
}

export function readCall(call: Json): ToolCallPart {
  return readChatCall(call, fromNative);
}

/** The content of a message. Calls and results are stored elsewhere. */
export function printContent(parts: readonly Part[]): Json {
  const printed = parts.flatMap(printPart);
  const [first] = printed;
  return printed.length === 1 && first?.type === "text" ? (first.text ?? "") : printed;
}

/** The content of an answer. */
export function printAnswer(parts: readonly Part[]): Json {
  return printContent(joinReasoning(parts));
}

function printPart(part: Part): JsonObject[] {
  switch (part.kind) {
    case "tool-call":
    case "tool-result":
      return [];
    case "reasoning":
      return [printThought(part)];
    case "file": {
      const found = soundOrFilm(part);
      if (found !== null) return [mediaBlock(found.type, found.url)];
      return textsAndImages([part]).map(printBlock);
    }
    default:
      return textsAndImages([part]).map(printBlock);
  }
}

function printBlock(part: TextPart | ImagePart): JsonObject {
  if (part.kind === "text") return { type: "text", text: part.text };
  const url = part.data === null ? (part.url ?? "") : `data:${part.mediaType};base64,${part.data}`;
  return mediaBlock("image_url", url);
}

function mediaBlock(type: string, url: string): JsonObject {
  return { type, [type]: { url, id: null } };
}

function printThought({ text, seal }: ReasoningPart): JsonObject {
  const encrypted = isObject(seal) ? (seal.encrypted ?? null) : null;
  return compact({ type: "think", think: text, encrypted });
}
