/** Blocks of Amp's messages, which resemble those of Anthropic's API, and parts of the session model. */
import { compact, isObject, listOf, member, string } from "../../session/json.ts";
import {
  asTexts,
  imageText,
  isOdd,
  otherPart,
  saidIn,
  textBlock,
  unread,
} from "../../session/other.ts";
import type {
  FilePart,
  ImagePart,
  Json,
  JsonObject,
  OtherPart,
  Part,
  ReasoningPart,
  TextPart,
} from "../../session/types.ts";
import { fromNative } from "./tools.ts";

/** A block of a prompt or an answer, except results. */
export function readBlock(block: Json): Part {
  if (typeof block === "string") return { kind: "text", text: block };
  const type = string(member(block, "type")) ?? "content";
  switch (type) {
    case "text":
      return textBlock(block);
    case "image":
      return readImage(block);
    case "thinking":
    case "redacted_thinking":
      return readThinking(block);
    case "tool_use":
      return isComplete(block) ? readCall(block) : unread("tool_use", "unsent");
    // A tool that the vendor's API ran: the CLI leaves it out of its requests (0.0.1767830505 [source]).
    case "server_tool_use":
      return unread(type, "unsent");
    default:
      return otherPart(type, block);
  }
}

/** A call that was broken off is not sent. */
function isComplete(block: Json): boolean {
  const complete = member(block, "complete");
  return complete === undefined
    ? member(block, "inputPartialJSON") === undefined
    : complete === true;
}

function readCall(block: Json): Part {
  const name = saidIn(member(block, "name"));
  const input = member(block, "input") ?? {};
  const callId = string(member(block, "id")) ?? "";
  return { kind: "tool-call", callId, name, input, use: fromNative(name, input) };
}

/** What goes with reasoning, besides its text: a signature, or what a vendor keeps hidden. */
const SEALS = ["signature", "data", "openAIReasoning"];

function readThinking(block: Json): ReasoningPart | OtherPart {
  if (isOdd(block, ["thinking"])) return otherPart("thinking", block);
  const text = string(member(block, "thinking")) ?? "";
  if (!isObject(block)) return { kind: "reasoning", text };
  const seal = Object.fromEntries(
    Object.entries(block).filter(([key, value]) => SEALS.includes(key) && value !== ""),
  );
  return Object.keys(seal).length === 0
    ? { kind: "reasoning", text }
    : { kind: "reasoning", text, seal };
}

/** `source`: base64 or an address. Threads call its type `mediaType`, blocks of the API `media_type`. */
function readImage(block: Json): ImagePart | OtherPart {
  const source = member(block, "source") ?? null;
  if (isOdd(source, ["data", "url", "mediaType", "media_type"])) return otherPart("image", block);
  const url = string(member(source, "url"));
  const named = string(member(source, "mediaType")) ?? string(member(source, "media_type"));
  return {
    kind: "image",
    mediaType: named ?? "image/png",
    data: string(member(source, "data")) ?? null,
    ...(url === undefined ? {} : { url }),
  };
}

/** Files that a prompt mentions, as they were then; pictures are attached besides. */
export function readMentions(mentions: Json | undefined): (FilePart | OtherPart)[] {
  return listOf(member(mentions, "files")).flatMap((file): (FilePart | OtherPart)[] => {
    if (member(file, "isImage") === true) return [];
    if (isOdd(file, ["uri", "content"])) return [otherPart("file", file)];
    const name = string(member(file, "uri")) ?? null;
    const text = string(member(file, "content")) ?? "";
    return [{ kind: "file", name, mediaType: "text/plain", data: null, text }];
  });
}

/** The block for a part; results have a form of their own. */
export function printBlocks(part: Part): JsonObject[] {
  switch (part.kind) {
    case "text":
      return [{ type: "text", text: part.text }];
    case "reasoning":
      return [printThinking(part)];
    case "image":
      return [printImage(part)];
    case "tool-call": {
      const input = isObject(part.input) ? part.input : { input: part.input };
      return [{ type: "tool_use", complete: true, id: part.callId, name: part.name, input }];
    }
    case "tool-result":
      return [];
    case "file":
    case "other":
    case "unread":
      return asTexts(part).map(({ text }: TextPart) => ({ type: "text", text }));
  }
}

function printThinking({ text, seal }: ReasoningPart): JsonObject {
  const own = isObject(seal) ? seal : {};
  if (own.data !== undefined) return { type: "redacted_thinking", data: own.data };
  return { type: "thinking", thinking: text, signature: "", ...own, provider: "anthropic" };
}

function printImage(image: ImagePart): JsonObject {
  const { mediaType, data, url } = image;
  if (data === null && url === undefined) return { type: "text", text: imageText(image) };
  const source =
    data === null ? { type: "url", url: url ?? "" } : { type: "base64", mediaType, data };
  return compact({ type: "image", source });
}
