/** Parts of chat messages in Devin's form, both ways. README.md in this folder says what is sent of each. */
import { parseValue } from "../../lossless/json-text.ts";
import { compact, isObject, member, number, object, string } from "../../session/json.ts";
import {
  asTexts,
  imageText,
  isBase64,
  isOdd,
  otherPart,
  pictureType,
  saidIn,
  textBlock,
} from "../../session/other.ts";
import { leadingReasoning } from "../../session/text.ts";
import type {
  ImagePart,
  Json,
  JsonObject,
  OtherPart,
  Part,
  ReasoningPart,
  ResultPart,
  ToolCallPart,
  ToolResultPart,
  Usage,
} from "../../session/types.ts";
import { extension } from "./records.ts";
import { fromNative, parseResult, printResult } from "./tools.ts";

/** What a message says: its text, or a list of blocks; then its images. */
export function readSaid(message: Json): ResultPart[] {
  return [...readContent(member(message, "content")), ...readImages(member(message, "images"))];
}

function readContent(content: Json | undefined): ResultPart[] {
  if (typeof content === "string") return content === "" ? [] : [{ kind: "text", text: content }];
  if (Array.isArray(content)) return content.flatMap(readBlock);
  return content === undefined || content === null ? [] : [otherPart("content", content)];
}

function readBlock(block: Json): ResultPart[] {
  if (typeof block === "string") return [{ kind: "text", text: block }];
  const type = string(member(block, "type")) ?? "";
  switch (type) {
    case "text": {
      const text = textBlock(block);
      return text.text === "" ? [] : [text];
    }
    case "image":
      return isObject(block) && typeof block.base64_data === "string"
        ? [readImage(block)]
        : [otherPart(type, block)];
    default:
      return [otherPart(type === "" ? "block" : type, block)];
  }
}

function readImages(images: Json | undefined): ResultPart[] {
  if (images === undefined || images === null) return [];
  return Array.isArray(images) ? images.map(readImage) : [otherPart("images", images)];
}

/** Devin names the type `mime_type`; older versions named none. */
function readImage(image: Json): ImagePart | OtherPart {
  const data = string(member(image, "base64_data"));
  if (data === undefined || isOdd(image, ["mime_type", "media_type"])) {
    return otherPart("image", image);
  }
  const named = string(member(image, "mime_type")) ?? string(member(image, "media_type"));
  return { kind: "image", mediaType: named || pictureType(data), data };
}

/** The parts of an answer, in the order of a request. */
export function readAnswer(message: Json): Part[] {
  const said = readSaid(message).flatMap((part): Part[] =>
    part.kind === "text" ? leadingReasoning(part.text) : [part],
  );
  return [...readThinking(member(message, "thinking")), ...said, ...readCalls(message)];
}

function readThinking(thinking: Json | undefined): Part[] {
  if (thinking === undefined || thinking === null) return [];
  if (typeof thinking === "string") return [{ kind: "reasoning", text: thinking }];
  if (isOdd(thinking, ["thinking", "signature", "signature_type"])) {
    return [otherPart("thinking", thinking)];
  }
  const text = string(member(thinking, "thinking")) ?? "";
  const signature = string(member(thinking, "signature")) ?? "";
  if (text === "" && signature === "") return [];
  const type = string(member(thinking, "signature_type"));
  const seal = signature === "" ? {} : { seal: compact({ signature, signature_type: type }) };
  return [{ kind: "reasoning", text, ...seal }];
}

function readCalls(message: Json): Part[] {
  const calls = member(message, "tool_calls");
  if (calls === undefined || calls === null) return [];
  return Array.isArray(calls) ? calls.map(readCall) : [otherPart("tool_calls", calls)];
}

/** The arguments are an object; JSON in a text is one as well. */
export function readCall(call: Json): ToolCallPart | OtherPart {
  const name = string(member(call, "name"));
  const callId = string(member(call, "id"));
  if (name === undefined || callId === undefined) return otherPart("tool_call", call);
  const given = member(call, "arguments") ?? {};
  const parsed = typeof given === "string" ? parseValue(given) : given;
  const input = isObject(parsed) ? parsed : given;
  return { kind: "tool-call", callId, name, input, use: fromNative(name, input) };
}

export function readResult(message: Json, call: ToolCallPart | undefined): ToolResultPart {
  const meta = extension(message, "chisel/tool_result_meta");
  const hasFailed = member(meta, "success") === false || member(message, "is_error") === true;
  const result: ToolResultPart = {
    kind: "tool-result",
    callId: string(member(message, "tool_call_id")) ?? "",
    isError: hasFailed,
    content: readSaid(message),
  };
  const read = parseResult(call?.use ?? null, result);
  const exit = member(extension(message, "chisel/terminal_output"), "exit");
  const exitCode = read.exitCode ?? number(member(exit, "exit_code"));
  return exitCode === undefined ? read : { ...read, exitCode };
}

/** The tokens of a request: those of the cache are not among `input_tokens`. */
export function readUsage(metrics: Json | undefined): Usage | undefined {
  const own = object(metrics);
  if (own === undefined) return undefined;
  const count = (key: string) => number(own[key]) ?? 0;
  const usage = {
    input: count("input_tokens"),
    output: count("output_tokens"),
    cacheRead: count("cache_read_tokens"),
    cacheWrite: count("cache_creation_tokens"),
  };
  return Object.values(usage).some((n) => n > 0) ? usage : undefined;
}

/** The text of a message, and its images. */
export function printSaid(parts: readonly Part[]): { content: string; images: JsonObject[] } {
  const texts: string[] = [];
  const images: JsonObject[] = [];
  for (const part of parts) {
    const image = part.kind === "image" ? printImage(part) : null;
    if (image !== null) images.push(image);
    else texts.push(...textsOf(part));
  }
  return { content: texts.join("\n\n"), images };
}

function textsOf(part: Part): string[] {
  switch (part.kind) {
    case "text":
      return [part.text];
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

const IMAGES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

function printImage({ data, mediaType }: ImagePart): JsonObject | null {
  if (data === null || !IMAGES.has(mediaType) || !isBase64(data)) return null;
  const { width, height } = sizeOf(data);
  return { base64_data: data, height, mime_type: mediaType, width };
}

/** Of a PNG, whose head tells it; 0 for others, as other tools write it. */
function sizeOf(base64: string): { width: number; height: number } {
  const head = Buffer.from(base64.slice(0, 44), "base64");
  const isPng = head.length >= 24 && head.toString("latin1", 1, 4) === "PNG";
  if (!isPng) return { width: 0, height: 0 };
  return { width: head.readUInt32BE(16), height: head.readUInt32BE(20) };
}

export function printThinking(parts: readonly Part[]): JsonObject | undefined {
  const own = parts.filter((part): part is ReasoningPart => part.kind === "reasoning");
  const [first] = own;
  if (first === undefined) return undefined;
  const thinking = own.map(({ text }) => text).join("\n\n");
  const seal = own.map((part) => object(part.seal)).find((one) => one !== undefined);
  return { thinking, ...seal };
}

export function printCall({ callId: id, name, input }: ToolCallPart, index: number): JsonObject {
  return { id, name, arguments: isObject(input) ? input : { input }, index, kind: "function" };
}

/** The kinds that Devin sorts its tools into: those of the Agent Client Protocol. */
const KINDS: { readonly [tool: string]: string } = {
  exec: "execute",
  read: "read",
  edit: "edit",
  write: "edit",
  grep: "search",
};

/** Where a command ran: its shell has a short id. */
export interface Shell {
  id: string;
  cwd: string;
}

/** A result's text and images, and what Devin notes with it. */
export function printedResult(result: ToolResultPart, call: ToolCallPart | undefined, own: Shell) {
  const use = call?.use ?? null;
  const { exitCode } = result;
  const { content, images } = printSaid(printResult(use, result, own.id).content);
  const success = !result.isError && (exitCode ?? 0) === 0;
  const kind = KINDS[call?.name ?? ""] ?? "other";
  const terminal =
    exitCode === undefined
      ? undefined
      : {
          text: printSaid(result.content).content,
          cwd: own.cwd,
          exit: { terminal_id: own.id, exit_code: exitCode },
        };
  const extensions = compact({
    "chisel/tool_result_meta": { success, kind },
    "chisel/terminal_output": terminal,
  });
  return { content, images, extensions };
}

/** Words in Devin's own message to its model, whatever it is called there. */
export function textIn(message: Json): string {
  return saidIn(member(message, "content"));
}
