/** What messages hold, and parts of the session model. */
import { isObject, listOf, member } from "../../session/json.ts";
import {
  imageText,
  isNested,
  otherPart,
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
  ResultPart,
  TextPart,
  ToolCallPart,
} from "../../session/types.ts";
import { readChatCall } from "../shared/chat.ts";
import { fromNative } from "./tools.ts";

/** Content is one text; anything else in its place is read as far as it can be. */
export function readContent(content: Json | undefined): (TextPart | OtherPart)[] {
  return listOf(content).flatMap((block): (TextPart | OtherPart)[] => {
    if (typeof block === "string") return block === "" ? [] : [{ kind: "text", text: block }];
    if (member(block, "type") !== "text") return [otherPart("content", block)];
    const text = textBlock(block);
    return text.text === "" ? [] : [text];
  });
}

/** The same of an answer, which may begin with reasoning that was sent as text. */
export function readAnswer(content: Json | undefined): Part[] {
  return readContent(content).flatMap((part): Part[] =>
    part.kind === "text" ? leadingReasoning(part.text) : [part],
  );
}

/** What the model thought: the CLI stores it, and never sends it again. */
export function readReasoning(reasoning: Json | undefined): Part[] {
  if (reasoning === undefined || reasoning === null || reasoning === "") return [];
  if (isNested(reasoning)) return [otherPart("reasoning", reasoning)];
  return [{ kind: "reasoning", text: String(reasoning) }];
}

/** Images of a message, which the CLI sends after its text. */
export function readImages(message: JsonObject): (ImagePart | OtherPart)[] {
  return listOf(message.images).map((image) => {
    const [data, mediaType] = [member(image, "data"), member(image, "mediaType")];
    return typeof data === "string" && typeof mediaType === "string"
      ? { kind: "image", mediaType, data }
      : otherPart("image", image);
  });
}

/** A result: where there is structured content, the CLI sends that, and the text is for the screen. */
export function readOutput(message: JsonObject): ResultPart[] {
  const { content, structuredContent } = message;
  if (structuredContent === undefined) return readContent(content);
  const said: ResultPart = { kind: "text", text: JSON.stringify(structuredContent) };
  return readContent(content).length === 0 ? [said] : [said, unread("content", "unsent")];
}

export function readCall(call: Json): ToolCallPart {
  return readChatCall(call, fromNative);
}

/** The arguments are stored as they are, not as text. */
export function printCall({ callId: id, name, input }: ToolCallPart): JsonObject {
  return { id, function: { name, arguments: isObject(input) ? input : { input } } };
}

/** All texts of a message as one; images are elsewhere in it. */
export function printText(parts: readonly Part[], separator = "\n\n"): string {
  return parts.flatMap(textsOf).join(separator);
}

/** What of the user's parts an image is for the CLI, which takes them by their content alone. */
export function printImages(parts: readonly Part[]): JsonObject[] | undefined {
  const images = parts.flatMap((part) =>
    part.kind === "image" && part.data !== null
      ? [{ data: part.data, mediaType: part.mediaType }]
      : [],
  );
  return images.length === 0 ? undefined : images;
}

/** The text of an answer, or of a result: images are at least mentioned. */
export function printWords(parts: readonly Part[], separator = "\n\n"): string {
  const mentioned = parts.map(
    (part): Part => (part.kind === "image" ? { kind: "text", text: imageText(part) } : part),
  );
  return printText(mentioned, separator);
}

function textsOf(part: Part): string[] {
  switch (part.kind) {
    case "text":
      return part.text === "" ? [] : [part.text];
    case "image":
      return part.data === null ? [imageText(part)] : [];
    case "file":
    case "other":
    case "unread": {
      const text = textOfPart(part);
      return text === null ? [] : [text];
    }
    case "reasoning":
    case "tool-call":
    case "tool-result":
      return [];
  }
}

export function printReasoning(parts: readonly Part[]): string | undefined {
  const texts = parts.flatMap((part) => (part.kind === "reasoning" ? [part.text] : []));
  return texts.length === 0 ? undefined : texts.join("\n\n");
}
