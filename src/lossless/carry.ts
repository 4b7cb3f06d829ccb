/**
 * The carry: what a target's records cannot hold of their source, as a file.
 *
 * Layout: one line of JSON (`CarryHeader`), the carries that it names by their sizes, then blocks
 * of [4 bytes length, big-endian][zstd frame], each containing JSON lines: units in the order of
 * the target's records, and finally one `CarryFooter`. Every block has zstd's own checksum; a file
 * without its footer is truncated.
 */
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { Op } from "./script.ts";

export const CARRY_SCHEMA = "segue/carry@3";
/** Without other carries in it, and without `c` and a second kind of `r`; otherwise the same. */
const OLDER_SCHEMA = "segue/carry@2";

export interface CarryHeader {
  schema: typeof CARRY_SCHEMA | typeof OLDER_SCHEMA;
  source: { agent: string; id: string; path: string | null };
  target: { agent: string; id: string };
}

/** Carries in a carry, so that no way back is lost when a session is converted further. */
export interface Ways {
  /** Other ways back of the same target. */
  others: readonly Carry[];
  /** The source's own ways back, which it gets again when it returns. */
  had: readonly Carry[];
}

/** Sizes of carries, in bytes. */
interface Sizes {
  others?: number[];
  had?: number[];
}

/**
 * A run of target records and the source lines that they represent. Either may be empty: lines with
 * no counterpart, or records with no source (a fork's base).
 */
export interface Unit {
  /** Number of target records. */
  n: number;
  /** Digest of the content of those records. */
  d: string;
  /**
   * 1: the encoder forgot everything before this unit, so that it can be decoded on its own. 2:
   * also what one writer passes on to the next.
   */
  r?: 1 | 2;
  o: Op[];
}

export interface CarryFooter {
  units: number;
  /** Of the source: bytes, SHA-256, and whether the last line lacks its newline. */
  source: { bytes: number; sha256: string; lines: number; open: boolean };
  /** Of the target as it was written. */
  target: { bytes: number; sha256: string; lines: number };
}

const BLOCK_CHARS = 1 << 20;
const COMPRESS = {
  params: {
    [constants.ZSTD_c_compressionLevel]: 3,
    [constants.ZSTD_c_checksumFlag]: 1,
  },
};

export class CarryDamaged extends Error {}

/** Units as text, collected until they fill a block. */
export class UnitTexts {
  #lines: string[] = [];
  #chars = 0;

  get isFull(): boolean {
    return this.#chars >= BLOCK_CHARS;
  }

  /** The unit as parsed from its text. */
  add(unit: Unit): string {
    const line = JSON.stringify(unit);
    this.#lines.push(line);
    this.#chars += line.length;
    return line;
  }

  /** What was collected since the last time. */
  take(): UnitText {
    // Joining even one makes a copy.
    const [only = ""] = this.#lines;
    const text = this.#lines.length < 2 ? only : this.#lines.join("\n");
    const taken = { text, units: this.#lines.length };
    this.#lines = [];
    this.#chars = 0;
    return taken;
  }
}

/** Units, one per line. */
export interface UnitText {
  text: string;
  units: number;
}

/** Encodes a carry: its header, its units in blocks, its footer. */
export class CarryEncoder {
  #units = 0;

  *header(header: CarryHeader, { others, had }: Ways = NO_WAYS): Generator<Buffer> {
    yield headLine(header, { others: others.map(sizeOf), had: had.map(sizeOf) });
    for (const carry of [...others, ...had]) yield* bytesOf(carry);
  }

  block({ text, units }: { text: string | Buffer; units: number }): Buffer {
    this.#units += units;
    return compress(text);
  }

  /** The text of the last block: the remaining units, and the footer. */
  last(footer: Omit<CarryFooter, "units">, { text, units }: UnitText): UnitText {
    const line = JSON.stringify({ ...footer, units: this.#units + units });
    return { text: units === 0 ? line : `${text}\n${line}`, units };
  }
}

const NO_WAYS: Ways = { others: [], had: [] };

function headLine(header: CarryHeader, sizes: { others: number[]; had: number[] }): Buffer {
  const named: Sizes = {};
  if (sizes.others.length > 0) named.others = sizes.others;
  if (sizes.had.length > 0) named.had = sizes.had;
  return Buffer.from(`${JSON.stringify({ ...header, ...named })}\n`);
}

function headOf({ header, had }: Carry): Buffer {
  return headLine(header, { others: [], had: had.map(sizeOf) });
}

/** For a carry within another one, which does not lead elsewhere by itself. */
function sizeOf(carry: Carry): number {
  return carry.had.reduce((sum, had) => sum + sizeOf(had), headOf(carry).length + carry.body.size);
}

function* bytesOf(carry: Carry): Generator<Buffer> {
  yield headOf(carry);
  for (const had of carry.had) yield* bytesOf(had);
  const { body } = carry;
  for (let at = 0; at < body.size; at += BLOCK_CHARS) yield body.read(at, BLOCK_CHARS);
}

function compress(text: string | Buffer): Buffer {
  const frame = zstdCompressSync(text, COMPRESS);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(frame.length);
  return Buffer.concat([length, frame]);
}

/** A source of bytes at any offset, such as an open file. */
export interface ByteSource {
  size: number;
  /** At most `length` bytes from `offset`; fewer only at the end. */
  read(offset: number, length: number): Buffer;
}

/** An opened carry. `units` can be iterated more than once. */
export interface Carry extends Ways {
  header: CarryHeader;
  footer: CarryFooter;
  /** Its blocks. */
  body: ByteSource;
  units(): Generator<Unit>;
}

/**
 * Checks every block, so that damage is detected before anything is written from the carry.
 * @throws CarryDamaged if the bytes are not a complete carry.
 */
export function openCarry(bytes: ByteSource): Carry {
  const { header, sizes, end } = readHeader(bytes);
  let from = end;
  const next = (size: number): Carry => {
    if (from + size > bytes.size) throw new CarryDamaged("it is cut short");
    const carry = openCarry(partOf(bytes, from, size));
    from += size;
    return carry;
  };
  const others = (sizes.others ?? []).map(next);
  const had = (sizes.had ?? []).map(next);
  const blocks = [...blockOffsets(bytes, from)];
  let lines = 0;
  let last: Buffer | undefined;
  for (const block of blocks) {
    last = readBlock(bytes, block);
    lines += countLines(last);
  }
  const footer = parseFooter(last?.toString("utf8", last.lastIndexOf(NEWLINE) + 1));
  if (footer.units !== lines - 1) throw new CarryDamaged("a part of it is missing");
  return {
    header,
    footer,
    others,
    had,
    body: partOf(bytes, from, bytes.size - from),
    *units() {
      let left = footer.units;
      for (const block of blocks) {
        for (const line of readBlock(bytes, block).toString("utf8").split("\n")) {
          if (left-- > 0) yield parseUnit(line);
        }
      }
    },
  };
}

/**
 * The contents of the block at `at`, which should be `size` bytes.
 * @throws CarryDamaged if there is none, or it is incomplete.
 */
export function readBlockAt(bytes: ByteSource, at: number, size: number): Buffer {
  for (const block of blockOffsets(bytes, at)) return readBlock(bytes, block, size);
  throw new CarryDamaged("it is cut short");
}

function partOf(bytes: ByteSource, from: number, size: number): ByteSource {
  return {
    size,
    read: (offset, length) => bytes.read(from + offset, Math.min(length, size - offset)),
  };
}

const NEWLINE = 0x0a;

function countLines(bytes: Buffer): number {
  let lines = 1;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) lines++;
  return lines;
}

function readHeader(bytes: ByteSource): { header: CarryHeader; sizes: Sizes; end: number } {
  const head = bytes.read(0, Math.min(bytes.size, 64 * 1024));
  const end = head.indexOf(NEWLINE);
  const value: unknown = end < 0 ? undefined : tryJson(head.toString("utf8", 0, end));
  if (!isHeader(value)) throw new CarryDamaged("it does not begin with a carry header");
  const { others = [], had = [], ...header } = value;
  if (![...others, ...had].every(isSize)) throw new CarryDamaged("its header is malformed");
  return { header, sizes: { others, had }, end: end + 1 };
}

function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}

function isHeader(value: unknown): value is CarryHeader & Sizes {
  if (typeof value !== "object" || value === null || !("schema" in value)) return false;
  return value.schema === CARRY_SCHEMA || value.schema === OLDER_SCHEMA;
}

interface Block {
  at: number;
  length: number;
}

function* blockOffsets(bytes: ByteSource, from: number): Generator<Block> {
  for (let at = from; at < bytes.size; ) {
    const head = bytes.read(at, 4);
    if (head.length < 4) throw new CarryDamaged("it is cut short");
    const length = head.readUInt32BE();
    if (at + 4 + length > bytes.size) throw new CarryDamaged("it is cut short");
    yield { at: at + 4, length };
    at += 4 + length;
  }
}

const ZSTD_CHUNK = 1 << 16;

/** In the fifth byte of a frame: the frame ends with a checksum. */
const HAS_CHECKSUM = 4;

/** `size`: how many bytes are read into memory at a time, so that none must be moved. */
function readBlock(bytes: ByteSource, { at, length }: Block, size = ZSTD_CHUNK): Buffer {
  try {
    const frame = bytes.read(at, length);
    if (((frame[4] ?? 0) & HAS_CHECKSUM) !== 0)
      return zstdDecompressSync(frame, { chunkSize: Math.max(size + 1, ZSTD_CHUNK) });
  } catch {
    // Reported below.
  }
  throw new CarryDamaged("a block fails its checksum");
}

export function parseUnit(line: string): Unit {
  const unit: unknown = tryJson(line);
  if (isUnit(unit)) return unit;
  throw new CarryDamaged("a unit is malformed");
}

// The block's checksum guarantees the rest of the shape: only this module writes units.
function isUnit(value: unknown): value is Unit {
  return typeof value === "object" && value !== null && "n" in value && "o" in value;
}

function parseFooter(line: string | undefined): CarryFooter {
  const footer: unknown = tryJson(line ?? "");
  if (isFooter(footer)) return footer;
  throw new CarryDamaged("it ends before its footer");
}

function isFooter(value: unknown): value is CarryFooter {
  return typeof value === "object" && value !== null && "units" in value && "source" in value;
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
