/** What items of the chat history hold, as parts of the session model, and back. */
import { parseValue } from "../../lossless/json-text.ts";
import { compact, isObject, listOf, member, string } from "../../session/json.ts";
import { asTexts, imageText, isNested, otherPart, saidIn, textBlock } from "../../session/other.ts";
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
} from "../../session/types.ts";
import { fromNative } from "./tools.ts";
import { hasContext } from "./typed.ts";

/** The parts of a user's item, or the images of a result. */
export function readContent(content: Json | undefined): ResultPart[] {
  return listOf(content).flatMap((block): ResultPart[] => {
    if (typeof block === "string") return block === "" ? [] : [{ kind: "text", text: block }];
    const type = string(member(block, "type")) ?? "content";
    if (type === "image") return [readImage(block)];
    if (type === "image_url") return [readImage(member(block, "image_url") ?? null)];
    if (type !== "text") return [otherPart(type, block)];
    const text = textBlock(block);
    return text.text === "" ? [] : [text];
  });
}

/** The texts of an answer, which may begin with what stands for reasoning. */
export function readAnswer(content: Json | undefined): Part[] {
  const text = typeof content === "string" ? content : undefined;
  if (text !== undefined) return text === "" ? [] : leadingReasoning(text);
  return readContent(content);
}

const DATA = /^data:([^;,]*)(?:;[^;,]*)*;base64,(.*)$/s;

export function readImage(block: Json): ImagePart | OtherPart {
  const url = member(block, "url");
  if (typeof url !== "string") return otherPart("image", block);
  const [, mediaType, data] = DATA.exec(url) ?? [];
  if (mediaType === undefined || data === undefined) {
    return { kind: "image", mediaType: "image/png", data: null, url };
  }
  return { kind: "image", mediaType, data };
}

export function readCall(call: Json): ToolCallPart {
  const own = member(call, "function") ?? call;
  const name = saidIn(member(own, "name"));
  const input = argumentsOf(member(own, "arguments"));
  const callId = string(member(call, "id")) ?? "";
  return { kind: "tool-call", callId, name, input, use: fromNative(name, input) };
}

/** JSON as text. */
function argumentsOf(text: Json | undefined): Json {
  if (typeof text !== "string") return text ?? {};
  if (text.trim() === "") return {};
  return parseValue(text) ?? text;
}

/** An item of its own, before the answer that it led to. */
export function readReasoning(item: JsonObject): Part[] {
  const { summary, content, encrypted_content: encrypted } = item;
  const texts = [...listOf(content), ...listOf(summary)];
  if (texts.some((text) => isNested(member(text, "text")))) return [otherPart("reasoning", item)];
  // Both are sent, in this order.
  const text = [...listOf(summary), ...listOf(content)]
    .map((one) => saidIn(member(one, "text") ?? one))
    .join("\n");
  const seal = compact({ id: string(item.id) || undefined, encrypted_content: string(encrypted) });
  const part: ReasoningPart = { kind: "reasoning", text };
  return [seal.encrypted_content === undefined ? part : { ...part, seal }];
}

/** Another vendor's seal says nothing here. */
export function printReasoning({ text, seal }: ReasoningPart): JsonObject {
  const encrypted = member(seal, "encrypted_content");
  const id = string(member(seal, "id")) ?? "";
  const summary = text === "" ? [] : [{ type: "summary_text", text }];
  return compact({ type: "reasoning", id, summary, encrypted_content: encrypted });
}

/** Who says what a user's item holds: the user, the CLI to the model, or the CLI of its surroundings. */
export type Speaker = "user" | "cli" | "context";

/**
 * What a user's item holds. A text that was not typed is written as it is, unless some of it would be
 * read as context of the CLI's own.
 */
export function printUser(parts: readonly Part[], by: Speaker): JsonObject[] {
  return parts.flatMap((part) => {
    const speaker = by === "user" && part.kind === "text" && part.told === true ? "cli" : by;
    const isQuery = (text: string) => speaker === "user" || (speaker === "cli" && hasContext(text));
    return part.kind === "text" && isQuery(part.text)
      ? [{ type: "text", text: `<user_query>\n${part.text}\n</user_query>` }]
      : printPart(part).map(printBlock);
  });
}

/** As the items can hold them: texts and images. */
function printPart(part: Part): (TextPart | ImagePart)[] {
  switch (part.kind) {
    case "text":
      return part.text === "" ? [] : [part];
    case "image":
      return [part];
    case "file":
    case "other":
    case "unread":
      return asTexts(part);
    case "reasoning":
    case "tool-call":
    case "tool-result":
      return [];
  }
}

function printBlock(part: TextPart | ImagePart): JsonObject {
  if (part.kind === "text") return { type: "text", text: part.text };
  const { data, mediaType, url } = part;
  return { type: "image", url: data === null ? (url ?? "") : `data:${mediaType};base64,${data}` };
}

/** An answer has one text. */
export function printAnswer(parts: readonly Part[]): string {
  const said = parts.flatMap(printPart);
  return said.map((part) => (part.kind === "text" ? part.text : imageText(part))).join("\n\n");
}

/** A text and images, as a result has them. */
export function printTexts(parts: readonly Part[]): { text: string; images: JsonObject[] } {
  const printed = parts.flatMap(printPart);
  return {
    text: printed.flatMap((part) => (part.kind === "text" ? [part.text] : [])).join("\n"),
    images: printed.flatMap((part) => (part.kind === "image" ? [printBlock(part)] : [])),
  };
}

export function printCall({ callId, name, input }: ToolCallPart): JsonObject {
  const text = typeof input === "string" ? input : JSON.stringify(isObject(input) ? input : {});
  return { id: callId, name, arguments: text };
}
