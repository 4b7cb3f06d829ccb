/** Blocks of messages and of results, both ways. */
import { compact, isObject, listOf, member, string } from "../../session/json.ts";
import {
  asTexts,
  isOdd,
  otherPart,
  saidIn,
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
  Part,
  ReasoningPart,
  ResultPart,
  ToolCallPart,
  ToolResultPart,
} from "../../session/types.ts";
import { readNotice } from "./limits.ts";
import { fromNative, parseResult, printResult, resultExtras } from "./tools.ts";

/** Blocks that Goose never sends, in either role. */
const NEVER_SENT = new Set(["toolConfirmationRequest", "actionRequired", "frontendToolRequest"]);

/** The parts of a user's message; results are read by `readResults`. */
export function readUser(blocks: readonly Json[]): Part[] {
  return blocks.flatMap((block): Part[] => {
    switch (typeOf(block)) {
      case "toolResponse":
        return [];
      case "toolRequest":
      case "thinking":
      case "redactedThinking":
        return [unread(typeOf(block), "unsent")];
      default:
        return readSaid(block);
    }
  });
}

/** The parts of an answer. */
export function readAnswer(blocks: readonly Json[]): Part[] {
  return joined(blocks.flatMap(readAnswered)).flatMap((part): Part[] =>
    part.kind === "text" ? leadingReasoning(part.text) : [part],
  );
}

/** Goose sends texts side by side as one, without a space between them. */
function joined(parts: readonly Part[]): Part[] {
  const out: Part[] = [];
  for (const part of parts) {
    const before = out.at(-1);
    const isJoined = before?.kind === "text" && part.kind === "text";
    if (isJoined) out.splice(-1, 1, { kind: "text", text: before.text + part.text });
    else out.push(part);
  }
  return out;
}

function readAnswered(block: Json): Part[] {
  switch (typeOf(block)) {
    case "thinking":
      return [readThinking(block)];
    case "redactedThinking":
      return [readRedacted(block)];
    // Its name until 2026.
    case "reasoning":
      if (isOdd(block, ["text"])) return [otherPart("reasoning", block)];
      return [{ kind: "reasoning", text: string(member(block, "text")) ?? "" }];
    case "toolRequest":
      return [readCall(block)];
    case "toolResponse":
      return [unread("toolResponse", "unsent")];
    default:
      return readSaid(block);
  }
}

/** Blocks of a message that is not sent, by name. */
export function readUnsent(blocks: readonly Json[]): Part[] {
  return blocks.map((block) => unread(typeOf(block) || "unknown", "unsent"));
}

function typeOf(block: Json): string {
  return string(member(block, "type")) ?? "";
}

function readSaid(block: Json): Part[] {
  const type = typeOf(block);
  if (NEVER_SENT.has(type)) return [unread(type, "unsent")];
  switch (type) {
    // Before Goose 1.0.14.
    case "conversationCompacted":
    case "systemNotification":
    case "error":
      return [unread(type, "unsent")];
    case "document":
      return [readDocument(block)];
    case "text":
    case "image":
      return readContent(block);
    default:
      return [otherPart(type === "" ? "unknown" : type, block)];
  }
}

/** What the record says to the user alone. */
export function noticesIn(
  blocks: readonly Json[],
  at: string | null,
): ReturnType<typeof readNotice>[] {
  return blocks.flatMap((block) => {
    const type = typeOf(block);
    if (type === "error") return [readNotice(member(block, "kind"), member(block, "message"), at)];
    if (type !== "systemNotification") return [];
    const kind = member(block, "notificationType");
    return kind === "creditsExhausted" ? [readNotice(kind, member(block, "msg"), at)] : [];
  });
}

/** Content as MCP has it: of a message, and of a result. */
function readContent(block: Json): ResultPart[] {
  const type = typeOf(block);
  if (!isForModel(block)) return [unread(type, "unsent")];
  switch (type) {
    case "text": {
      const text = textBlock(block);
      return text.text === "" ? [] : [text];
    }
    case "image":
      return [isOdd(block, ["data", "mimeType"]) ? otherPart(type, block) : readImage(block)];
    case "resource":
      return [readResource(block)];
    // Goose leaves both out of its requests.
    case "resource_link":
    case "audio":
      return [unread(type, "unsent")];
    default:
      if (typeof block === "string") return [{ kind: "text", text: block }];
      return [otherPart(type === "" ? "unknown" : type, block)];
  }
}

/** An annotation may say that a block is not for the model. */
function isForModel(block: Json): boolean {
  const audience = member(member(block, "annotations"), "audience");
  return !Array.isArray(audience) || audience.includes("assistant");
}

function readImage(block: Json): ImagePart {
  const mediaType = string(member(block, "mimeType")) ?? "image/png";
  return { kind: "image", mediaType, data: string(member(block, "data")) ?? null };
}

function readDocument(block: Json): Part {
  if (isOdd(block, ["data", "mimeType", "name"])) return otherPart("document", block);
  return {
    kind: "file",
    name: string(member(block, "name")) ?? null,
    mediaType: string(member(block, "mimeType")) ?? "application/octet-stream",
    data: string(member(block, "data")) ?? null,
  };
}

/** The content of a resource that a tool returns. */
function readResource(block: Json): ResultPart {
  const resource = member(block, "resource") ?? null;
  if (isOdd(resource, ["uri", "mimeType", "text", "blob"])) return otherPart("resource", block);
  const text = string(member(resource, "text"));
  if (text !== undefined) return { kind: "text", text };
  const data = string(member(resource, "blob"));
  if (data === undefined) return otherPart("resource", block);
  const mediaType = string(member(resource, "mimeType")) ?? "application/octet-stream";
  if (mediaType.startsWith("image/")) return { kind: "image", mediaType, data };
  const uri = string(member(resource, "uri")) ?? "";
  return { kind: "file", name: uri.split("/").at(-1) || null, mediaType, data };
}

function readThinking(block: Json): Part {
  if (isOdd(block, ["thinking", "signature"])) return otherPart("thinking", block);
  const text = string(member(block, "thinking")) ?? "";
  const signature = string(member(block, "signature")) ?? "";
  return { kind: "reasoning", text, ...(signature === "" ? {} : { seal: { signature } }) };
}

function readRedacted(block: Json): Part {
  const data = string(member(block, "data"));
  if (data === undefined) return otherPart("redactedThinking", block);
  return { kind: "reasoning", text: "", seal: { data } };
}

/** A call that the model put wrongly has an error in its place, which Goose sends as text. */
function readCall(block: Json): Part {
  const call = member(member(block, "toolCall"), "value");
  const name = string(member(call, "name"));
  const id = string(member(block, "id"));
  if (name === undefined || id === undefined) return otherPart("toolRequest", block);
  const input = member(call, "arguments") ?? {};
  return { kind: "tool-call", callId: id, name, input, use: fromNative(name, input) };
}

/** The results in a user's message. `callOf`: the call that a result belongs to. */
export function readResults(
  blocks: readonly Json[],
  callOf: (id: string) => ToolCallPart | undefined,
): ToolResultPart[] {
  return blocks.flatMap((block) => {
    if (typeOf(block) !== "toolResponse") return [];
    const callId = string(member(block, "id")) ?? "";
    return [parseResult(callOf(callId)?.use ?? null, readResult(callId, block))];
  });
}

function readResult(callId: string, block: Json): ToolResultPart {
  const result = member(block, "toolResult") ?? null;
  const plain = { kind: "tool-result", callId } as const;
  const error = member(result, "error");
  if (member(result, "status") === "error" || error !== undefined) {
    return { ...plain, isError: true, content: texts(saidIn(error)) };
  }
  const value = member(result, "value");
  // Until 2025, the content stood there itself.
  const content = Array.isArray(value) ? value : member(value, "content");
  if (content === undefined && value !== undefined) {
    return { ...plain, isError: false, content: [otherPart("toolResult", value)] };
  }
  if (value === undefined && result !== null) {
    return { ...plain, isError: false, content: [otherPart("toolResult", result)] };
  }
  const isError = member(value, "isError") === true;
  return { ...plain, isError, content: listOf(content).flatMap(readContent) };
}

function texts(text: string): ResultPart[] {
  return text === "" ? [] : [{ kind: "text", text }];
}

/** The blocks of a user's message. `takesDocuments`: older versions cannot read such a block. */
export function printUser(parts: readonly Part[], takesDocuments: boolean): JsonObject[] {
  return parts.flatMap((part) => printSaid(part, takesDocuments));
}

function printSaid(part: Part, takesDocuments: boolean): JsonObject[] {
  switch (part.kind) {
    case "text":
      return [printText(part.text)];
    case "image":
      return [printImage(part)];
    case "file": {
      const { data, mediaType: mimeType, name } = part;
      const isSent = takesDocuments && data !== null && mimeType === "application/pdf";
      if (!isSent) return asTexts(part).map(({ text }) => printText(text));
      return [compact({ type: "document", data, mimeType, name: name ?? undefined })];
    }
    case "other":
    case "unread":
      return asTexts(part).map(({ text }) => printText(text));
    case "reasoning":
    case "tool-call":
    case "tool-result":
      return [];
  }
}

/** The blocks of an answer: Goose would join its texts without a space between them. */
export function printAnswer(parts: readonly Part[]): JsonObject[] {
  const spaced: Part[] = [];
  for (const part of parts) {
    const before = spaced.at(-1);
    const follows = before?.kind === "text" && part.kind === "text";
    if (follows) spaced.splice(-1, 1, { kind: "text", text: `${before.text}\n\n${part.text}` });
    else spaced.push(part);
  }
  return spaced.flatMap(printAnswered);
}

function printAnswered(part: Part): JsonObject[] {
  switch (part.kind) {
    case "reasoning":
      return [printThinking(part)];
    case "tool-call":
      return [printCall(part)];
    // Not among the blocks of an answer that its providers send: a note keeps its place.
    case "image":
      return [printText(`[image: ${part.url ?? part.mediaType}]`)];
    case "text":
      return [printText(part.text)];
    case "file":
    case "other":
    case "unread":
      return asTexts(part).map(({ text }) => printText(text));
    case "tool-result":
      return [];
  }
}

function printText(text: string): JsonObject {
  return { type: "text", text };
}

/** Without the key `signature`, Goose cannot open the session. */
function printThinking({ text, seal }: ReasoningPart): JsonObject {
  const data = string(member(seal, "data"));
  if (data !== undefined) return { type: "redactedThinking", data };
  return { type: "thinking", thinking: text, signature: string(member(seal, "signature")) ?? "" };
}

function printCall({ callId: id, name, input }: ToolCallPart): JsonObject {
  const args = isObject(input) ? input : { input };
  return {
    type: "toolRequest",
    id,
    toolCall: { status: "success", value: { name, arguments: args } },
  };
}

function printImage({ mediaType, data, url }: ImagePart): JsonObject {
  if (data === null) return { type: "text", text: `[image: ${url ?? mediaType}]` };
  return { type: "image", data, mimeType: mediaType };
}

/** A result as a block of the user's message. */
export function printToolResult(
  result: ToolResultPart,
  call: ToolCallPart | undefined,
): JsonObject {
  const use = call?.use ?? null;
  const { isError, content } = printResult(use, result);
  const value = {
    content: content.flatMap(printContent),
    ...resultExtras(use, result),
    isError,
  };
  return { type: "toolResponse", id: result.callId, toolResult: { status: "success", value } };
}

function printContent(part: ResultPart): JsonObject[] {
  if (part.kind === "file" && part.data !== null && part.mediaType === "application/pdf") {
    return [printResource(part, part.data)];
  }
  return textsAndImages([part]).map((one) =>
    one.kind === "image" ? printImage(one) : { type: "text", text: one.text },
  );
}

function printResource({ name, mediaType: mimeType }: FilePart, blob: string): JsonObject {
  return { type: "resource", resource: { uri: `file:///${name ?? "document"}`, mimeType, blob } };
}
