/** Converts between Gemini's parts, as Qwen Code stores them, and parts of the session model. */

import { compact, isObject, member, number, string } from "../../session/json.ts";
import { fileText, imageText, saidIn } from "../../session/other.ts";
import type {
  FilePart,
  ImagePart,
  Json,
  JsonObject,
  Part,
  ToolCallPart,
  ToolResultPart,
  Usage,
} from "../../session/types.ts";
import { printMedia, readResponse, readSaid } from "../shared/genai.ts";
import { fromNative } from "./tools.ts";

/** The contents of a part of a message, except tool results. */
export function readPart(part: Json): Part[] {
  const call = member(part, "functionCall");
  return isObject(call) ? [readCall(call), ...readSaid(part)] : readSaid(part);
}

export function readCall(call: Json): ToolCallPart {
  const name = saidIn(member(call, "name"));
  const input = member(call, "args") ?? {};
  const callId = string(member(call, "id")) ?? "";
  return { kind: "tool-call", callId, name, input, use: fromNative(name, input) };
}

/** A tool's result: a part `functionResponse`, and the record's additional data. */
export function readResult(response: Json, toolCallResult: Json | undefined): ToolResultPart {
  const { callId, failed, content } = readResponse(response);
  const status = string(member(toolCallResult, "status"));
  const exitCode = number(member(member(toolCallResult, "resultDisplay"), "exitCode"));
  return {
    kind: "tool-result",
    callId,
    isError: failed || status === "error" || status === "cancelled",
    ...(exitCode === undefined ? {} : { exitCode }),
    content,
  };
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
    case "file":
      return printFile(part);
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

function printFile(part: ImagePart | FilePart): JsonObject {
  return printMedia(part) ?? { text: part.kind === "image" ? imageText(part) : fileText(part) };
}

/** The part for a tool's result. The key shows whether it failed. */
export function printResponse(result: ToolResultPart, name: string): JsonObject {
  const texts: string[] = [];
  const media: JsonObject[] = [];
  for (const part of result.content) {
    if (part.kind === "text" || part.kind === "other") texts.push(part.text);
    if (part.kind !== "image" && part.kind !== "file") continue;
    const printed = printFile(part);
    const text = string(printed.text);
    if (text === undefined) media.push(printed);
    else texts.push(text);
  }
  const text = texts.join("\n");
  return {
    functionResponse: compact({
      id: result.callId,
      name,
      response: result.isError ? { error: text } : { output: text },
      parts: media.length > 0 ? media : undefined,
    }),
  };
}

/** The prompt's tokens include cached ones, the answer's include thoughts. */
export function readUsage(usage: Json | undefined): Usage | undefined {
  const prompt = number(member(usage, "promptTokenCount"));
  if (prompt === undefined) return undefined;
  const cacheRead = number(member(usage, "cachedContentTokenCount")) ?? 0;
  const output = number(member(usage, "candidatesTokenCount")) ?? 0;
  // Google counts thoughts apart from the answer, and OpenAI's protocol within it: the total tells.
  const thoughts = number(member(usage, "thoughtsTokenCount")) ?? 0;
  const isApart = number(member(usage, "totalTokenCount")) === prompt + output + thoughts;
  return {
    input: Math.max(0, prompt - cacheRead),
    output: isApart ? output + thoughts : output,
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
