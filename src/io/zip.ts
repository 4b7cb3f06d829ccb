/**
 * Reads .zip archives of any size: the list of their files, and one file's content piece by piece.
 * Format: APPNOTE.TXT 6.3.10 of PKWARE, with Zip64.
 */
import { closeSync } from "node:fs";
import { constants, crc32, inflateRawSync } from "node:zlib";
import { Inflate } from "fflate";
import { SegueError } from "../errors.ts";
import { openFile } from "./door.ts";
import { readAt } from "./read-at.ts";

/** A file in an archive. */
export interface Zipped {
  name: string;
  /** Sizes in bytes, compressed and not. */
  packed: number;
  size: number;
  /** 0: stored as it is; 8: deflated. */
  method: number;
  /** Where its local header begins. */
  header: number;
  crc: number;
  isEncrypted: boolean;
}

const [LOCAL, CENTRAL, END, END64, LOCATOR64] = [
  0x04034b50, 0x02014b50, 0x06054b50, 0x06064b50, 0x07064b50,
];
/** A field of this value has its real one in the Zip64 part. */
const ELSEWHERE = 0xffffffff;
const MOST_COMMENT = 0xffff;
/** The list of more files than any export has: a larger one is a trap. */
const MOST_LIST = 256 << 20;

/** Does the file begin like an archive with something in it? */
export function isZip(head: Buffer): boolean {
  return head.length >= 4 && head.readUInt32LE(0) === LOCAL;
}

/** Opens an archive for as long as `work` takes. */
export function inZip<T>(path: string, work: (zip: Zip) => T): T {
  const { fd, size } = openFile(path);
  try {
    return work(new Zip(path, fd, size));
  } finally {
    closeSync(fd);
  }
}

export class Zip {
  readonly #path: string;
  readonly #fd: number;
  readonly #size: number;
  readonly files: readonly Zipped[];

  constructor(path: string, fd: number, size: number) {
    this.#path = path;
    this.#fd = fd;
    this.#size = size;
    this.files = this.#list();
  }

  /** A file's content, piece by piece. @throws SegueError `unreadable` if it is damaged. */
  read(file: Zipped, take: (piece: Uint8Array) => void): void {
    let [size, crc] = [0, 0];
    const counted = (piece: Uint8Array): void => {
      size += piece.length;
      crc = crc32(piece, crc);
      if (size > file.size) throw this.#damaged(file);
      take(piece);
    };
    const inflate = file.method === 8 ? new Inflate(counted) : null;
    this.#packed(file, file.packed, (piece, isLast) => {
      if (inflate) this.#push(file, inflate, piece, isLast);
      else counted(piece);
    });
    if (size !== file.size || crc !== file.crc) throw this.#damaged(file);
  }

  /** The first bytes of a file's content, at least some of `most`. */
  head(file: Zipped, most: number): Buffer {
    const pieces: Buffer[] = [];
    this.#packed(file, Math.min(file.packed, most), (piece) => pieces.push(piece));
    const packed = Buffer.concat(pieces);
    if (file.method !== 8) return packed;
    try {
      const finishFlush = constants.Z_SYNC_FLUSH;
      return inflateRawSync(packed, { finishFlush }).subarray(0, most);
    } catch {
      throw this.#damaged(file);
    }
  }

  #push(file: Zipped, inflate: Inflate, piece: Buffer, isLast: boolean): void {
    try {
      inflate.push(piece, isLast);
    } catch (error) {
      throw error instanceof SegueError ? error : this.#damaged(file);
    }
  }

  #packed(file: Zipped, most: number, take: (piece: Buffer, isLast: boolean) => void): void {
    const { name, method, isEncrypted } = file;
    if (isEncrypted || (method !== 0 && method !== 8)) {
      const how = isEncrypted ? "encrypted" : "compressed in a way that Segue cannot read";
      throw new SegueError("unreadable", `${name} in this archive is ${how}`, {
        where: this.#path,
        hint: "unpack the archive, and name the folder",
      });
    }
    const local = readAt(this.#fd, file.header, 30);
    if (local.length < 30 || local.readUInt32LE(0) !== LOCAL) throw this.#damaged(file);
    const from = file.header + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
    for (let done = 0; done < most || (most === 0 && done === 0); ) {
      const piece = readAt(this.#fd, from + done, Math.min(PIECE, most - done));
      done += piece.length;
      if (piece.length === 0 && most > 0) throw this.#damaged(file);
      take(piece, done === most);
      if (most === 0) return;
    }
  }

  #list(): Zipped[] {
    const { at, size } = this.#directory();
    if (at + size > this.#size || size > MOST_LIST) throw this.#noList();
    const list = readAt(this.#fd, at, size);
    const files: Zipped[] = [];
    for (let here = 0; here + 46 <= list.length; ) {
      if (list.readUInt32LE(here) !== CENTRAL) throw this.#noList();
      const [name, extra, comment] = [28, 30, 32].map((n) => list.readUInt16LE(here + n));
      const [named, more] = [name ?? 0, extra ?? 0];
      files.push(fileAt(list, here, named, more));
      here += 46 + named + more + (comment ?? 0);
    }
    return files;
  }

  /** Where the list of files is, which stands at the archive's end. */
  #directory(): { at: number; size: number } {
    const from = Math.max(0, this.#size - 22 - MOST_COMMENT);
    const tail = readAt(this.#fd, from, this.#size - from);
    for (let n = tail.length - 22; n >= 0; n--) {
      if (tail.readUInt32LE(n) !== END) continue;
      const [size, at] = [tail.readUInt32LE(n + 12), tail.readUInt32LE(n + 16)];
      const is64 = at === ELSEWHERE || size === ELSEWHERE || tail.readUInt16LE(n + 10) === 0xffff;
      return (is64 ? this.#directory64(from + n) : null) ?? { at, size };
    }
    throw this.#noList();
  }

  #directory64(end: number): { at: number; size: number } | null {
    const locator = readAt(this.#fd, Math.max(0, end - 20), 20);
    if (locator.length < 20 || locator.readUInt32LE(0) !== LOCATOR64) return null;
    const record = readAt(this.#fd, Number(locator.readBigUInt64LE(8)), 56);
    if (record.length < 56 || record.readUInt32LE(0) !== END64) return null;
    return {
      size: Number(record.readBigUInt64LE(40)),
      at: Number(record.readBigUInt64LE(48)),
    };
  }

  #noList(): SegueError {
    return new SegueError("unreadable", "this archive is damaged: it has no list of its files", {
      where: this.#path,
      hint: "download the export again",
    });
  }

  #damaged({ name }: Zipped): SegueError {
    return new SegueError("unreadable", `${name} in this archive is damaged`, {
      where: this.#path,
      hint: "download the export again",
    });
  }
}

const PIECE = 256 << 10;

/** The entry of the list that begins here. */
function fileAt(list: Buffer, here: number, name: number, extra: number): Zipped {
  const fields = [24, 20, 42].map((n) => list.readUInt32LE(here + n));
  const more = list.subarray(here + 46 + name, here + 46 + name + extra);
  const [size = 0, packed = 0, header = 0] = with64(fields, more);
  return {
    // Programs for Windows may write backslashes, against the specification.
    name: list.toString("utf8", here + 46, here + 46 + name).replaceAll("\\", "/"),
    ...{ size, packed, header },
    crc: list.readUInt32LE(here + 16),
    method: list.readUInt16LE(here + 10),
    isEncrypted: (list.readUInt16LE(here + 8) & 1) !== 0,
  };
}

/** The Zip64 part holds those fields that have no place in the entry, in this order. */
function with64(fields: readonly number[], extra: Buffer): number[] {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    let from = at + 4;
    return fields.map((field) => {
      if (field !== ELSEWHERE || from + 8 > extra.length) return field;
      from += 8;
      return Number(extra.readBigUInt64LE(from - 8));
    });
  }
  return [...fields];
}
