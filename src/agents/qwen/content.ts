/** Gemini's parts, as Qwen Code stores them, and parts of the session model. */

import { array, compact, isObject, member, number, string } from "../../session/json.ts";
import { fileText, textsAndImages } from "../../session/other.ts";
import type {
  FilePart,
  ImagePart,
  Json,
  JsonObject,
  Part,
  TextPart,
  ToolCallPart,
  ToolResultPart,
  Usage,
} from "../../session/types.ts";
import { fromNative } from "./tools.ts";

/** A part of a message, but for tool results; kinds of part that are not known give nothing. */
export function readPart(part: Json): Part | undefined {
  const call = member(part, "functionCall");
  if (isObject(call)) return readCall(call);
  const media = readMedia(part);
  if (media) return media;
  const text = string(member(part, "text"));
  if (text === undefined) return undefined;
  if (member(part, "thought") !== true) return { kind: "text", text };
  const seal = compact({ thoughtSignature: member(part, "thoughtSignature") });
  return { kind: "reasoning", text, ...(Object.keys(seal).length > 0 ? { seal } : {}) };
}

export function readCall(call: Json): ToolCallPart {
  const name = string(member(call, "name")) ?? "";
  const input = member(call, "args") ?? {};
  const callId = string(member(call, "id")) ?? "";
  return { kind: "tool-call", callId, name, input, use: fromNative(name, input) };
}

function readMedia(part: Json): ImagePart | FilePart | undefined {
  const inline = member(part, "inlineData");
  if (isObject(inline)) {
    const mediaType = string(inline.mimeType) ?? "image/png";
    const data = string(inline.data) ?? "";
    if (mediaType.startsWith("image/")) return { kind: "image", mediaType, data };
    return { kind: "file", name: string(inline.displayName) ?? null, mediaType, data };
  }
  const file = member(part, "fileData");
  const url = string(member(file, "fileUri"));
  if (url === undefined) return undefined;
  return {
    kind: "image",
    mediaType: string(member(file, "mimeType")) ?? "image/png",
    data: null,
    url,
  };
}

/** A tool's result: a part `functionResponse`, and what the record tells besides. */
export function readResult(response: Json, toolCallResult: Json | undefined): ToolResultPart {
  const body = member(response, "response");
  const error = string(member(body, "error"));
  const status = string(member(toolCallResult, "status"));
  const exitCode = number(member(member(toolCallResult, "resultDisplay"), "exitCode"));
  const text = error ?? string(member(body, "output")) ?? otherBody(body);
  const content: (TextPart | ImagePart)[] = text === "" ? [] : [{ kind: "text", text }];
  for (const part of array(member(response, "parts"))) {
    const media = readMedia(part);
    if (media?.kind === "image") content.push(media);
  }
  return {
    kind: "tool-result",
    callId: string(member(response, "id")) ?? "",
    isError: error !== undefined || status === "error" || status === "cancelled",
    ...(exitCode === undefined ? {} : { exitCode }),
    content,
  };
}

/** MCP tools and others may answer with an object of their own. */
function otherBody(body: Json | undefined): string {
  return isObject(body) && Object.keys(body).length > 0 ? JSON.stringify(body) : "";
}

/** Never a part with an empty text: the CLI drops a whole message that has one (0.24.4 [run]). */
export function printParts(parts: readonly Part[]): JsonObject[] {
  return parts.map(printPart).filter((part) => part !== undefined);
}

function printPart(part: Part): JsonObject | undefined {
  switch (part.kind) {
    case "text":
      return part.text === "" ? undefined : { text: part.text };
    case "reasoning":
      return printThought(part.text, part.seal);
    case "tool-call": {
      const args = isObject(part.input) ? part.input : { input: part.input };
      return { functionCall: { id: part.callId, name: part.name, args } };
    }
    case "image":
      return printImage(part);
    case "file": {
      const displayName = part.name ?? undefined;
      if (part.data === null) return { text: fileText(part) };
      return { inlineData: compact({ data: part.data, mimeType: part.mediaType, displayName }) };
    }
    case "other":
      return { text: part.text };
    case "unread":
    case "tool-result":
      return undefined;
  }
}

function printThought(text: string, seal: Json | undefined): JsonObject | undefined {
  const thoughtSignature = member(seal, "thoughtSignature");
  if (text === "" && thoughtSignature === undefined) return undefined;
  return compact({ text, thought: true, thoughtSignature });
}

function printImage({ data, mediaType, url }: ImagePart): JsonObject {
  return data === null
    ? { fileData: { fileUri: url ?? "", mimeType: mediaType } }
    : { inlineData: { data, mimeType: mediaType } };
}

/** The part for a tool's result. A failed one says so by its key. */
export function printResponse(result: ToolResultPart, name: string): JsonObject {
  const content = textsAndImages(result.content);
  const texts = content.flatMap((part) => (part.kind === "text" ? [part.text] : []));
  const text = texts.join("\n");
  const images = content.filter((part) => part.kind === "image").map(printImage);
  return {
    functionResponse: compact({
      id: result.callId,
      name,
      response: result.isError ? { error: text } : { output: text },
      parts: images.length > 0 ? images : undefined,
    }),
  };
}

/** Tokens that came from the cache are among the prompt's, and thoughts among the answer's. */
export function readUsage(usage: Json | undefined): Usage | undefined {
  const prompt = number(member(usage, "promptTokenCount"));
  if (prompt === undefined) return undefined;
  const cacheRead = number(member(usage, "cachedContentTokenCount")) ?? 0;
  return {
    input: Math.max(0, prompt - cacheRead),
    output: number(member(usage, "candidatesTokenCount")) ?? 0,
    cacheRead,
    cacheWrite: 0,
  };
}

export function printUsage(usage: Usage): JsonObject {
  const promptTokenCount = usage.input + usage.cacheRead;
  return {
    promptTokenCount,
    candidatesTokenCount: usage.output,
    totalTokenCount: promptTokenCount + usage.output,
    cachedContentTokenCount: usage.cacheRead,
  };
}
