/** Images, which the CLI keeps once each, in events of their own that others refer to. */
import { hash } from "node:crypto";
import { array, compact, member, string } from "../../session/json.ts";
import type { ImagePart, Json, JsonObject, Part, TextPart } from "../../session/types.ts";

/** What is remembered of images, at most: a session may hold any number. */
const MAX_CHARS = 64 << 20;

export class Assets {
  readonly #images = new Map<string, ImagePart>();
  #chars = 0;

  /** Takes the data of a session.binary_asset. */
  add(data: Json | undefined): void {
    const id = string(member(data, "assetId"));
    const image = string(member(data, "data"));
    if (id === undefined || image === undefined || this.#images.has(id)) return;
    const mediaType = string(member(data, "mimeType")) ?? "image/png";
    this.#images.set(id, { kind: "image", mediaType, data: image });
    this.#chars += image.length;
    for (const [oldest, { data: text }] of this.#images) {
      if (this.#chars <= MAX_CHARS) break;
      this.#images.delete(oldest);
      this.#chars -= text?.length ?? 0;
    }
  }

  has(id: string): boolean {
    return this.#images.has(id);
  }

  /** An image that is attached to a message or that a tool gave; undefined for anything else. */
  image(attached: Json): ImagePart | undefined {
    const mediaType = string(member(attached, "mimeType")) ?? "";
    if (!mediaType.startsWith("image/")) return undefined;
    const found = this.#images.get(string(member(attached, "assetId")) ?? "");
    if (found) return found;
    const data = string(member(attached, "data")) ?? null;
    const url = string(member(attached, "path"));
    return { kind: "image", mediaType, data, ...(url === undefined ? {} : { url }) };
  }

  images(attached: Json | undefined): ImagePart[] {
    return array(attached).flatMap((one) => this.image(one) ?? []);
  }
}

/** An image as the CLI keeps it: the data of its own event, and what refers to it. */
export interface Stored {
  id: string;
  asset: JsonObject;
  reference: JsonObject;
}

/** undefined for what is no image, or one by address only. */
export function stored(part: Part): Stored | undefined {
  if (part.kind !== "image" || part.data === null) return undefined;
  const bytes = Buffer.from(part.data, "base64");
  const id = `sha256:${hash("sha256", bytes)}`;
  const about = { mimeType: part.mediaType, byteLength: bytes.length };
  return {
    id,
    asset: { assetId: id, type: "image", ...about, data: part.data },
    reference: compact({ assetId: id, ...about }),
  };
}

/** The text of parts; an image that cannot be stored is at least mentioned. */
export function plainText(parts: readonly Part[]): string {
  const texts = parts.flatMap((part) => {
    if (part.kind === "text") return [part.text];
    return part.kind === "image" && part.data === null
      ? [`[image: ${part.url ?? part.mediaType}]`]
      : [];
  });
  return texts.join("\n\n");
}

export function textParts(text: string | undefined): TextPart[] {
  return text === undefined || text === "" ? [] : [{ kind: "text", text }];
}
