/**
 * Where a file is cut into chunks. A cut depends only on what is near it, so that a file that has
 * grown, or changed in one place, is cut as before everywhere else.
 */

/** Bytes that can be read in any order. */
export interface Content {
  readonly size: number;
  read(offset: number, length: number): Buffer;
}

export interface Sizes {
  /** A chunk is not smaller, unless the file ends or grew there. */
  least: number;
  /** And never larger. */
  most: number;
}

export const SIZES: Sizes = { least: 512 << 10, most: 2 << 20 };

const NEWLINE = 0x0a;
/** One in so many records ends a chunk. */
const ONE_IN = 8;
/** So many bytes of a record decide. */
const SAMPLES = 64;

/** The length of the chunk that begins at `from`: it ends with a record, if one ends early enough. */
export function chunkAt(content: Content, from: number, { least, most }: Sizes = SIZES): number {
  const rest = content.size - from;
  if (rest <= least) return rest;
  const window = content.read(from, Math.min(most, rest));
  let start = window.lastIndexOf(NEWLINE, least - 1) + 1;
  let last = start;
  for (;;) {
    const end = window.indexOf(NEWLINE, start) + 1;
    if (end === 0) break;
    if (end >= least && endsChunk(window.subarray(start, end))) return end;
    last = end;
    start = end;
  }
  if (window.length === rest) return rest;
  return last >= least ? last : window.length;
}

/** The length of the first record. */
export function recordAt(content: Content, { most }: Sizes = SIZES): number {
  const window = content.read(0, Math.min(most, content.size));
  return window.indexOf(NEWLINE) + 1 || window.length;
}

/** Ends of records are alike: what decides is spread over all of it. */
function endsChunk(record: Buffer): boolean {
  const step = Math.max(1, Math.floor(record.length / SAMPLES));
  let hash = record.length | 0;
  for (let at = 0; at < record.length; at += step) {
    hash = Math.imul(hash ^ (record[at] ?? 0), 0x01000193);
  }
  return ((hash ^ (hash >>> 15)) >>> 0) % ONE_IN === 0;
}
