/** Splits a JSONL byte stream into lines, each with what is needed to restore its bytes. */

import { isUtf8 } from "node:buffer";
import { SegueError } from "../errors.ts";
import type { Json } from "../session/types.ts";
import { parseValue } from "./json-text.ts";

/**
 * One line without its final `\n` (a `\r` before it is part of the text). `value` is undefined if
 * the text is not JSON, or is nested deeper than any code that walks a value could handle. `bytes`
 * is set only if they are not UTF-8; `text` then has U+FFFD in their place, as the agents' own
 * readers see it.
 */
export interface Line {
  text: string;
  value: Json | undefined;
  bytes?: Buffer;
  /**
   * Records that end in a line that is not a record itself: set by the code that reads the lines in
   * order; see `Feed`.
   */
  found?: readonly Found[];
}

/**
 * Where a record is: it begins this many lines back, at a character, and ends in this line, before
 * another character.
 */
export type Span = [back: number, from: number, to: number];

export interface Found {
  value: Json;
  span: Span;
}

const NEWLINE = 0x0a;
/** In bytes: V8's strings end at 2^29 - 24 characters. */
const MAX_LINE = 500 << 20;

/** Splits chunks of bytes into lines. Holds at most one unfinished line. */
export class LineSplitter {
  #held: Buffer[] = [];
  #heldBytes = 0;

  /** The lines that end in `chunk`. */
  *push(chunk: Buffer): Generator<Line> {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      const piece = chunk.subarray(from, at);
      from = at + 1;
      if (this.#held.length === 0) yield lineOf(piece);
      else {
        this.#held.push(piece);
        yield this.#whole();
      }
    }
    // A copy: the caller may reuse the chunk's memory.
    if (from < chunk.length) this.#hold(Buffer.from(chunk.subarray(from)));
  }

  /** @throws SegueError for a line that no session contains: Node has no strings of that length. */
  #hold(piece: Buffer): void {
    this.#held.push(piece);
    this.#heldBytes += piece.length;
    if (this.#heldBytes > MAX_LINE) {
      throw new SegueError("unreadable", `a line is longer than ${MAX_LINE >> 20} MB`);
    }
  }

  /** The last line, if the stream did not end with a newline. */
  end(): Line | undefined {
    if (this.#held.length === 0) return undefined;
    return this.#whole();
  }

  #whole(): Line {
    const bytes = Buffer.concat(this.#held);
    for (const piece of this.#held) letGo(piece);
    this.#held = [];
    this.#heldBytes = 0;
    const line = lineOf(bytes);
    letGo(bytes);
    return line;
  }
}

/** Buffers of this size have their own memory. */
const LARGE = 1 << 18;

/**
 * Frees the memory of bytes that are no longer needed. Otherwise, the memory of a line of many
 * megabytes stays until a garbage collection, which is triggered by the small objects that
 * represent it.
 */
export function letGo(bytes: Buffer): void {
  const { buffer, length } = bytes;
  const isOwn = length >= LARGE && buffer.byteLength === length;
  if (isOwn && buffer instanceof ArrayBuffer) buffer.transfer(0);
}

/** All lines of bytes that are in memory. */
export function* linesIn(bytes: Buffer): Generator<Line> {
  const splitter = new LineSplitter();
  yield* splitter.push(bytes);
  const rest = splitter.end();
  if (rest) yield rest;
}

/** One line, without its newline. */
export function lineOf(bytes: Buffer): Line {
  const text = bytes.toString("utf8");
  const line: Line = { text, value: shallow(parseValue(text), text) };
  // toString never fails: it inserts U+FFFD both for bytes that are not UTF-8 and for U+FFFD
  // itself.
  if (text.includes("\ufffd") && !isUtf8(bytes)) line.bytes = Buffer.from(bytes);
  return line;
}

/** Of a value that is processed. */
export const MAX_DEPTH = 1000;

function shallow(value: Json | undefined, text: string): Json | undefined {
  return text.length > 2 * MAX_DEPTH && isDeeper(value, MAX_DEPTH) ? undefined : value;
}

export function isDeeper(value: Json | undefined, depth: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (depth === 0) return true;
  // Called for every long line: most values are texts, which need no call.
  for (const item of Array.isArray(value) ? value : Object.values(value)) {
    if (typeof item === "object" && isDeeper(item, depth - 1)) return true;
  }
  return false;
}
