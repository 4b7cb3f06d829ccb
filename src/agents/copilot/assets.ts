/**
 * Images and documents, which the CLI stores once each, in separate events that others refer to.
 */
import { hash } from "node:crypto";
import { compact, member, string } from "../../session/json.ts";
import { asTexts } from "../../session/other.ts";
import type { FilePart, ImagePart, Json, JsonObject, Part, TextPart } from "../../session/types.ts";

/** The maximum memory for images: a session may contain any number. */
const MAX_CHARS = 64 << 20;

interface Asset {
  mediaType: string;
  data: string;
}

export class Assets {
  readonly #assets = new Map<string, Asset>();
  #chars = 0;

  /** Takes the data of a session.binary_asset. */
  add(data: Json | undefined): void {
    const id = string(member(data, "assetId"));
    const content = string(member(data, "data"));
    if (id === undefined || content === undefined || this.#assets.has(id)) return;
    const mediaType = string(member(data, "mimeType")) ?? "image/png";
    this.#assets.set(id, { mediaType, data: content });
    this.#chars += content.length;
    for (const [oldest, asset] of this.#assets) {
      if (this.#chars <= MAX_CHARS) break;
      this.#assets.delete(oldest);
      this.#chars -= asset.data.length;
    }
  }

  /**
   * An image or a document (including text documents) that is attached to a message or comes from a
   * tool; undefined if it is unavailable and not known to have been one.
   */
  part(attached: Json): ImagePart | FilePart | undefined {
    const id = string(member(attached, "assetId"));
    const found = id === undefined ? undefined : this.#assets.get(id);
    const data = found?.data ?? string(member(attached, "data")) ?? null;
    const unnamed = data === null ? undefined : "application/octet-stream";
    const mediaType = string(member(attached, "mimeType")) ?? found?.mediaType ?? unnamed;
    if (mediaType === undefined) return undefined;
    const path = string(member(attached, "path"));
    const name = string(member(attached, "displayName")) ?? null;
    if (mediaType.startsWith("image/") && (data !== null || path !== undefined)) {
      const url = path === undefined || data !== null ? {} : { url: path };
      return { kind: "image", mediaType, data, ...url };
    }
    // A file that exists only on disk is mentioned by its path.
    if (data === null && path !== undefined) return undefined;
    return { kind: "file", name, mediaType, data };
  }
}

/**
 * An image or a document as the CLI stores it: the data in a separate event, and a reference to it.
 */
export interface Stored {
  id: string;
  type: "image" | "resource";
  asset: JsonObject;
  reference: JsonObject;
}

/** undefined for anything other than an image or a document, or one known only by address. */
export function stored(part: Part): Stored | undefined {
  if ((part.kind !== "image" && part.kind !== "file") || part.data === null) return undefined;
  const bytes = Buffer.from(part.data, "base64");
  const id = `sha256:${hash("sha256", bytes)}`;
  const type = part.kind === "image" ? "image" : "resource";
  const displayName = part.kind === "file" ? (part.name ?? undefined) : undefined;
  const about = { mimeType: part.mediaType, byteLength: bytes.length };
  return {
    id,
    type,
    asset: { assetId: id, type, ...about, data: part.data },
    reference: compact({ assetId: id, ...about, displayName }),
  };
}

/** The text of parts; an image or a document that cannot be stored is at least mentioned. */
export function plainText(parts: readonly Part[]): string {
  const texts = parts.flatMap((part) => {
    if (part.kind === "text") return [part.text];
    if (part.kind === "other" || part.kind === "unread" || (part.kind === "file" && !part.data)) {
      return asTexts(part).map(({ text }) => text);
    }
    return part.kind === "image" && part.data === null
      ? [`[image: ${part.url ?? part.mediaType}]`]
      : [];
  });
  return texts.join("\n\n");
}

export function textParts(text: string | undefined): TextPart[] {
  return text === undefined || text === "" ? [] : [{ kind: "text", text }];
}
