/** Content for which the session model has no part. */
import { array, isObject, member, printed, string } from "./json.ts";
import type {
  FilePart,
  ImagePart,
  Json,
  JsonObject,
  OtherPart,
  ResultPart,
  TextPart,
  UnreadPart,
  UnreadReason,
} from "./types.ts";

/** The maximum number of characters of one block that are passed on as text. */
export const MOST_OTHER = 64 << 10;
/** Content nested deeper in a block is not passed on. */
export const MOST_DEPTH = 64;
/** A longer string of base64 is mentioned, not passed on. */
const MOST_BASE64 = 1024;

export interface OtherOptions {
  /** The kind is known, although the session model has no part for it. */
  known?: boolean;
  /** The text to use, if the block's own texts are not the best choice. */
  text?: string;
}

/**
 * Converts a block of content to text that a model can read: its own texts if it has any, else its
 * JSON. `type`: the agent's own name for the kind of block.
 */
export function otherPart(type: string, block: Json, options: OtherOptions = {}): OtherPart {
  const { known = false } = options;
  const { text: whole, cut: left } =
    options.text === undefined ? readable(block) : { text: options.text, cut: false };
  const cut = left || whole.length > MOST_OTHER;
  const text =
    whole.length > MOST_OTHER
      ? `${whole.slice(0, MOST_OTHER)}\n[cut: ${whole.length} characters]`
      : whole;
  return {
    kind: "other",
    type,
    text,
    ...(known ? {} : { unknown: true }),
    ...(cut ? { cut: true } : {}),
  };
}

/**
 * The text at a place where text is expected. Any other value is read like a block of an unknown
 * kind, so that its text is not lost.
 */
export function saidIn(value: Json | undefined): string {
  if (typeof value === "string") return value;
  if (value === undefined || isBlank(value)) return "";
  // Complete, whatever it is: plain text cannot indicate that something was left out.
  return wordsIn(value) ?? printed(value);
}

/** A block of text; if it has no text of its own, the content in its place. */
export function textBlock(block: Json): TextPart | OtherPart {
  const text = member(block, "text");
  if (typeof text === "string") return { kind: "text", text };
  return isBlank(block) ? { kind: "text", text: "" } : otherPart("text", block);
}

/** Is this a value with texts inside, in the place of a text? */
export function isNested(value: Json | undefined): value is Json[] | JsonObject {
  return typeof value === "object" && value !== null;
}

/**
 * Is that the case at any of these keys, or is the block itself not an object? Then it is read as a
 * whole.
 */
export function isOdd(block: Json, keys: readonly string[]): boolean {
  return !isObject(block) || keys.some((key) => isNested(block[key]));
}

export function unread(type: string, reason: UnreadReason): UnreadPart {
  return { kind: "unread", type, reason };
}

/** Keys that only describe a block. */
const LABELS = new Set(["type", "cache_control"]);

/** Does it contain nothing readable? */
function isBlank(value: Json): boolean {
  if (value === null) return true;
  if (typeof value !== "object") return false;
  return Object.entries(value).every(
    ([key, item]) => LABELS.has(key) || item === null || item === "",
  );
}

function readable(block: Json): { text: string; cut: boolean } {
  const said = wordsIn(block);
  if (said !== undefined) return shortened(said);
  let cut = false;
  const bounded = withoutBlobs(block, () => {
    cut = true;
  });
  return { text: printed(bounded), cut };
}

/** The texts of a block that consists only of text, or of a list of text blocks. */
function wordsIn(block: Json): string | undefined {
  const said = plain(block);
  if (said !== undefined || !isObject(block)) return said;
  const [only, ...more] = Object.keys(block).filter((key) => !LABELS.has(key));
  return only === undefined || more.length > 0 ? undefined : plain(block[only] ?? null);
}

function plain(value: Json): string | undefined {
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) return undefined;
  const texts = array(value).map((item) => {
    if (typeof item === "string") return item;
    return isObject(item) && Object.keys(item).every((key) => key === "type" || key === "text")
      ? string(member(item, "text"))
      : undefined;
  });
  return texts.length > 0 && texts.every((text) => text !== undefined)
    ? texts.join("\n")
    : undefined;
}

function shortened(text: string): { text: string; cut: boolean } {
  return isBlob(text) ? { text: blobName(text), cut: true } : { text, cut: false };
}

function withoutBlobs(value: Json, note: () => void, depth = 0): Json {
  if (typeof value === "string") {
    if (!isBlob(value)) return value;
    note();
    return blobName(value);
  }
  if (typeof value !== "object" || value === null) return value;
  if (depth > MOST_DEPTH) {
    note();
    return "[nested too deep]";
  }
  if (Array.isArray(value)) return value.map((item) => withoutBlobs(item, note, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, withoutBlobs(item, note, depth + 1)]),
  );
}

function isBlob(text: string): boolean {
  return text.length > MOST_BASE64 && /^(?:data:[^,]*,)?[A-Za-z0-9+/_-]+=*$/.test(text);
}

function blobName(text: string): string {
  return `[${text.length} characters of base64]`;
}

/**
 * The text that replaces a document that is not sent itself: its name, type and size, and its text
 * if it has one.
 */
export function fileText({ name, mediaType, data, text, url }: FilePart): string {
  const size = data === null ? null : sizeOf(data);
  const facts = [name ?? url ?? "unnamed", mediaType, size].filter((fact) => fact !== null);
  const label = `[attached file: ${facts.join(", ")}]`;
  return text === undefined ? label : `${label}\n${text}`;
}

/** The same for an image. */
export function imageText({ mediaType, data, url }: ImagePart): string {
  const facts = [mediaType, data === null ? (url ?? "") : sizeOf(data)];
  return `[image: ${facts.filter((fact) => fact !== "").join(", ")}]`;
}

function sizeOf(data: string): string {
  return isBase64(data) ? `${bytesOf(data)} bytes` : "unreadable data";
}

/** Is this base64 as APIs accept it? They refuse a request with anything else, and so the whole session. */
export function isBase64(data: string): boolean {
  return data !== "" && data.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(data);
}

/** The number of bytes that this base64 encodes. */
export function bytesOf(base64: string): number {
  const padding = base64.endsWith("==") ? 2 : base64.endsWith("=") ? 1 : 0;
  return Math.max(0, Math.floor((base64.length * 3) / 4) - padding);
}

/** How the base64 of these begins. */
const PICTURES = [
  ["/9j/", "image/jpeg"],
  ["R0lGODlh", "image/gif"],
  ["R0lGODdh", "image/gif"],
  ["UklGR", "image/webp"],
] as const;

/** The type of a picture that is stored without one: PNG, unless it begins like another. */
export function pictureType(base64: string): string {
  return PICTURES.find(([start]) => base64.startsWith(start))?.[1] ?? "image/png";
}

/** The number of pixels of a PNG, which its head gives; null for other images. */
export function pixelsOf(base64: string): number | null {
  const head = Buffer.from(base64.slice(0, 32), "base64");
  if (head.length < 24 || head.toString("latin1", 1, 4) !== "PNG") return null;
  return head.readUInt32BE(16) * head.readUInt32BE(20);
}

/** A part as text, for agents that cannot represent it; null for content that is not passed on. */
export function textOfPart(part: FilePart | OtherPart | UnreadPart): string | null {
  if (part.kind === "file") return fileText(part);
  return part.kind === "other" ? part.text : null;
}

/** The content of a result, for agents whose results hold only text and images. */
export function textsAndImages(content: readonly ResultPart[]): (TextPart | ImagePart)[] {
  return content.flatMap((part): (TextPart | ImagePart)[] => {
    if (part.kind === "text" || part.kind === "image") return [part];
    const text = textOfPart(part);
    return text === null ? [] : [{ kind: "text", text }];
  });
}

/** A part that cannot be in a message, as text that describes it. */
export function asTexts(part: FilePart | OtherPart | UnreadPart): TextPart[] {
  const text = textOfPart(part);
  return text === null ? [] : [{ kind: "text", text }];
}
