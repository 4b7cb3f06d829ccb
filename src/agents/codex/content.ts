/** Content of Responses API items, as Codex stores it, and parts of the session model. */

import { isDeeper, MAX_DEPTH } from "../../lossless/lines.ts";
import { array, isObject, member, string } from "../../session/json.ts";
import { textsAndImages } from "../../session/other.ts";
import type {
  ImagePart,
  Json,
  JsonObject,
  Part,
  ResultPart,
  TextPart,
} from "../../session/types.ts";

/** `data:` URLs become image data; others stay URLs. */
export function readImage(url: string): ImagePart {
  const comma = url.indexOf(",");
  const [, mediaType] = /^data:([^;,]*);base64$/.exec(url.slice(0, Math.max(0, comma))) ?? [];
  if (mediaType === undefined) return { kind: "image", mediaType: "image/png", data: null, url };
  return { kind: "image", mediaType: mediaType || "image/png", data: url.slice(comma + 1) };
}

export function imageUrl(image: ImagePart): string {
  return image.data === null ? (image.url ?? "") : `data:${image.mediaType};base64,${image.data}`;
}

/** An attached image stands between a text `<image name=[Image #1] path="…">` and `</image>`. */
const IMAGE_OPEN = /^<image(?: name=[^\n]*)?>$/;
const IMAGE_CLOSE = "</image>";

/** The text and image items of a message or of a tool's output. */
export function readContent(content: Json | undefined): (TextPart | ImagePart)[] {
  const items = array(content);
  const parts: (TextPart | ImagePart)[] = [];
  items.forEach((item, i) => {
    const url = string(member(item, "image_url"));
    const text = string(member(item, "text"));
    if (url !== undefined) parts.push(readImage(url));
    else if (text !== undefined && !isImageFrame(items, i, text))
      parts.push({ kind: "text", text });
  });
  return parts;
}

function isImageFrame(items: readonly Json[], i: number, text: string): boolean {
  if (text === IMAGE_CLOSE) return isImage(items[i - 1]);
  return IMAGE_OPEN.test(text) && isImage(items[i + 1]);
}

function isImage(item: Json | undefined): boolean {
  return member(item, "type") === "input_image";
}

/** A user's words and images, framed as Codex frames them. */
export function printUserContent(parts: readonly Part[]): JsonObject[] {
  let images = 0;
  return parts.flatMap((part): JsonObject[] => {
    if (part.kind === "text") return [inputText(part.text)];
    if (part.kind !== "image") return [];
    images++;
    return [inputText(`<image name=[Image #${images}]>`), inputImage(part), inputText(IMAGE_CLOSE)];
  });
}

export function inputText(text: string): JsonObject {
  return { type: "input_text", text };
}

function inputImage(image: ImagePart): JsonObject {
  return { type: "input_image", image_url: imageUrl(image) };
}

/** An agent that has arguments as they are, and not as a text, has them some levels down its line. */
const MAX_ARGUMENTS_DEPTH = MAX_DEPTH - 50;

/**
 * Arguments are JSON in a string; a model may have written something else, or what is nested too
 * deep to be worked with: that stays a text.
 */
export function readArguments(text: Json | undefined): Json {
  if (typeof text !== "string") return text ?? {};
  try {
    const value: Json = JSON.parse(text);
    return isObject(value) && !isDeeper(value, MAX_ARGUMENTS_DEPTH) ? value : text;
  } catch {
    return text;
  }
}

/** The output of a call: a text where it is nothing but text, else a list. */
export function printOutput(parts: readonly ResultPart[]): Json {
  const content = textsAndImages(parts);
  if (content.every((part) => part.kind === "text")) {
    return content.map((part) => part.text).join("\n");
  }
  return content.map((part) => (part.kind === "text" ? inputText(part.text) : inputImage(part)));
}
