/**
 * Converts parts of Crush's messages to parts of the session model. README.md ("What reaches the
 * model") lists what its model is sent for each kind.
 */
import { parseValue } from "../../lossless/json-text.ts";
import { compact, isObject, listOf, number, object, string } from "../../session/json.ts";
import { isNested, otherPart, saidIn, unread } from "../../session/other.ts";
import { CODES, leadingReasoning, notTyped } from "../../session/text.ts";
import type {
  FilePart,
  ImagePart,
  Json,
  JsonObject,
  Part,
  ResultPart,
  TextPart,
  ToolCallPart,
  ToolResultPart,
} from "../../session/types.ts";
import { fromNative, parseResult } from "./tools.ts";

/** One part of a message as Crush stores it. */
export interface Item {
  type: string;
  data: JsonObject;
}

const KINDS: ReadonlySet<string> = new Set([
  "text",
  "reasoning",
  "image_url",
  "binary",
  "tool_call",
  "tool_result",
  "finish",
  "shell_command",
]);

/** The parts of a message, and what stands there that is none: Crush itself would refuse the session. */
export function itemsOf(parts: Json | undefined): { items: Item[]; odd: Part[] } {
  const items: Item[] = [];
  const odd: Part[] = [];
  const list = typeof parts === "string" ? (parseValue(parts) ?? parts) : parts;
  for (const part of listOf(list)) {
    const type = isObject(part) ? string(part.type) : undefined;
    const data = isObject(part) ? object(part.data) : undefined;
    if (type !== undefined && data !== undefined && KINDS.has(type)) items.push({ type, data });
    else odd.push(otherPart(type ?? "part", part));
  }
  return { items, odd };
}

export function userParts(items: readonly Item[]): Part[] {
  const first = firstOf(items, "text");
  return items.flatMap((item): Part[] => {
    switch (item.type) {
      case "text":
        return item === first ? [textOf(item.data)] : [unread("text", "unsent")];
      case "binary":
        return [attachment(item.data)];
      case "shell_command":
        return notTyped([shellText(item.data)]);
      case "finish":
        return [];
      default:
        return [unread(item.type, "unsent")];
    }
  });
}

export function answerParts(items: readonly Item[]): Part[] {
  // Only the first of each reaches the model.
  const first = [firstOf(items, "text"), firstOf(items, "reasoning")];
  return items.flatMap((item): Part[] => {
    switch (item.type) {
      case "text":
        return first.includes(item) ? answerText(item.data) : [unread("text", "unsent")];
      case "reasoning":
        return first.includes(item) ? [reasoningOf(item.data)] : [unread("reasoning", "unsent")];
      case "tool_call":
        return [callIn(item.data)];
      case "finish":
        return [];
      default:
        return [unread(item.type, "unsent")];
    }
  });
}

function firstOf(items: readonly Item[], kind: string): Item | undefined {
  return items.find(({ type }) => type === kind);
}

/** Reasoning that Segue wrote as a quotation is reasoning again. */
function answerText({ text }: JsonObject): Part[] {
  const parts = leadingReasoning(saidIn(text));
  return parts.length === 0 ? [{ kind: "text", text: "" }] : parts;
}

function textOf(data: JsonObject): TextPart {
  return { kind: "text", text: saidIn(data.text) };
}

/** What Crush's model is told of a command that the user ran with `!`: without the codes for a terminal. */
function shellText({ command, output, exit_code: code }: JsonObject): TextPart {
  const exit = number(code) ?? 0;
  const printed = saidIn(output).replace(CODES, "");
  return { kind: "text", text: `$ ${saidIn(command)}\n${printed}\n(exit code ${exit})` };
}

/** A file that the user attached. Go's names: this type has no others. */
function attachment(data: JsonObject): Part {
  if (isNested(data.Data)) return otherPart("binary", data);
  const mediaType = string(data.MIMEType) ?? "application/octet-stream";
  const base64 = string(data.Data) ?? null;
  const name = string(data.Path) || null;
  if (mediaType.startsWith("text/") && base64 !== null) return textFile(name, base64, mediaType);
  return media(name, mediaType, base64);
}

/** The text of such a file is put into the prompt. */
function textFile(name: string | null, base64: string, mediaType: string): Part {
  const bytes = Buffer.from(base64, "base64");
  const text = bytes.toString("utf8");
  if (!Buffer.from(text, "utf8").equals(bytes)) return media(name, mediaType, base64);
  return { kind: "file", name, mediaType, data: base64, text };
}

function media(name: string | null, mediaType: string, data: string | null): ImagePart | FilePart {
  if (mediaType.startsWith("image/")) return { kind: "image", mediaType, data };
  return { kind: "file", name, mediaType, data };
}

/** What a vendor has signed, or encrypted, stands beside the text. */
function reasoningOf(data: JsonObject): Part {
  const { thinking, signature, thought_signature, tool_id, responses_data } = data;
  const text = saidIn(thinking);
  const isSealed =
    [signature, thought_signature].some((one) => string(one)) || isNested(responses_data);
  if (!isSealed) return { kind: "reasoning", text };
  const seal = compact({ signature, thought_signature, tool_id, responses_data });
  return { kind: "reasoning", text, seal };
}

/** Arguments are a text of JSON. */
export function callIn({ id, name, input }: JsonObject): ToolCallPart {
  const called = saidIn(name);
  const given = typeof input === "string" ? (parseValue(input) ?? input) : (input ?? {});
  const use = fromNative(called, given);
  return { kind: "tool-call", callId: string(id) ?? "", name: called, input: given, use };
}

export function resultOf(data: JsonObject): ToolResultPart {
  const callId = string(data.tool_call_id) ?? "";
  const isError = data.is_error === true;
  return parseResult({ kind: "tool-result", callId, isError, content: contentOf(data, isError) });
}

/** A result is sent as a text or as a picture, never as both. */
function contentOf(data: JsonObject, isError: boolean): ResultPart[] {
  if (isNested(data.data)) return [otherPart("tool_result", data)];
  const said = saidIn(data.content);
  const base64 = string(data.data) ?? "";
  if (base64 === "" || isError) {
    const unsent = base64 === "" ? [] : [unread("data", "unsent")];
    return [...(said === "" ? [] : [{ kind: "text" as const, text: said }]), ...unsent];
  }
  const mediaType = string(data.mime_type) || "application/octet-stream";
  const unsent = said === "" || said === LOADED(mediaType) ? [] : [unread("content", "unsent")];
  return [media(null, mediaType, base64), ...unsent];
}

/** What Crush itself says beside a picture. */
export const LOADED = (mediaType: string): string => `Loaded ${mediaType} content`;
