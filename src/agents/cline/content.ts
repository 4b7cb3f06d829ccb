/** Content blocks of Cline's messages and parts of the session model. */
import { compact, isObject, listOf, member, string } from "../../session/json.ts";
import { asTexts, isNested, otherPart, saidIn, textBlock } from "../../session/other.ts";
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
  TextPart,
  ToolCallPart,
} from "../../session/types.ts";
import { fromNative } from "./tools.ts";

/** Content as a list of blocks: a text stands for one. */
export function blocksOf(content: Json | undefined): Json[] {
  return listOf(content).map((block) =>
    typeof block === "string" ? { type: "text", text: block } : block,
  );
}

/** The parts of a block of an answer. */
export function readAnswer(block: Json): Part[] {
  switch (member(block, "type")) {
    case "text": {
      const part = textBlock(block);
      return [part.kind === "text" ? textPart(part.text) : part];
    }
    case "thinking":
      return [readThinking(block)];
    case "redacted_thinking":
      return [{ kind: "reasoning", text: "", seal: sealOf(block, ["data", "call_id"]) }];
    case "tool_use":
      return [readCall(block)];
    default:
      return readContent(block);
  }
}

/** The parts of a block that a user's message or a result can hold. */
export function readContent(block: Json): ResultPart[] {
  const type = string(member(block, "type"));
  switch (type) {
    case "text":
      return [textBlock(block)];
    case "image":
      return [readImage(block)];
    case "file":
      return [readFile(block)];
    case "media":
      return [readMedia(block)];
    default:
      return [otherPart(type ?? "content", block)];
  }
}

function readThinking(block: Json): ReasoningPart {
  const seal = sealOf(block, ["signature", "call_id", "details", "summary"]);
  const text = saidIn(member(block, "thinking"));
  return { kind: "reasoning", text, ...(Object.keys(seal).length > 0 ? { seal } : {}) };
}

function sealOf(block: Json, keys: readonly string[]): JsonObject {
  return compact(Object.fromEntries(keys.map((key) => [key, member(block, key)])));
}

function readCall(block: Json): ToolCallPart {
  const name = saidIn(member(block, "name"));
  const input = member(block, "input") ?? {};
  const callId = string(member(block, "id")) ?? "";
  return { kind: "tool-call", callId, name, input, use: fromNative(name, input) };
}

function readImage(block: Json): ImagePart | OtherPart {
  const data = member(block, "data");
  const mediaType = member(block, "mediaType") ?? "image/png";
  if (isNested(data) || typeof mediaType !== "string") return otherPart("image", block);
  return { kind: "image", mediaType, data: string(data) ?? null };
}

/** A file that a prompt mentioned: the CLI sends its content. */
function readFile(block: Json): FilePart | OtherPart {
  const [path, content] = [member(block, "path"), member(block, "content")];
  if (typeof path !== "string" || typeof content !== "string") return otherPart("file", block);
  return { kind: "file", name: path, mediaType: "text/plain", data: null, text: content };
}

/** What a model made that is no text. */
function readMedia(block: Json): ImagePart | OtherPart {
  const media = member(block, "media");
  const source = member(media, "source");
  const [mediaType, data] = [member(media, "mediaType"), member(source, "data")];
  const isImage = member(media, "modality") === "image" && typeof mediaType === "string";
  if (!isImage || typeof data !== "string") return otherPart("media", block, { known: true });
  return { kind: "image", mediaType, data };
}

/** What the CLI puts around what a user typed, and takes off before it sends it. */
const INPUT = /^<user_input mode="([a-z]+)">([\s\S]*)<\/user_input>$/;
const TAGS = ["user_input", "user_command"];
/** Put before it when the user has changed the mode; sent as it is. */
const NOTICE = /^(<mode_notice>[\s\S]*?<\/mode_notice>)\s*/;

/** The mode that a text was sent in; undefined where it does not say. */
export function modeOf(text: string): string | undefined {
  return /<user_input\b[^>]*\bmode="([a-z]+)"/.exec(text)?.[1];
}

/** A user's text as it is sent. */
export function readTyped(text: string): TextPart[] {
  const [whole, , typed] = INPUT.exec(text) ?? [];
  const sent = whole !== undefined && typed !== undefined ? typed : withoutTags(text);
  const [notice, said] = NOTICE.exec(sent) ?? NOTICE.exec(text) ?? [];
  if (notice === undefined || said === undefined) return [{ kind: "text", text: sent }];
  const rest = sent.startsWith(notice) ? sent.slice(notice.length) : sent;
  return [
    { kind: "text", text: said, told: true },
    { kind: "text", text: rest },
  ];
}

/** A user's text without what the CLI takes off before it sends it. */
export function withoutTags(text: string): string {
  if (!TAGS.some((tag) => text.includes(`<${tag}`))) return text;
  const bare = (whole: string, tag: string) =>
    whole.replace(new RegExp(`</?${tag}\\b[^>]*>`, "g"), "");
  return TAGS.reduce(bare, text).trim();
}

/** The inverse of `readTyped`. */
export function printTyped(text: string, mode: string): JsonObject {
  return { type: "text", text: `<user_input mode="${mode}">${text}</user_input>` };
}

/** Blocks of a user's message. A text that was not typed stands as it is. */
export function printUser(parts: readonly Part[], mode: string): JsonObject[] {
  return parts.flatMap((part) =>
    part.kind === "text" && part.told !== true && part.text.trim() !== ""
      ? [printTyped(part.text, mode)]
      : printContent(part),
  );
}

/** Blocks of a part that a user's message or a result can hold; an empty text has none. */
export function printContent(part: Part): JsonObject[] {
  switch (part.kind) {
    case "text":
      // The CLI sends an error in the place of what is empty.
      return part.text.trim() === "" ? [] : [{ type: "text", text: part.text }];
    case "image":
      if (part.data === null)
        return [{ type: "text", text: `[image: ${part.url ?? part.mediaType}]` }];
      return [{ type: "image", data: part.data, mediaType: part.mediaType }];
    case "file":
      if (part.text !== undefined && part.name !== null) {
        return [{ type: "file", path: part.name, content: part.text }];
      }
      return asTexts(part).map(({ text }) => ({ type: "text", text }));
    case "other":
    case "unread":
      return asTexts(part).map(({ text }) => ({ type: "text", text }));
    case "reasoning":
    case "tool-call":
    case "tool-result":
      return [];
  }
}

/** Blocks of an answer. */
export function printAnswer(part: Part): JsonObject[] {
  switch (part.kind) {
    case "reasoning":
      return [printThinking(part)];
    case "tool-call": {
      const input = isObject(part.input) ? part.input : { input: part.input };
      return [{ type: "tool_use", id: part.callId, name: part.name, input }];
    }
    // Not among the blocks that its providers know in an answer: a note keeps its place.
    case "image":
      return [{ type: "text", text: `[image: ${part.url ?? part.mediaType}]` }];
    case "file":
      return asTexts(part).map(({ text }) => ({ type: "text", text }));
    case "text":
    case "other":
    case "unread":
    case "tool-result":
      return printContent(part);
  }
}

/** Only what Cline itself put into the seal is written: another vendor's signature is no use here. */
function printThinking({ text, seal }: ReasoningPart): JsonObject {
  const data = member(seal, "data");
  const call_id = member(seal, "call_id");
  if (data !== undefined) return compact({ type: "redacted_thinking", data, call_id });
  return compact({
    type: "thinking",
    thinking: text,
    signature: member(seal, "signature"),
    call_id,
    details: member(seal, "details"),
    summary: member(seal, "summary"),
  });
}
