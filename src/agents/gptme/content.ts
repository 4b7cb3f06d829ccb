/** What messages and results hold besides answers: a text, and files that are named. */
import { extname } from "node:path";
import type { Beside } from "../../session/codec.ts";
import { array, member, object, string } from "../../session/json.ts";
import { otherPart, saidIn, unread } from "../../session/other.ts";
import type {
  FilePart,
  ImagePart,
  Json,
  ResultPart,
  TextPart,
  UnreadPart,
} from "../../session/types.ts";

const IMAGES: { readonly [ending: string]: string } = {
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".png": "image/png",
  ".gif": "image/gif",
  ".webp": "image/webp",
};

/** A text, as it is. */
export function readText(content: Json | undefined): TextPart[] {
  const text = saidIn(content);
  return text === "" ? [] : [{ kind: "text", text }];
}

/**
 * The attached files: gptme keeps a copy of each beside the log, by the digest of its content, and
 * sends images as such, and the text of others. Those that it does not send are named by their key.
 */
export function readFiles(
  record: Json,
  beside: Beside | undefined,
): (ImagePart | FilePart | UnreadPart | ResultPart)[] {
  const hashes = member(record, "file_hashes");
  return array(member(record, "files")).map((file) => {
    const path = string(file);
    if (path === undefined) return otherPart("file", file);
    const name = `${digestOf(hashes, path)}${extname(path)}`;
    const bytes = beside?.(name) ?? null;
    const mediaType = IMAGES[extname(path).toLowerCase()];
    if (mediaType !== undefined) {
      return bytes === null
        ? { kind: "image", mediaType, data: null, url: path }
        : { kind: "image", mediaType, data: bytes.toString("base64") };
    }
    if (bytes === null) return unread("files", "missing");
    const text = bytes.toString("utf8");
    return text.includes("\ufffd") || text.includes("\0")
      ? unread("files", "unsent")
      : { kind: "file", name: path, mediaType: "text/plain", data: null, text };
  });
}

/** The log names files by their whole paths, and their digests by paths in the project as well. */
function digestOf(hashes: Json | undefined, path: string): string {
  const own = Object.entries(object(hashes) ?? {});
  const [, digest] =
    own.find(([name]) => name === path) ?? own.find(([name]) => path.endsWith(`/${name}`)) ?? [];
  return string(digest) ?? "";
}
