/**
 * What the rows of the text index represent. A row is one kind of text of one entry; its number
 * consists of the document's number and, in the last three bits, the kind. The documents of a block
 * of a session are consecutive: first its title, if that changed there, then its entries. Numbers
 * are dense, because the index stores the distances between them.
 */
import type { CatalogFile } from "./database.ts";
import { KINDS, type Kind } from "./text.ts";

/**
 * The approximate size of a block of a session in bytes: this much is read again to show one of its
 * entries.
 */
export const BLOCK_BYTES = 64 << 10;

/** Where a block is in its session's file; null if the file can only be read as a whole. */
export interface Span {
  offset: number;
  bytes: number;
}

/**
 * A text: its entry, its kind (an index into `KINDS`), and its position in the bytes of its piece.
 * A title is entry 0.
 */
export type Packed = [entry: number, kind: number, from: number, to: number];

/** A block that has been read. */
export interface ReadBlock {
  /** The number of entries before it. */
  entry: number;
  count: number;
  span: Span | null;
  texts: Packed[];
}

export interface Block {
  /** The number of its first document. */
  first: number;
  sid: number;
  entry: number;
  count: number;
  span: Span | null;
}

/** What a row represents. */
export interface Place {
  row: number;
  block: Block;
  entry: number;
  kind: Kind;
}

const KINDS_PER_DOCUMENT = 8;
/** The first number ever used: older sessions get lower ones, newer ones higher ones. */
const START = 2 ** 22;

export function numberOf(kind: Kind): number {
  return KINDS.indexOf(kind);
}

/**
 * SQLite treats integers as such only if they are passed as BigInt: Node converts large numbers to
 * floats.
 */
export function rowOf(document: number, kind = 0): bigint {
  return BigInt(document * KINDS_PER_DOCUMENT + kind);
}

/** The rows of a block, from first to last. */
export function rowsOf({ first, count }: Pick<Block, "first" | "count">): [bigint, bigint] {
  return [rowOf(first), rowOf(first + count, KINDS_PER_DOCUMENT - 1)];
}

/** All stored blocks, by number. */
export class Blocks {
  readonly #all: readonly Block[];
  readonly #bySession = new Map<number, Block[]>();

  constructor(file: CatalogFile) {
    const rows = file.all(
      "SELECT first, sid, entry, count, offset, bytes FROM block ORDER BY first",
    );
    this.#all = rows.map(([first, sid, entry, count, offset, bytes]) => ({
      first: Number(first),
      sid: Number(sid),
      entry: Number(entry),
      count: Number(count),
      span: offset === null ? null : { offset: Number(offset), bytes: Number(bytes) },
    }));
    for (const block of this.#all) {
      const own = this.#bySession.get(block.sid);
      if (own) own.push(block);
      else this.#bySession.set(block.sid, [block]);
    }
  }

  /** undefined for a block that was stored in the meantime. */
  placeOf(row: number): Place | undefined {
    const document = Math.floor(row / KINDS_PER_DOCUMENT);
    const block = this.#all[this.#before(document)];
    const kind = KINDS[row - document * KINDS_PER_DOCUMENT];
    if (!block || !kind || document > block.first + block.count) return undefined;
    const nth = document - block.first;
    return { row, block, kind, entry: nth === 0 ? 0 : block.entry + nth };
  }

  of(sid: number): readonly Block[] {
    return this.#bySession.get(sid) ?? [];
  }

  /** The position of the last block that begins at `document` or before. */
  #before(document: number): number {
    let [low, high] = [0, this.#all.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#all[middle]?.first ?? 0) <= document) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

/** Assigns numbers to blocks: above all existing ones, or below them. */
export class Numbering {
  #low: number;
  #high: number;

  constructor(file: CatalogFile) {
    const [last] = file.all("SELECT first + count + 1 FROM block ORDER BY first DESC LIMIT 1");
    const [lowest] = file.all("SELECT first FROM block ORDER BY first LIMIT 1");
    this.#high = Number(last?.[0] ?? START);
    this.#low = Number(lowest?.[0] ?? START);
  }

  next(count: number, isOld: boolean): number {
    const length = count + 1;
    if (isOld) {
      this.#low -= length;
      return this.#low;
    }
    this.#high += length;
    return this.#high - length;
  }
}

/** A block to be stored; its texts are in the bytes. */
export interface Numbered {
  first: number;
  sid: number;
  block: ReadBlock;
  bytes: Uint8Array;
}

export function isTitled({ texts }: ReadBlock): boolean {
  return texts.some(([entry]) => entry === 0);
}

/** Removes the title from a block that is not stored yet. */
export function untitle(block: ReadBlock): void {
  block.texts = block.texts.filter(([entry]) => entry !== 0);
}

/** Stores a block; it is slow unless blocks come in the order of their numbers. */
export function putBlock(file: CatalogFile, { first, sid, block, bytes }: Numbered): void {
  const { entry, count, span, texts } = block;
  const hasTitle = isTitled(block);
  if (hasTitle) texts.sort(([a], [b]) => a - b);
  for (const [n, kind, from, to] of texts) {
    const row = rowOf(first + (n === 0 ? 0 : n - entry), kind);
    // The index accepts bytes in place of a string.
    file.run("INSERT INTO text (rowid, words) VALUES (?, ?)", row, bytes.subarray(from, to));
  }
  file.run(
    "INSERT INTO block (first, sid, entry, count, offset, bytes, isTitled) VALUES (?, ?, ?, ?, ?, ?, ?)",
    ...[first, sid, entry, count, span?.offset ?? null, span?.bytes ?? null, hasTitle ? 1 : 0],
  );
}

/** Removes a session's blocks from a position in its file on, or all of them. */
export function forgetBlocks(file: CatalogFile, sid: number, from?: number): void {
  const rows = file.all(
    `SELECT first, count FROM block WHERE sid = ? ${from === undefined ? "" : "AND offset >= ?"}`,
    ...(from === undefined ? [sid] : [sid, from]),
  );
  for (const [first, count] of rows) {
    const block = { first: Number(first), count: Number(count) };
    file.run("DELETE FROM text WHERE rowid BETWEEN ? AND ?", ...rowsOf(block));
    file.run("DELETE FROM block WHERE first = ?", block.first);
  }
}

/** Removes a session's title. */
export function forgetTitle(file: CatalogFile, sid: number): void {
  for (const [first] of file.all("SELECT first FROM block WHERE sid = ? AND isTitled", sid)) {
    file.run("DELETE FROM text WHERE rowid = ?", rowOf(Number(first)));
    file.run("UPDATE block SET isTitled = 0 WHERE first = ?", Number(first));
  }
}

/** Removes everything that the index contains about a session. */
export function forgetText(file: CatalogFile, sid: number): void {
  const [known] = file.all("SELECT 1 FROM indexed WHERE sid = ?", sid);
  if (!known) return;
  file.run("DELETE FROM indexed WHERE sid = ?", sid);
  file.run("DELETE FROM used WHERE sid = ?", sid);
  forgetBlocks(file, sid);
}
