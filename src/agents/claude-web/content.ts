/** What messages of Claude.ai hold. Facts and sources: README.md in this folder. */
import type { Beside } from "../../session/codec.ts";
import { array, isObject, listOf, member, string } from "../../session/json.ts";
import { isOdd, otherPart, saidIn, textBlock } from "../../session/other.ts";
import type {
  FilePart,
  ImagePart,
  Json,
  JsonObject,
  Part,
  ResultPart,
} from "../../session/types.ts";

/** Files whose text the site took out of them, and files that it has as they are. */
export function readFiles(message: JsonObject, beside: Beside | undefined): Part[] {
  return [
    ...array(message.attachments).map(readAttachment),
    ...array(message.files).map((file) => readFile(file, beside)),
  ];
}

function readAttachment(attachment: Json): Part {
  if (isOdd(attachment, ["file_name", "extracted_content"])) {
    return otherPart("attachment", attachment);
  }
  const text = string(member(attachment, "extracted_content"));
  return {
    kind: "file",
    name: string(member(attachment, "file_name")) || null,
    mediaType: mediaTypeIn(string(member(attachment, "file_type"))) ?? "text/plain",
    data: null,
    ...(text === undefined ? {} : { text }),
  };
}

/** Older exports have a file's ending there. */
function mediaTypeIn(type: string | undefined): string | null {
  return type?.includes("/") ? type : null;
}

const IMAGES: { readonly [ending: string]: string } = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
};

/** Exports name these files, and few have them. */
function readFile(file: Json, beside: Beside | undefined): FilePart | ImagePart | Part {
  if (isOdd(file, ["file_name"])) return otherPart("file", file);
  const name = string(member(file, "file_name")) || null;
  const id = string(member(file, "file_uuid")) ?? "";
  const bytes = id === "" ? null : (beside?.(id) ?? null);
  const ending = name?.split(".").at(-1)?.toLowerCase() ?? "";
  const image = IMAGES[ending];
  const data = bytes?.toString("base64") ?? null;
  if (image !== undefined && data !== null) return { kind: "image", mediaType: image, data };
  return { kind: "file", name, mediaType: image ?? "application/octet-stream", data };
}

/** A block of a message that is neither a call nor a result. */
export function readBlock(block: Json): Part[] {
  const type = string(member(block, "type")) ?? "content";
  switch (type) {
    case "text": {
      const part = textBlock(block);
      return part.kind === "text" && part.text === "" ? [] : [part];
    }
    case "thinking": {
      if (isOdd(block, ["thinking"])) return [otherPart(type, block)];
      const signature = string(member(block, "signature"));
      const text = string(member(block, "thinking")) ?? "";
      if (text === "" && signature === undefined) return [];
      return [{ kind: "reasoning", text, ...(signature === undefined ? {} : { seal: signature }) }];
    }
    // A mark between calls, without content.
    case "token_budget":
      return [];
    default:
      return [otherPart(type, block)];
  }
}

/** What a tool gave: texts, pages, images. */
export function readOutput(content: Json | undefined): ResultPart[] {
  return listOf(content).flatMap((item): ResultPart[] => {
    if (typeof item === "string") return item === "" ? [] : [{ kind: "text", text: item }];
    const type = string(member(item, "type")) ?? "content";
    if (type === "text") return [textBlock(item)];
    if (type === "knowledge" && isObject(item)) return [page(item)];
    const image = type === "image" ? imageIn(member(item, "source")) : null;
    return [image ?? otherPart(type, item)];
  });
}

/** A page that a search or a fetch found. */
function page(item: JsonObject): ResultPart {
  const head = [item.title, item.url].map(saidIn).filter((word) => word !== "");
  return { kind: "text", text: [...head, saidIn(item.text)].join("\n") };
}

function imageIn(source: Json | undefined): ImagePart | null {
  const data = string(member(source, "data"));
  const mediaType = string(member(source, "media_type"));
  return data === undefined || mediaType === undefined ? null : { kind: "image", mediaType, data };
}

/** ISO 8601, with microseconds. */
export function timeOf(value: Json | undefined): string | null {
  const at = Date.parse(string(value) ?? "");
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}
