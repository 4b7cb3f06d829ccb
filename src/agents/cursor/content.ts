/** Blocks of messages in Cursor's form, which is that of the AI SDK, both ways. */
import { compact, isObject, listOf, member, string } from "../../session/json.ts";
import {
  asTexts,
  fileText,
  isOdd,
  otherPart,
  pictureType,
  saidIn,
  textBlock,
} from "../../session/other.ts";
import { textPart } from "../../session/text.ts";
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
} from "../../session/types.ts";
import { asQuery, typedParts } from "./frames.ts";
import { fromNative, parseResult, printResult } from "./tools.ts";

export function typeOf(block: Json): string {
  return string(member(block, "type")) ?? "";
}

/** A part of a user's message. */
export function readUserBlock(block: Json): Part[] {
  switch (typeOf(block)) {
    case "text": {
      const part = textBlock(block);
      return part.kind === "text" ? typedParts(part.text) : [part];
    }
    case "image":
    case "file":
      return [readImage(block)];
    default:
      return [unknown(block)];
  }
}

function unknown(block: Json): Part {
  if (typeof block === "string") return { kind: "text", text: block };
  return otherPart(typeOf(block) || "block", block);
}

const IMAGE_KEYS = ["image", "data", "url", "mimeType", "mediaType"];

/** AI SDK: `image`, as base64, a data URI or an address. Claude's API: `source`. */
function readImage(block: Json): ImagePart | OtherPart {
  const source = member(block, "source");
  if (isObject(source) && !isOdd(source, ["data", "media_type", "url"])) {
    return picture(string(source.data) ?? string(source.url), string(source.media_type));
  }
  if (isOdd(block, IMAGE_KEYS)) return otherPart(typeOf(block), block);
  const type = string(member(block, "mimeType")) ?? string(member(block, "mediaType"));
  const at = string(member(block, "image")) ?? string(member(block, "data"));
  const where = at ?? string(member(block, "url"));
  if (where === undefined || (type !== undefined && !type.startsWith("image/"))) {
    return otherPart(typeOf(block), block);
  }
  return picture(where, type);
}

export function picture(where: string | undefined, type: string | undefined): ImagePart {
  const [, named, inside] = /^data:([^;,]+);base64,(.*)$/s.exec(where ?? "") ?? [];
  if (inside !== undefined) return { kind: "image", mediaType: named ?? "image/png", data: inside };
  if (where !== undefined && /^(?:https?|file):/.test(where)) {
    return { kind: "image", mediaType: type ?? "image/png", data: null, url: where };
  }
  return { kind: "image", mediaType: type ?? pictureType(where ?? ""), data: where ?? null };
}

/** A part of an answer. */
export function readAnswerBlock(block: Json): Part[] {
  switch (typeOf(block)) {
    case "text": {
      const part = textBlock(block);
      if (part.kind !== "text") return [part];
      return part.text === "" ? [] : [textPart(part.text)];
    }
    case "reasoning":
    case "thinking":
    case "redacted-reasoning":
      return [readReasoning(block)];
    case "tool-call":
      return [readCall(block)];
    case "image":
    case "file":
      return [readImage(block)];
    default:
      return [unknown(block)];
  }
}

function readReasoning(block: Json): ReasoningPart | OtherPart {
  if (isOdd(block, ["text", "signature", "data"])) return otherPart(typeOf(block), block);
  const text = string(member(block, "text")) ?? "";
  const [signature, data] = [member(block, "signature"), member(block, "data")];
  const seal = compact({ signature: signature ?? undefined, data: data ?? undefined });
  return { kind: "reasoning", text, ...(Object.keys(seal).length === 0 ? {} : { seal }) };
}

export function readCall(block: Json): ToolCallPart {
  const name = saidIn(member(block, "toolName"));
  const input = member(block, "args") ?? member(block, "input") ?? {};
  const callId = string(member(block, "toolCallId")) ?? "";
  return { kind: "tool-call", callId, name, input, use: fromNative(name, input) };
}

/** A result in a message of the role "tool"; `call` finds the call that it answers. */
export function readResult(
  block: Json,
  message: Json,
  call: (id: string) => ToolCallPart | undefined,
): ToolResultPart {
  const callId = string(member(block, "toolCallId")) ?? "";
  const isError = isFailure(message) || member(block, "isError") === true;
  const content = readOutput(block);
  return parseResult(call(callId)?.use ?? null, { kind: "tool-result", callId, isError, content });
}

function isFailure(message: Json): boolean {
  const own = member(member(message, "providerOptions"), "cursor");
  const high = member(own, "highLevelToolCallResult");
  const isError = member(high, "isError") ?? member(member(high, "output"), "isError");
  return isError === true || member(message, "isError") === true;
}

/** `experimental_content` repeats the text of `result`, and holds the images besides. */
function readOutput(block: Json): ResultPart[] {
  // Anything else in a result's place is what the model got.
  if (block !== null && typeOf(block) !== "tool-result") return [readItem(block)];
  const more = member(block, "experimental_content") ?? member(block, "content");
  const result = member(block, "result") ?? member(block, "output");
  const items = listOf(more ?? []);
  if (items.length > 0) {
    const parts = items.map(readItem);
    const texts = parts.flatMap((part) => (part.kind === "text" ? [part.text] : []));
    const text = saidIn(result);
    if (text === "" || texts.includes(text) || texts.join("\n") === text) return parts;
    return [{ kind: "text", text }, ...parts.filter(({ kind }) => kind !== "text")];
  }
  const text = saidIn(result);
  return text === "" ? [] : [{ kind: "text", text }];
}

function readItem(item: Json): ResultPart {
  if (typeof item === "string") return { kind: "text", text: item };
  if (typeOf(item) === "text") return textBlock(item);
  if (typeOf(item) === "image") return readImage(item);
  return otherPart(typeOf(item) || "content", item);
}

/** The blocks of a user's message; what nobody typed stands without the frame of a query. */
export function printUser(parts: readonly Part[], isTold: boolean): JsonObject[] {
  return parts.flatMap((part): JsonObject[] => {
    switch (part.kind) {
      case "text": {
        // What another harness told the model may look like Cursor's own words, which the reader leaves out.
        const [only, ...more] = typedParts(part.text);
        const isFramed = more.length > 0 || only?.text !== part.text || only.told === true;
        const isWords = (!isTold && part.told !== true) || isFramed;
        return [{ type: "text", text: isWords ? asQuery(part.text) : part.text }];
      }
      case "image":
        return [printImage(part)];
      case "file":
        return [{ type: "text", text: fileText(part) }];
      case "other":
      case "unread":
        return asTexts(part).map(({ text }) => ({ type: "text", text }));
      default:
        return [];
    }
  });
}

function printImage({ data, url, mediaType }: ImagePart): JsonObject {
  return { type: "image", image: data ?? url ?? "", mimeType: mediaType };
}

/** The blocks of an answer. */
export function printAnswer(parts: readonly Part[]): JsonObject[] {
  return parts.flatMap((part): JsonObject[] => {
    switch (part.kind) {
      case "text":
        return [{ type: "text", text: part.text }];
      case "reasoning":
        return [printReasoning(part)];
      case "tool-call": {
        const { callId, name, input } = part;
        return [{ type: "tool-call", toolCallId: callId, toolName: name, args: input }];
      }
      case "image":
        return [{ type: "text", text: `[image: ${part.url ?? part.mediaType}]` }];
      case "file":
      case "other":
      case "unread":
        return asTexts(part).map(({ text }) => ({ type: "text", text }));
      default:
        return [];
    }
  });
}

function printReasoning({ text, seal }: ReasoningPart): JsonObject {
  const { signature, data } = isObject(seal) ? seal : {};
  if (text === "" && data !== undefined) return { type: "redacted-reasoning", data };
  return compact({ type: "reasoning", text, signature, data });
}

/** A result's block; `call` is what it answers. */
export function printResultBlock(
  call: ToolCallPart | undefined,
  result: ToolResultPart,
): JsonObject {
  const { content } = printResult(call?.use ?? null, result);
  const items = content.flatMap((part): JsonObject[] => {
    if (part.kind === "text") return [{ type: "text", text: part.text }];
    if (part.kind === "image") {
      return part.data === null
        ? [{ type: "text", text: `[image: ${part.url ?? ""}]` }]
        : [{ type: "image", data: part.data, mimeType: part.mediaType }];
    }
    return asTexts(part).map(({ text }) => ({ type: "text", text }));
  });
  const text = items.flatMap((item) => string(item.text) ?? []).join("\n");
  return {
    type: "tool-result",
    toolCallId: result.callId,
    toolName: call?.name ?? "tool",
    result: text,
    experimental_content: items,
  };
}
