/**
 * Converts between parts of the Gemini API, as the CLI stores them, and parts of the session model.
 */

import { compact, isObject, member, string } from "../../session/json.ts";
import { fileText, imageText, saidIn } from "../../session/other.ts";
import { textPart } from "../../session/text.ts";
import type {
  FilePart,
  ImagePart,
  Json,
  JsonObject,
  Part,
  ToolCallPart,
  ToolResultPart,
} from "../../session/types.ts";
import { printMedia, readResponse, readSaid } from "../shared/genai.ts";
import { fromNative } from "./tools.ts";

/** Content as the CLI accepts it: one text, one part, or a list of both. */
export function contentParts(content: Json | undefined): Json[] {
  if (content === undefined || content === null) return [];
  const list = Array.isArray(content) ? content : [content];
  return list.map((part) => (typeof part === "string" ? { text: part } : part));
}

/** The CLI's answer to its own summary when it compresses a chat. */
export const ACKNOWLEDGED = "Got it. Thanks for the additional context!";

export function isThanks(message: Json): boolean {
  const parts = contentParts(member(message, "content"));
  return parts.length === 1 && member(parts[0], "text") === ACKNOWLEDGED;
}

/** All texts as one; other parts as a letter. */
export function rawText(content: Json | undefined): string {
  return contentParts(content)
    .map((part) => member(part, "text"))
    .map((text) => ((text ?? null) === null ? "x" : saidIn(text)))
    .join("");
}

/** The context that the CLI itself puts into the conversation, and drops on resume. */
export function isContext(content: Json | undefined): boolean {
  return /^\s*<(session|hook)_context>/.test(rawText(content));
}

/** If there is a call or a thought among its parts, the CLI uses only the content of a message. */
export function isWhole(part: Json): boolean {
  return member(part, "functionCall") !== undefined || member(part, "thought") === true;
}

export interface Read {
  parts: Part[];
  results: ToolResultPart[];
}

/**
 * The parts of content. Images and documents after a tool's result belong to it: the CLI puts them
 * there for models that accept none within a functionResponse (convertToFunctionResponse).
 */
export function readContent(content: Json | undefined, role: "user" | "assistant"): Read {
  const read: Read = { parts: [], results: [] };
  const all = contentParts(content);
  // What `guarded` puts before a text that the CLI would drop.
  const own = member(all[0], "text") === GUARD ? all.slice(1) : all;
  for (const part of own) {
    const response = member(part, "functionResponse");
    if (isObject(response)) read.results.push(readResult(response));
    for (const one of readPart(part, role)) {
      const last = read.results.at(-1);
      const isMedia = one.kind === "image" || one.kind === "file";
      if (isMedia && last && read.parts.length === 0) last.content.push(one);
      else read.parts.push(one);
    }
  }
  return read;
}

function readPart(part: Json, role: "user" | "assistant"): Part[] {
  const call = member(part, "functionCall");
  const said = readSaid(part).map((one) =>
    one.kind === "text" && role === "assistant" ? textPart(one.text) : one,
  );
  return isObject(call) ? [readCall(call), ...said] : said;
}

export function readCall(call: Json): ToolCallPart {
  const name = saidIn(member(call, "name"));
  const input = member(call, "args") ?? {};
  const callId = string(member(call, "id")) ?? "";
  return { kind: "tool-call", callId, name, input, use: fromNative(name, input) };
}

/** A functionResponse: `{id, name, response: {output} | {error}, parts?}`. */
export function readResult(value: Json): ToolResultPart {
  const { callId, failed, content } = readResponse(value);
  return { kind: "tool-result", callId, isError: failed, content };
}

/** A thought as the CLI converts it to a part: the subject in bold, then the description. */
export function thoughtText(thought: Json): string {
  if (!isObject(thought)) return saidIn(thought);
  const subject = saidIn(member(thought, "subject"));
  const description = saidIn(member(thought, "description"));
  return subject === "" ? description : `**${subject}** ${description}`;
}

/** The inverse of `thoughtText`. */
export function thoughtOf(text: string): { subject: string; description: string } {
  const [whole, subject] = /^\*\*([^*]+)\*\* /.exec(text) ?? [];
  if (whole === undefined || subject === undefined) return { subject: "", description: text };
  return { subject, description: text.slice(whole.length) };
}

/**
 * A zero-width character that is not white space, so that the CLI sees a text that begins with it.
 */
export const GUARD = "\u200b";

/**
 * On resume, the CLI drops a user's message that begins like a command or like its own context, for
 * example "/home/dev is broken" (isIgnoredUserContent in 0.61). It checks all the parts as one
 * text, so a part before it is enough, and the user's words stay unchanged.
 */
export function isIgnored(text: string): boolean {
  const own = text.trim();
  return own === "" || /^(?:[/?]|<session_context>|<hook_context>)/.test(own);
}

/** Parts of a user's message. */
export function printUser(parts: readonly Part[]): JsonObject[] {
  const printedParts = parts.flatMap(printPart);
  const text = printedParts.map((part) => string(part.text) ?? "[media]").join("");
  return isIgnored(text) ? [{ text: GUARD }, ...printedParts] : printedParts;
}

/** A part of a message, as the API accepts it; results have a separate message. */
export function printPart(part: Part): JsonObject[] {
  switch (part.kind) {
    case "text":
      return [{ text: part.text }];
    case "reasoning": {
      const thoughtSignature = member(part.seal, "thoughtSignature");
      return [compact({ text: part.text, thought: true, thoughtSignature })];
    }
    case "image":
    case "file":
      return printNamed(part);
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

/** Of remote files, only those in Google's own stores can be sent. */
const OWN_URL =
  /^(?:gs:|files\/|https:\/\/(?:generativelanguage\.googleapis\.com|(?:www\.)?youtube\.com|youtu\.be)\/)/;

/**
 * Without `displayName`, because of which the CLI's library fails before it sends anything (0.61.0
 * [run]).
 */
function printFile(part: ImagePart | FilePart): JsonObject {
  const { data, url } = part;
  const isOwn = data !== null || (url !== undefined && OWN_URL.test(url));
  const nameless = part.kind === "file" ? { ...part, name: null } : part;
  const media = isOwn ? printMedia(nameless) : null;
  return media ?? { text: part.kind === "image" ? imageText(part) : fileText(part) };
}

/** The file, preceded by its name, for which there is no field. */
function printNamed(part: ImagePart | FilePart): JsonObject[] {
  const printed = printFile(part);
  const hasName = part.kind === "file" && part.name !== null && printed.text === undefined;
  return hasName ? [{ text: `[attached file: ${part.name}]` }, printed] : [printed];
}

/** A result as the CLI stores it: the response, then its images and documents as separate parts. */
export function printResponse(result: ToolResultPart, name: string): JsonObject[] {
  const texts: string[] = [];
  const media: JsonObject[] = [];
  for (const part of result.content) {
    if (part.kind === "text" || part.kind === "other") texts.push(part.text);
    if (part.kind !== "image" && part.kind !== "file") continue;
    for (const printed of printNamed(part)) {
      const text = string(printed.text);
      if (text === undefined) media.push(printed);
      else texts.push(text);
    }
  }
  const text = texts.join("\n");
  const response = result.isError ? { error: text } : { output: text };
  return [{ functionResponse: { id: result.callId, name, response } }, ...media];
}
