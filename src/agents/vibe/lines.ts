/**
 * The lines of messages.jsonl. The CLI reads that file in any encoding, and a last line without its end; what is not
 * simply a message in UTF-8 is put into a record that has its bytes.
 */
import { parseValue } from "../../lossless/json-text.ts";
import { compact, isObject, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";
import { text } from "./files.ts";

export function linesIn(bytes: Buffer | null): string[] {
  if (bytes === null) return [];
  const wide = wideIn(bytes);
  return wide === null ? narrowLines(bytes) : wideLines(bytes, wide);
}

function narrowLines(bytes: Buffer): string[] {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(10, at);
    lines.push(wrapped(bytes.subarray(at, end < 0 ? bytes.length : end), end < 0));
    at = end < 0 ? bytes.length : end + 1;
  }
  return lines;
}

function wrapped(line: Buffer, torn: boolean): string {
  const said = line.toString("utf8");
  const isText = Buffer.from(said).equals(line);
  if (isText && !torn && said[0] === "{" && isMessage(parseValue(said))) return said;
  const base64 = isText ? undefined : line.toString("base64");
  return text(compact({ line: isText ? said : undefined, base64, torn: torn ? true : undefined }));
}

type Wide = "utf-16le" | "utf-16be";

/** By its first two bytes, as the CLI tells it. */
function wideIn(bytes: Buffer): Wide | null {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : null;
}

/** Each with the end of the line, which has two bytes, too. */
function wideLines(bytes: Buffer, encoding: Wide): string[] {
  const lines: string[] = [];
  const unit = (at: number): number =>
    encoding === "utf-16le" ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);
  let from = 0;
  for (let at = 0; at + 1 < bytes.length; at += 2) {
    if (unit(at) !== 10) continue;
    lines.push(text({ base64: bytes.toString("base64", from, at + 2), encoding }));
    from = at + 2;
  }
  const rest = bytes.toString("base64", from);
  return rest === "" ? lines : [...lines, text({ base64: rest, encoding })];
}

/** What such a record was in the file. */
export function bytesOf(record: JsonObject): Buffer {
  const { line, base64, torn, encoding } = record;
  const own = typeof base64 === "string" ? Buffer.from(base64, "base64") : string(line);
  const hasEnd = torn === true || encoding !== undefined;
  return Buffer.concat([Buffer.from(own ?? ""), Buffer.from(hasEnd ? "" : "\n")]);
}

/** The message in such a record; null if the CLI would not read it as one. */
export function messageIn({ line, base64, encoding }: JsonObject): JsonObject | null {
  const said =
    typeof base64 === "string" ? decoded(Buffer.from(base64, "base64"), encoding) : string(line);
  const value = parseValue((said ?? "").replace(/^\ufeff/, ""));
  return isMessage(value) ? value : null;
}

function decoded(bytes: Buffer, encoding: Json | undefined): string {
  if (encoding === "utf-16le" || encoding === "utf-16be") {
    return new TextDecoder(encoding).decode(bytes);
  }
  const said = bytes.toString("utf8");
  // Nothing but ASCII is UTF-8: the CLI guesses, too.
  const isOther = !/[^\0-\x7f\ufffd]/.test(said);
  return isOther ? new TextDecoder("windows-1252").decode(bytes) : said;
}

function isMessage(value: Json | undefined): value is JsonObject & { role: string } {
  return isObject(value) && typeof value.role === "string";
}
