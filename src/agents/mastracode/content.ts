/** Parts of messages in Mastra Code's form, both ways. README.md in this folder says what is sent of each. */
import { array, compact, isObject, member, object, string } from "../../session/json.ts";
import {
  asTexts,
  fileText,
  isNested,
  otherPart,
  pictureType,
  saidIn,
  textBlock,
  unread,
} from "../../session/other.ts";
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
  ToolCallPart,
  ToolResultPart,
} from "../../session/types.ts";
import { fromNative, parseResult, printResult } from "./tools.ts";

/** Parts that tell of the state of a run: they are never sent. */
export function isNote(part: Json): boolean {
  const type = typeOf(part);
  return type.startsWith("data-") || type === "step-start" || type === "source-document";
}

export function typeOf(part: Json): string {
  return string(member(part, "type")) ?? "";
}

/** A part of a user's message. */
export function readUserPart(part: Json): Part[] {
  switch (typeOf(part)) {
    case "text":
      return texts(part);
    case "file":
    case "image":
      return [readFile(part)];
    case "tool-invocation":
    case "reasoning":
    case "source":
      return [unread(typeOf(part), "unsent")];
    default:
      return isNote(part) ? [] : [unknown(part)];
  }
}

/** A part of an answer; its result is read by `readResult`. */
export function readAnswerPart(part: Json): Part[] {
  switch (typeOf(part)) {
    case "text":
      return texts(part).map((one) => (one.kind === "text" ? textPart(one.text) : one));
    case "reasoning":
      return readReasoning(part);
    case "tool-invocation":
      return [readCall(part)];
    case "file":
      return [readFile(part)];
    case "source":
      return [unread("source", "unsent")];
    default:
      return isNote(part) ? [] : [unknown(part)];
  }
}

function unknown(part: Json): Part {
  if (typeof part === "string") return { kind: "text", text: part };
  return otherPart(typeOf(part) || "part", part);
}

function texts(part: Json): Part[] {
  const text = textBlock(part);
  return text.text === "" ? [] : [text];
}

const FILE_KEYS = ["data", "image", "url", "mimeType", "mediaType", "filename"];

/** The address of a file, or its content in base64, with or without a data URI around it. */
function readFile(part: Json): ImagePart | FilePart | OtherPart {
  if (FILE_KEYS.some((key) => isNested(member(part, key)))) return otherPart(typeOf(part), part);
  const value = ["data", "image", "url"].map((key) => member(part, key)).find(isGiven);
  const told = ["mimeType", "mediaType"].map((key) => string(member(part, key))).find(Boolean);
  const text = saidIn(value);
  const [, inUri = "", base64] = /^data:([^;,]*)(?:;[^,]*)?;base64,(.*)$/s.exec(text) ?? [];
  const isUrl = base64 === undefined && /^(?:https?|data):/.test(text);
  const data = isUrl ? null : (base64 ?? text);
  const mediaType = told ?? (inUri || pictureType(data ?? ""));
  const at = isUrl ? { url: text } : {};
  if (mediaType.startsWith("image/")) return { kind: "image", mediaType, data, ...at };
  return { kind: "file", name: string(member(part, "filename")) ?? null, mediaType, data, ...at };
}

function isGiven(value: Json | undefined): boolean {
  return value !== undefined && value !== null;
}

/** Its text stands in `reasoning`, or in `details`; signatures are the provider's metadata. */
function readReasoning(part: Json): (ReasoningPart | OtherPart)[] {
  const details = array(member(part, "details"));
  const said = saidIn(member(part, "reasoning"));
  const text = said === "" ? details.map((one) => saidIn(member(one, "text"))).join("") : said;
  const seal = sealOf(member(part, "providerMetadata"));
  if (text === "" && seal === undefined) return [];
  return [{ kind: "reasoning", text, ...(seal === undefined ? {} : { seal }) }];
}

/** What the provider sealed; `mastra` is Mastra Code's own. */
function sealOf(metadata: Json | undefined): JsonObject | undefined {
  if (!isObject(metadata)) return undefined;
  const { mastra: _, ...rest } = metadata;
  return Object.keys(rest).length === 0 ? undefined : rest;
}

function readCall(part: Json): ToolCallPart {
  const own = invocationOf(part);
  const name = saidIn(own.toolName);
  const given = own.args ?? own.rawInput;
  const input = given === undefined || given === null ? {} : given;
  return { kind: "tool-call", callId: callIdOf(part), name, input, use: fromNative(name, input) };
}

export function callIdOf(part: Json): string {
  return string(invocationOf(part).toolCallId) ?? "";
}

function invocationOf(part: Json): JsonObject {
  return object(member(part, "toolInvocation")) ?? {};
}

/** What is sent for a call that was declined (AIV5Adapter). */
const DENIED = "Tool call was not approved by the user";

/** The result of a call; none while it has no result, as after a kill. */
export function readResult(part: Json): ToolResultPart[] {
  if (typeOf(part) !== "tool-invocation") return [];
  const own = invocationOf(part);
  const callId = callIdOf(part);
  const result = (content: ResultPart[], isError = false): ToolResultPart[] => [
    parseResult(readCall(part).use, { kind: "tool-result", callId, isError, content }),
  ];
  switch (own.state) {
    case "result":
      return result(readOutput(part, own.result), isFailure(own.result) || toldFailure(part));
    case "output-error":
      return result(asContent(saidIn(own.errorText)), true);
    case "output-denied":
      return result(asContent(saidIn(member(own.approval, "reason")) || DENIED), true);
    default:
      if (own.result !== undefined) return result(readOutput(part, own.result));
      return own.errorText === undefined ? [] : result(asContent(saidIn(own.errorText)), true);
  }
}

function toldFailure(part: Json): boolean {
  const output = member(member(member(part, "providerMetadata"), "mastra"), "modelOutput");
  return /^error-/.test(typeOf(output ?? null));
}

/** How a tool that failed reports it, where it does not throw. */
function isFailure(result: Json | undefined): boolean {
  return member(result, "isError") === true || member(result, "error") === true;
}

function asContent(text: string): ResultPart[] {
  return text === "" ? [] : [{ kind: "text", text }];
}

/** What the model was sent is noted where it differs from what the tool returned. */
function readOutput(part: Json, result: Json | undefined): ResultPart[] {
  const output = member(member(member(part, "providerMetadata"), "mastra"), "modelOutput");
  if (output === undefined || output === null) return readValue(result);
  if (!isObject(output)) return readValue(output);
  const { type, value } = output;
  if (type === "content" && Array.isArray(value)) return value.map(readItem);
  return value === undefined
    ? [otherPart("modelOutput", output, { known: true })]
    : readValue(value);
}

/** What a tool returned: JSON, unless it is text. */
function readValue(value: Json | undefined): ResultPart[] {
  if (value === undefined || value === null) return [];
  if (typeof value === "string") return asContent(value);
  // As MCP has it; it is sent as such only if there is an image.
  const content = member(value, "content");
  if (Array.isArray(content) && content.some(isPicture)) return content.map(readItem);
  if (member(value, "type") === "content" && Array.isArray(member(value, "value"))) {
    return array(member(value, "value")).map(readItem);
  }
  return [{ kind: "text", text: JSON.stringify(value) }];
}

function isPicture(item: Json): boolean {
  const type = typeOf(item);
  return (type === "image" || type === "audio") && typeof member(item, "data") === "string";
}

function readItem(item: Json): ResultPart {
  switch (typeOf(item)) {
    case "text":
      return textBlock(item);
    case "image":
    case "media":
    case "image-data":
    case "image-url":
    case "file-data":
      return readFile(item);
    default:
      return otherPart(typeOf(item) || "content", item);
  }
}

/** Parts of a user's message. */
export function printUserPart(part: Part): JsonObject[] {
  switch (part.kind) {
    case "text":
      return [{ type: "text", text: part.text }];
    case "image":
      return [printFile(part)];
    case "file":
      return [part.data === null ? { type: "text", text: fileText(part) } : printFile(part)];
    case "other":
    case "unread":
      return asTexts(part).map(({ text }) => ({ type: "text", text }));
    case "reasoning":
    case "tool-call":
    case "tool-result":
      return [];
  }
}

function printFile(part: ImagePart | FilePart): JsonObject {
  const filename = part.kind === "file" && part.name !== null ? part.name : undefined;
  const data = part.data ?? part.url ?? "";
  return compact({ type: "file", data, mimeType: part.mediaType, filename });
}

/** Parts of an answer, with the results of its calls in them. */
export function printAnswerPart(
  part: Part,
  results: ReadonlyMap<string, ToolResultPart>,
): JsonObject[] {
  switch (part.kind) {
    case "text":
      return [{ type: "text", text: part.text }];
    case "reasoning":
      return [printReasoning(part)];
    case "tool-call":
      return [printCall(part, results.get(part.callId))];
    case "image":
      return [{ type: "text", text: `[image: ${part.url ?? part.mediaType}]` }];
    case "file":
      return [{ type: "text", text: fileText(part) }];
    case "other":
    case "unread":
      return asTexts(part).map(({ text }) => ({ type: "text", text }));
    case "tool-result":
      return [];
  }
}

function printReasoning({ text, seal }: ReasoningPart): JsonObject {
  const providerMetadata = isObject(seal) ? seal : undefined;
  const details = text === "" ? [] : [{ type: "text", text }];
  return compact({ type: "reasoning", reasoning: text, details, providerMetadata });
}

function printCall(call: ToolCallPart, result: ToolResultPart | undefined): JsonObject {
  const about = {
    toolCallId: call.callId,
    toolName: call.name,
    args: isObject(call.input) ? call.input : { input: call.input },
  };
  const invocation = (more: JsonObject) => ({
    type: "tool-invocation",
    toolInvocation: { ...more },
  });
  if (result === undefined) return invocation({ state: "call", ...about });
  const told = printResult(call.use, result);
  const hasImages = told.content.some(({ kind }) => kind === "image");
  const text = told.content.flatMap(wordsOf).join("\n");
  if (told.isError && told.exitCode === undefined && !hasImages) {
    // A session with the state `output-error` is not sent again by 0.32.1 [run].
    const modelOutput = { type: "error-text", value: text };
    const own = invocation({ state: "result", ...about, result: text });
    return { ...own, providerMetadata: { mastra: { modelOutput } } };
  }
  if (hasImages) {
    const content = told.content.flatMap(printItem);
    const failed = told.isError ? { isError: true } : {};
    return invocation({ state: "result", ...about, result: { content, ...failed } });
  }
  return {
    ...invocation({ state: "result", ...about, result: text }),
    providerMetadata: { mastra: { modelOutput: { type: "text", value: text } } },
  };
}

function wordsOf(part: ResultPart): string[] {
  if (part.kind === "text") return [part.text];
  return part.kind === "image" ? [] : asTexts(part).map(({ text }) => text);
}

/** As MCP has it. */
function printItem(part: ResultPart): JsonObject[] {
  if (part.kind === "image" && part.data !== null) {
    return [{ type: "image", data: part.data, mimeType: part.mediaType }];
  }
  if (part.kind === "image") return [{ type: "text", text: `[image: ${part.url ?? ""}]` }];
  return wordsOf(part).map((text) => ({ type: "text", text }));
}
