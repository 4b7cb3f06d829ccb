/** What rows of messages hold, and parts of the session model. */
import { parseValue } from "../../lossless/json-text.ts";
import { array, compact, isObject, listOf, member, string } from "../../session/json.ts";
import {
  imageText,
  isOdd,
  otherPart,
  saidIn,
  textBlock,
  textOfPart,
  unread,
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
  TextPart,
  ToolCallPart,
  UnreadPart,
} from "../../session/types.ts";
import { fromNative } from "./tools.ts";

type Said = TextPart | ImagePart | OtherPart;

/** Content: a text, or a list of texts and images. */
export function readContent(content: Json | undefined): Said[] {
  return listOf(content).flatMap((block): Said[] => {
    if (typeof block === "string") return block === "" ? [] : [{ kind: "text", text: block }];
    return [readBlock(block)];
  });
}

function readBlock(block: Json): Said {
  const type = string(member(block, "type"));
  if (type === "text") return textBlock(block);
  if (type !== "image_url") return otherPart(type ?? "content", block);
  const place = member(block, "image_url");
  const url = string(place) ?? string(member(place, "url"));
  if (url === undefined || isOdd(block, [])) return otherPart(type, block);
  return readImage(url);
}

function readImage(url: string): ImagePart {
  const [, mediaType, data] = /^data:([\w.+/-]+);base64,(.*)$/s.exec(url) ?? [];
  if (mediaType === undefined || data === undefined) {
    return { kind: "image", mediaType: "image/png", data: null, url };
  }
  return { kind: "image", mediaType, data };
}

/** What memory and plugins put into a message, which Hermes takes out again when it loads the session. */
const RECALLED = [
  /<\s*memory-context\s*>[\s\S]*?<\/\s*memory-context\s*>/gi,
  /\[System note:\s*The following is recalled memory context,\s*NOT new user input\.\s*Treat as (?:informational background data|authoritative reference data[^\]]*)\.\]\s*/gi,
  /<\/?\s*memory-context\s*>/gi,
];

function withoutRecalled(text: string): string {
  return RECALLED.reduce((rest, pattern) => rest.replace(pattern, ""), text);
}

/** Does Hermes send this text as it is? Otherwise `api_content` says what is sent. */
export function isSentAsIs(text: string): boolean {
  return withoutRecalled(text).trim() === text.trim();
}

/** What the model is sent of a message of the user's or of an answer. */
export function readSaid(row: JsonObject): (Said | UnreadPart)[] {
  const sent = string(row.api_content) ?? "";
  const { content } = row;
  if (sent !== "") return readSent(sent, content);
  if (typeof content !== "string" || isSentAsIs(content)) {
    const odd = readContent(row.api_content);
    return [...readContent(content), ...odd];
  }
  return [...readContent(withoutRecalled(content)), unread("content", "unsent")];
}

/** The words of the message, and what was added to them for the model. */
function readSent(sent: string, content: Json | undefined): (Said | UnreadPart)[] {
  if (typeof content !== "string" && readContent(content).length > 0) {
    return [{ kind: "text", text: sent }, unread("content", "unsent")];
  }
  const words = string(content)?.trim() ?? "";
  if (words === "" || sent === words || !sent.startsWith(words)) {
    const isOther = words !== "" && !sent.includes(words);
    const said: Said = { kind: "text", text: sent };
    return isOther ? [said, unread("content", "unsent")] : [said];
  }
  const added = sent.slice(words.length);
  if (added.trim() === "") return [{ kind: "text", text: sent }];
  return [
    { kind: "text", text: words },
    { kind: "text", text: added.trim(), told: true },
  ];
}

/** Those of an answer, where a text may begin with what stands for reasoning. */
export function readAnswer(row: JsonObject): Part[] {
  return readSaid(row).flatMap((part): Part[] =>
    part.kind === "text" && !part.told ? leadingReasoning(part.text) : [part],
  );
}

const SEALS = ["reasoning_details", "codex_reasoning_items"] as const;

/** Hermes stores the same text twice; what the vendor sealed stands beside it. */
export function readReasoning(row: JsonObject): ReasoningPart[] {
  const texts = [row.reasoning, row.reasoning_content]
    .map(saidIn)
    .filter((text, n, all) => text.trim() !== "" && all.indexOf(text) === n);
  const sealed = SEALS.filter((key) => row[key] !== undefined && row[key] !== null);
  if (sealed.length === 0) return texts.map((text) => ({ kind: "reasoning", text }));
  const seal = compact(Object.fromEntries(sealed.map((key) => [key, row[key]])));
  const [first = "", ...more] = texts.length > 0 ? texts : [summaryIn(seal)];
  return [
    { kind: "reasoning", text: first, seal },
    ...more.map((text): ReasoningPart => ({ kind: "reasoning", text })),
  ];
}

/** Readable words in what was sealed. */
function summaryIn(seal: JsonObject): string {
  const texts = SEALS.flatMap((key) => array(jsonOf(seal[key]))).flatMap((item) => [
    member(item, "text"),
    ...listOf(member(item, "summary")).map((one) => string(one) ?? member(one, "text")),
  ]);
  return texts
    .map(saidIn)
    .filter((text) => text.trim() !== "")
    .join("\n\n");
}

/** JSON that may stand as text; undefined for a text that is none. */
export function jsonOf(value: Json | undefined): Json | undefined {
  return typeof value === "string" ? parseValue(value) : value;
}

/** The calls of an answer. */
export function readCalls(calls: Json | undefined): (ToolCallPart | OtherPart | UnreadPart)[] {
  if (calls === undefined || calls === null || calls === "") return [];
  const list = jsonOf(calls);
  // Hermes sends none of them.
  if (!Array.isArray(list)) return [unread("tool_calls", "unsent")];
  return list.map((call) => (isObject(call) ? readCall(call) : otherPart("tool_call", call)));
}

function readCall(call: JsonObject): ToolCallPart {
  const own = call.function;
  const name = saidIn(member(own, "name"));
  const input = readArguments(isObject(own) ? own.arguments : own);
  return { kind: "tool-call", callId: callIdOf(call), name, input, use: fromNative(name, input) };
}

export function callIdOf(call: Json): string {
  const known = string(member(call, "call_id"))?.trim() ?? "";
  return known === "" ? (string(member(call, "id")) ?? "") : known;
}

/** As JSON, which is what the API is sent; a text that is none stays one. */
function readArguments(text: Json | undefined): Json {
  if (typeof text !== "string") return text ?? {};
  return parseValue(text) ?? text;
}

/** Content as a row has it: a text, or a list where there are images. */
export function printContent(parts: readonly Part[]): Json {
  const blocks = parts.flatMap(printBlock);
  const [first] = blocks;
  if (first === undefined) return "";
  if (blocks.every((block) => block.type === "text")) {
    return blocks.map(({ text }) => saidIn(text)).join("\n\n");
  }
  return blocks;
}

function printBlock(part: Part): JsonObject[] {
  switch (part.kind) {
    case "text":
      return [{ type: "text", text: part.text }];
    case "image": {
      const url = part.data === null ? part.url : `data:${part.mediaType};base64,${part.data}`;
      if (url === undefined) return [{ type: "text", text: imageText(part) }];
      return [{ type: "image_url", image_url: { url } }];
    }
    case "file":
    case "other":
    case "unread": {
      const text = textOfPart(part);
      return text === null ? [] : [{ type: "text", text }];
    }
    case "reasoning":
    case "tool-call":
    case "tool-result":
      return [];
  }
}

/** A text, with what stands there besides texts at least mentioned. */
export function printText(parts: readonly (Part | ResultPart)[], between: string): string {
  const texts = parts.flatMap((part) => {
    if (part.kind === "image") return [imageText(part)];
    return printBlock(part).map(({ text }) => saidIn(text));
  });
  return texts.join(between);
}

export function printCall({ callId: id, name, input }: ToolCallPart): JsonObject {
  return {
    id,
    call_id: id,
    response_item_id: itemId(id),
    type: "function",
    function: { name, arguments: JSON.stringify(isObject(input) ? input : { input }) },
  };
}

/** The id that OpenAI's Responses would have for the call. */
function itemId(callId: string): string {
  const id =
    callId.startsWith("call_") || callId.startsWith("fc_")
      ? callId
      : callId.replace(/[^A-Za-z0-9_-]/g, "");
  if (id.startsWith("fc_")) return id;
  return id.startsWith("call_") && id.length > 5 ? `fc_${id.slice(5)}` : `fc_${id.slice(0, 48)}`;
}

export function printReasoning(parts: readonly Part[]): JsonObject {
  const own = parts.filter((part) => part.kind === "reasoning");
  if (own.length === 0) return {};
  const text = own
    .map((part) => part.text)
    .filter((words) => words !== "")
    .join("\n\n");
  const seal = own.map((part) => part.seal).find(isObject) ?? {};
  const sealed = Object.fromEntries(SEALS.map((key) => [key, seal[key]]));
  const told = text === "" ? undefined : text;
  return compact({ reasoning: told, reasoning_content: told, ...sealed });
}
