/**
 * A short digest of the content of entries, which survives reformatting, added keys and new ids.
 */
import { crc32 } from "node:zlib";
import { printed } from "./json.ts";
import { piecesOf } from "./pieces.ts";
import type { Entry, Part } from "./types.ts";

/** Sixteen hexadecimal digits; "" if the entries have no content. */
export function digest(entries: readonly Entry[]): string {
  const mix = new Mix();
  for (const entry of entries) addEntry(mix, entry);
  return mix.isEmpty ? "" : mix.hex;
}

function addEntry(mix: Mix, entry: Entry): void {
  if (entry.kind === "event") {
    if (entry.event === "compaction") mix.add("compaction").add(entry.summary).end();
    return;
  }
  mix.add(entry.role);
  for (const part of entry.parts) addPart(mix, part);
  mix.end();
}

function addPart(mix: Mix, part: Part): void {
  mix.add(part.kind);
  switch (part.kind) {
    case "text":
    case "reasoning":
      mix.add(part.text);
      break;
    case "tool-call":
      mix.add(part.callId).add(part.name).add(printed(part.input));
      break;
    case "tool-result":
      mix.add(part.callId);
      for (const item of part.content) addPart(mix, item);
      break;
    case "image":
      mix.add(part.mediaType).add(part.data ?? part.url ?? "");
      break;
    case "file":
      mix.add(part.mediaType).add(part.data ?? part.text ?? part.url ?? part.name ?? "");
      break;
    case "other":
      mix.add(part.type).add(part.text);
      break;
    case "unread":
      mix.add(part.type);
      break;
  }
  mix.end();
}

/**
 * Combines texts, one after the other, into 64 bits. It protects against accidents, not malice, so
 * the length and the CRC-32 of each text are enough; a hash would need each text in one piece.
 */
class Mix {
  #a = 0x9e3779b9;
  #b = 0x85ebca6b;
  isEmpty = true;

  add(text: string): this {
    this.isEmpty = false;
    this.#number(checksum(text));
    this.#number(text.length);
    return this;
  }

  /** No text has this length, so different nesting gives a different digest. */
  end(): void {
    this.#number(-1);
  }

  get hex(): string {
    return hex(final(this.#a ^ this.#b)) + hex(final(Math.imul(this.#a, 5) + this.#b));
  }

  #number(n: number): void {
    this.#a = Math.imul(this.#a ^ n, 0x9e3779b1);
    this.#a ^= this.#a >>> 15;
    this.#b = Math.imul(this.#b + n, 0x85ebca77);
    this.#b ^= this.#b >>> 13;
  }
}

function checksum(text: string): number {
  if (text.length < LONG) return crc32(text);
  let crc = 0;
  for (const piece of piecesOf(text)) crc = crc32(piece, crc);
  return crc;
}

/** Longer texts are encoded in pieces. */
const LONG = 4 << 20;

/** The finaliser of MurmurHash3: every bit of the result depends on all bits. */
function final(n: number): number {
  let h = Math.imul(n ^ (n >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function hex(n: number): string {
  return n.toString(16).padStart(8, "0");
}
