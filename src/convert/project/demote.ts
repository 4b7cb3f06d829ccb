/** Images, documents and other content for a target that may not accept them. */
import type { Media } from "../../session/codec.ts";
import { bytesOf, fileText, imageText, isBase64, pixelsOf } from "../../session/other.ts";
import type {
  FilePart,
  ImagePart,
  OtherPart,
  ResultPart,
  TextPart,
  UnreadReason,
} from "../../session/types.ts";
import type { LossCode } from "../report/losses.ts";

/**
 * Where a part is: in a user's message, an answer, or a tool's result; `mixed`: in a result with
 * other content, or one that reports a failure.
 */
export type Place = "user" | "assistant" | "result" | "mixed";

/** Why content that is not passed on is missing, by loss code. */
export const UNREAD: { [reason in UnreadReason]: LossCode } = {
  sealed: "content-sealed",
  "sealed-summary": "compaction-sealed",
  unsent: "content-unsent",
  missing: "content-missing",
  "missing-base": "base-missing",
  repeated: "record-repeated",
  queued: "prompt-queued",
};

/** The image types that the APIs of Anthropic, OpenAI and Google all document. */
const IMAGES: readonly string[] = ["image/png", "image/jpeg", "image/gif", "image/webp"];

export class Demotion {
  readonly #media: Media;
  readonly #own: boolean;
  readonly #lose: (code: LossCode) => void;
  /** In base64 that is sent. */
  #bytes = 0;

  /** `own`: the content is the target agent's own, so it accepts all of it. */
  constructor(media: Media, own: boolean, lose: (code: LossCode) => void) {
    this.#media = media;
    this.#own = own;
    this.#lose = lose;
  }

  /**
   * What is sent for a part: the part itself, or text in its place. Nothing is left out without a
   * loss.
   */
  part(part: ResultPart, place: Place): ResultPart[] {
    if (this.#own && part.kind !== "unread") return [part];
    switch (part.kind) {
      case "text":
        return [part];
      case "image":
        return [this.#image(part, place)];
      case "file":
        return [this.#file(part, place)];
      case "other":
        return [this.#other(part)];
      case "unread":
        this.#lose(UNREAD[part.reason]);
        return [];
    }
  }

  #image(image: ImagePart, place: Place): ImagePart | TextPart {
    const { images = IMAGES, imageBytes = Number.POSITIVE_INFINITY, imagePixels = 0 } = this.#media;
    const { mediaType, data } = image;
    const isTaken = this.#takesImages(place);
    if (isTaken && isRemote(image) && this.#media.imageUrls !== false) return image;
    const isFit = (base64: string): boolean =>
      isBase64(base64) &&
      bytesOf(base64) <= imageBytes &&
      (pixelsOf(base64) ?? imagePixels) >= imagePixels;
    if (isTaken && data !== null && images.includes(mediaType) && isFit(data)) {
      this.#add(data);
      return image;
    }
    this.#lose("image-as-text");
    const source = data !== null && mediaType === "image/svg+xml" ? svgOf(data) : null;
    const text = source === null ? imageText(image) : `${imageText(image)}\n${source}`;
    return { kind: "text", text };
  }

  #takesImages(place: Place): boolean {
    const { resultImages, answerImages = false } = this.#media;
    if (place === "assistant") return answerImages;
    if (place === "mixed") return resultImages === undefined;
    return place !== "result" || resultImages !== false;
  }

  #file(file: FilePart, place: Place): FilePart | TextPart {
    const { documents = [], resultDocuments = [] } = this.#media;
    const taken = place === "user" ? documents : place === "assistant" ? [] : resultDocuments;
    const text = file.text ?? textIn(file);
    // An API does not accept bytes as text if they are declared as text but are not.
    const { data, mediaType } = file;
    const isWhole = text !== null || (data !== null && isBase64(data) && !isText(mediaType));
    if (isWhole && taken.includes(file.mediaType)) {
      this.#add(file.data ?? "");
      return file;
    }
    this.#lose(text === null ? "file-as-text" : "file-inlined");
    return { kind: "text", text: fileText(text === null ? file : { ...file, text }) };
  }

  /**
   * Content that is too much for one request is still sent: the user may compact, or leave some
   * out.
   */
  #add(data: string): void {
    const { requestBytes = Number.POSITIVE_INFINITY } = this.#media;
    this.#bytes += data.length;
    if (this.#bytes > requestBytes) this.#lose("request-too-large");
  }

  #other(part: OtherPart): TextPart {
    this.#lose(part.unknown ? "content-unknown" : "content-as-text");
    if (part.cut) this.#lose("content-cut");
    return { kind: "text", text: part.text };
  }
}

/** The maximum size of a picture's source that is worth sending as text, in bytes. */
const MOST_SVG = 32 << 10;

function svgOf(data: string): string | null {
  return bytesOf(data) > MOST_SVG ? null : Buffer.from(data, "base64").toString("utf8");
}

/** An image that the vendor's API can fetch: not one whose address only the source's CLI resolves. */
function isRemote({ data, url }: ImagePart): boolean {
  return data === null && url !== undefined && /^(?:https?:|data:image\/)/i.test(url);
}

function isText(mediaType: string): boolean {
  return /^text\/|[/+](?:json|xml|yaml)$/.test(mediaType);
}

/** The text of a text document that is stored as bytes. */
function textIn({ mediaType, data }: FilePart): string | null {
  if (data === null || !isText(mediaType)) return null;
  const bytes = Buffer.from(data, "base64");
  const text = bytes.toString("utf8");
  return Buffer.from(text, "utf8").equals(bytes) ? text : null;
}
