/** Parts of the Gemini API, as the CLI stores them, and parts of the session model. */

import { array, compact, isObject, member, printed, string } from "../../session/json.ts";
import { asTexts, textsAndImages } from "../../session/other.ts";
import { textPart } from "../../session/text.ts";
import type {
  ImagePart,
  Json,
  JsonObject,
  Part,
  TextPart,
  ToolCallPart,
  ToolResultPart,
} from "../../session/types.ts";
import { fromNative } from "./tools.ts";

/** Content as the CLI takes it: one text, one part, or a list of both. */
export function contentParts(content: Json | undefined): Json[] {
  if (content === undefined || content === null) return [];
  const list = Array.isArray(content) ? content : [content];
  return list.map((part) => (typeof part === "string" ? { text: part } : part));
}

export interface Read {
  parts: Part[];
  results: ToolResultPart[];
}

/**
 * What content says. Images after a tool's result belong to it: before functionResponse.parts the
 * API took them so.
 */
export function readContent(content: Json | undefined, role: "user" | "assistant"): Read {
  const read: Read = { parts: [], results: [] };
  const all = contentParts(content);
  // What `guarded` puts before a text that the CLI would drop.
  const own = member(all[0], "text") === GUARD ? all.slice(1) : all;
  for (const part of own) {
    const response = member(part, "functionResponse");
    if (response !== undefined) {
      read.results.push(readResponse(response));
      continue;
    }
    const one = readPart(part, role);
    const last = read.results.at(-1);
    if (one?.kind === "image" && last && read.parts.length === 0) last.content.push(one);
    else if (one) read.parts.push(one);
  }
  return read;
}

function readPart(part: Json, role: "user" | "assistant"): Part | undefined {
  const call = member(part, "functionCall");
  if (call !== undefined) return readCall(call);
  const data = member(part, "inlineData");
  if (data !== undefined) return readData(data);
  const file = member(part, "fileData");
  if (file !== undefined) return readFile(file);
  const text = string(member(part, "text"));
  if (text === undefined || text === "") return undefined;
  if (member(part, "thought") !== true) {
    return role === "user" ? { kind: "text", text } : textPart(text);
  }
  const thoughtSignature = member(part, "thoughtSignature");
  const seal = thoughtSignature === undefined ? {} : { seal: { thoughtSignature } };
  return { kind: "reasoning", text, ...seal };
}

export function readCall(call: Json): ToolCallPart {
  const name = string(member(call, "name")) ?? "";
  const input = member(call, "args") ?? {};
  const callId = string(member(call, "id")) ?? "";
  return { kind: "tool-call", callId, name, input, use: fromNative(name, input) };
}

function readData(data: Json): Part {
  const mediaType = string(member(data, "mimeType")) ?? "application/octet-stream";
  const base64 = string(member(data, "data")) ?? "";
  if (mediaType.startsWith("image/")) return { kind: "image", mediaType, data: base64 };
  return {
    kind: "file",
    name: string(member(data, "displayName")) ?? null,
    mediaType,
    data: base64,
  };
}

function readFile(file: Json): Part {
  const url = string(member(file, "fileUri")) ?? "";
  const mediaType = string(member(file, "mimeType")) ?? "application/octet-stream";
  if (mediaType.startsWith("image/")) return { kind: "image", mediaType, data: null, url };
  return { kind: "text", text: `[file: ${url}]` };
}

/** A functionResponse: `{id, name, response: {output} | {error}, parts?}`. */
export function readResponse(value: Json): ToolResultPart {
  const response = member(value, "response");
  const error = member(response, "error");
  const said = error ?? member(response, "output") ?? response ?? "";
  const text = printed(said);
  const content: (TextPart | ImagePart)[] = text === "" ? [] : [{ kind: "text", text }];
  for (const part of array(member(value, "parts"))) {
    const one = readPart(part, "user");
    if (one?.kind === "image") content.push(one);
  }
  const callId = string(member(value, "id")) ?? "";
  return { kind: "tool-result", callId, isError: error !== undefined, content };
}

/** A thought as the CLI turns it into a part: the subject in bold, then the description. */
export function thoughtText(thought: Json): string {
  const subject = string(member(thought, "subject")) ?? "";
  const description = string(member(thought, "description")) ?? "";
  return subject === "" ? description : `**${subject}** ${description}`;
}

/** The inverse of `thoughtText`. */
export function thoughtOf(text: string): { subject: string; description: string } {
  const [whole, subject] = /^\*\*([^*]+)\*\* /.exec(text) ?? [];
  if (whole === undefined || subject === undefined) return { subject: "", description: text };
  return { subject, description: text.slice(whole.length) };
}

/** A character without width: no white space, so that the CLI sees a text that begins with it. */
export const GUARD = "\u200b";

/**
 * On resume the CLI drops what the user said when it begins like a command or like context of its
 * own, "/home/dev is broken" for one (isIgnoredUserContent in 0.61). It looks at all the parts as
 * one text, so a part before it is enough, and the user's words stay as they are.
 */
export function isIgnored(text: string): boolean {
  const own = text.trim();
  return own === "" || /^(?:[/?]|<session_context>|<hook_context>)/.test(own);
}

/** Parts of what the user says. */
export function printUser(parts: readonly Part[]): JsonObject[] {
  const printedParts = parts.flatMap(printPart);
  const text = printedParts.map((part) => string(part.text) ?? "[media]").join("");
  return isIgnored(text) ? [{ text: GUARD }, ...printedParts] : printedParts;
}

/** A part of a message, as the API takes it; results have a message of their own. */
export function printPart(part: Part): JsonObject[] {
  switch (part.kind) {
    case "text":
      return [{ text: part.text }];
    case "reasoning": {
      const thoughtSignature = member(part.seal, "thoughtSignature");
      return [compact({ text: part.text, thought: true, thoughtSignature })];
    }
    case "image":
      return [printImage(part)];
    case "file":
      if (part.data === null) return asTexts(part).map(({ text }) => ({ text }));
      return [{ inlineData: { mimeType: part.mediaType, data: part.data } }];
    case "tool-call":
      return [{ functionCall: printCall(part) }];
    case "other":
      return [{ text: part.text }];
    case "unread":
    case "tool-result":
      return [];
  }
}

export function printCall({ callId, name, input }: ToolCallPart): JsonObject {
  return { id: callId, name, args: isObject(input) ? input : { input } };
}

function printImage({ mediaType, data, url }: ImagePart): JsonObject {
  if (data === null) return { text: `[image: ${url ?? mediaType}]` };
  return { inlineData: { data, mimeType: mediaType } };
}

/** A result as the CLI stores it: the response, then its images as parts of their own. */
export function printResponse(result: ToolResultPart, name: string): JsonObject[] {
  const content = textsAndImages(result.content);
  const texts = content.flatMap((part) => (part.kind === "text" ? [part.text] : []));
  const images = content.flatMap((part) => (part.kind === "image" ? [printImage(part)] : []));
  const text = texts.join("\n");
  const response = result.isError ? { error: text } : { output: text };
  return [{ functionResponse: { id: result.callId, name, response } }, ...images];
}
