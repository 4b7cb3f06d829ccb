/**
 * Converts between content of Responses API items, as Codex stores it, and parts of the session
 * model.
 */

import { isDeeper, MAX_DEPTH } from "../../lossless/lines.ts";
import { isObject, listOf, member, printed, string } from "../../session/json.ts";
import { isNested, isOdd, otherPart, saidIn, textOfPart, unread } from "../../session/other.ts";
import type {
  FilePart,
  ImagePart,
  Json,
  JsonObject,
  Part,
  ResultPart,
} from "../../session/types.ts";

/** `data:` URLs become image data; others stay URLs. */
export function readImage(url: string): ImagePart {
  const data = readDataUrl(url);
  if (!data) return { kind: "image", mediaType: "image/png", data: null, url };
  return { kind: "image", mediaType: data.mediaType || "image/png", data: data.base64 };
}

function readDataUrl(url: string): { mediaType: string; base64: string } | undefined {
  const comma = url.indexOf(",");
  const head = url.slice(0, Math.max(0, comma));
  const [, mediaType] = /^data:([^;,]*)(?:;[^;,]*)*;base64$/.exec(head) ?? [];
  return mediaType === undefined ? undefined : { mediaType, base64: url.slice(comma + 1) };
}

export function imageUrl(image: ImagePart): string {
  return image.data === null ? (image.url ?? "") : `data:${image.mediaType};base64,${image.data}`;
}

/** An attached image is between a text `<image name=[Image #1] path="…">` and `</image>`. Any other text is what it is. */
const IMAGE_OPEN = /^<image(?: name=\[Image #\d+\](?: path="[^"\n]*")?)?>$/;
const IMAGE_PATH = / path="([^"\n]+)"/;
const IMAGE_CLOSE = "</image>";
const IMAGE_FRAME = "image path";

/**
 * The content of a message or of a tool's output. Nothing is left out except the frames of images.
 * Codex accepts only a list; other tools write a text or a single item.
 */
export function readContent(content: Json | undefined): ResultPart[] {
  const items = listOf(content);
  return items.flatMap((item, i) => readFrame(items, i) ?? readItem(item));
}

/** One item as one part, and its citations as another. How 0.169.0 treats it: see the README. */
function readItem(item: Json): ResultPart[] {
  if (typeof item === "string") return [{ kind: "text", text: item }];
  const type = string(member(item, "type")) ?? "unknown";
  const text = string(member(item, "text"));
  switch (type) {
    case "input_text":
    case "output_text":
    case "text":
    case "summary_text":
    case "reasoning_text":
      if (text === undefined) break;
      return [{ kind: "text", text }, ...readCitations(item, text)];
    case "refusal": {
      const refusal = string(member(item, "refusal"));
      if (refusal === undefined) break;
      return [otherPart(type, item, { known: true, text: refusal })];
    }
    case "input_image": {
      const address = member(item, "image_url");
      if (isNested(address)) break;
      const url = string(address);
      return [url === undefined ? uploaded(type, item) : readImage(url)];
    }
    case "input_audio":
      return [readAudio(type, item)];
    case "input_file":
      return [readFile(type, item)];
    case "encrypted_content":
      return [unread(type, "sealed")];
    default:
  }
  return [otherPart(type, item)];
}

/** An uploaded file is stored at OpenAI; the session contains only its id. */
function uploaded(type: string, item: Json): ResultPart {
  const isNamed = string(member(item, "file_id")) !== undefined;
  return isNamed ? unread(type, "missing") : otherPart(type, item);
}

function readAudio(type: string, item: Json): ResultPart {
  if (isNested(member(item, "audio_url"))) return otherPart(type, item);
  const url = string(member(item, "audio_url"));
  if (url === undefined) return uploaded(type, item);
  const data = readDataUrl(url);
  const mediaType = data?.mediaType || "audio/wav";
  const file = { kind: "file", name: null, mediaType } as const;
  return data ? { ...file, data: data.base64 } : { ...file, data: null, url };
}

function readFile(type: string, item: Json): ResultPart {
  const texts = ["filename", "file_data", "file_url", "file_id"];
  if (isOdd(item, texts)) return otherPart(type, item);
  const name = string(member(item, "filename")) ?? null;
  const data = string(member(item, "file_data"));
  const url = string(member(item, "file_url"));
  const found = readDataUrl(data ?? "");
  const mediaType = found?.mediaType || typeOf(name ?? url ?? "");
  const file: FilePart = { kind: "file", name, mediaType, data: found?.base64 ?? data ?? null };
  if (url !== undefined) file.url = url;
  return data === undefined && url === undefined ? uploaded(type, item) : file;
}

function typeOf(name: string): string {
  return /\.pdf$/i.test(name) ? "application/pdf" : "application/octet-stream";
}

/**
 * Sources that the answer names beside its text: usually the text contains their addresses, too.
 */
function readCitations(item: Json, text: string): ResultPart[] {
  const cited = listOf(member(item, "annotations")).flatMap((annotation) => {
    const place = saidIn(member(annotation, "url") ?? member(annotation, "filename"));
    const title = saidIn(member(annotation, "title"));
    if (place === "")
      return isNested(annotation) ? [printed(annotation)] : saidIn(annotation) || [];
    const isSaid = text.includes(place) && text.includes(title);
    return isSaid ? [] : [title === "" ? place : `${title}: ${place}`];
  });
  if (cited.length === 0) return [];
  return [otherPart("annotations", null, { known: true, text: cited.join("\n") })];
}

/** If the item is the frame of an image: the path from which the user attached it. */
function readFrame(items: readonly Json[], i: number): ResultPart[] | undefined {
  const text = string(member(items[i], "text"));
  if (text === undefined) return undefined;
  if (text === IMAGE_CLOSE) return isFramed(items, i - 1) ? [] : undefined;
  if (!isFramed(items, i + 1)) return undefined;
  const [, path] = IMAGE_PATH.exec(text) ?? [];
  return path === undefined ? [] : [otherPart(IMAGE_FRAME, null, { known: true, text: path })];
}

/** Is it an image after such a text? Other agents' tools have frames of their own, which are said. */
function isFramed(items: readonly Json[], i: number): boolean {
  const open = string(member(items[i - 1], "text"));
  return member(items[i], "type") === "input_image" && IMAGE_OPEN.test(open ?? "");
}

/** A user's text and images, framed as in Codex. */
export function printUserContent(parts: readonly Part[]): JsonObject[] {
  let images = 0;
  let path = "";
  return parts.flatMap((part, i): JsonObject[] => {
    if (part.kind === "tool-call" || part.kind === "tool-result" || part.kind === "reasoning") {
      return [];
    }
    if (part.kind === "other" && part.type === IMAGE_FRAME && parts[i + 1]?.kind === "image") {
      path = ` path="${part.text}"`;
      return [];
    }
    if (part.kind !== "image") return plainContent(part);
    images++;
    const open = inputText(`<image name=[Image #${images}]${path}>`);
    path = "";
    return [open, inputImage(part), inputText(IMAGE_CLOSE)];
  });
}

/** The items of a tool's output. */
function plainContent(part: ResultPart): JsonObject[] {
  if (part.kind === "image") return [inputImage(part)];
  const text = part.kind === "text" ? part.text : textOfPart(part);
  return text === null ? [] : [inputText(text)];
}

export function inputText(text: string): JsonObject {
  return { type: "input_text", text };
}

function inputImage(image: ImagePart): JsonObject {
  return { type: "input_image", image_url: imageUrl(image) };
}

/**
 * An agent that stores arguments as JSON rather than as text has them some levels down its line.
 */
const MAX_ARGUMENTS_DEPTH = MAX_DEPTH - 50;

/**
 * Arguments are JSON in a string; anything else that a model wrote, or what is nested too deeply,
 * stays text.
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

/** The output of a call: text if it is only text, else a list. */
export function printOutput(parts: readonly ResultPart[]): Json {
  const items = parts.flatMap(plainContent);
  const texts = items.flatMap((item) => string(item.text) ?? []);
  return texts.length === items.length ? texts.join("\n") : items;
}
