/** Puts the files of a session into an archive, each in chunks; those that are there are used again. */
import { createHash } from "node:crypto";
import { fstatSync } from "node:fs";
import { rowsAt } from "../convert/read/open.ts";
import { SegueError } from "../errors.ts";
import { Input } from "../io/input.ts";
import { type Content, chunkAt, recordAt, SIZES, type Sizes } from "./cut.ts";
import { type Chunk, isSame, type Kept, type KeptFile } from "./manifest.ts";
import { digestOf, type Objects } from "./objects.ts";
import type { Piece } from "./whole.ts";

type PutChunk = (sha256: string, bytes: Buffer) => void;

/** What a file consists of. */
export interface Chunked {
  chunks: Chunk[];
  sha256: string;
  /** Does it begin with all that the file was before? */
  continues: boolean;
}

export interface ChunkOptions {
  /** What the file consisted of before; empty for a new one. */
  before: readonly Chunk[];
  /** The first record changes by itself: it is a chunk of its own. */
  headed: boolean;
  sizes?: Sizes;
}

/**
 * Cuts a file as before as far as it has not changed. What is appended becomes a chunk of its own,
 * together with small chunks before it that are not larger: so there are few of them, and each
 * byte is stored again only a few times.
 */
export function chunked(
  content: Content,
  put: PutChunk,
  { before, headed, sizes = SIZES }: ChunkOptions,
): Chunked {
  const cut = new Cutter(content, put, sizes, headed);
  let continues = true;
  for (const old of before) {
    if (cut.take(old)) continue;
    continues = false;
    if (!cut.next()) break;
  }
  cut.joinTail(headed ? 1 : 0);
  while (cut.next());
  return { chunks: cut.chunks, sha256: cut.sha256, continues };
}

class Cutter {
  readonly chunks: Chunk[] = [];
  readonly #content: Content;
  readonly #put: PutChunk;
  readonly #sizes: Sizes;
  readonly #headed: boolean;
  readonly #hash = createHash("sha256");
  #at = 0;
  /** Bytes up to here are part of the digest. */
  #hashed = 0;

  constructor(content: Content, put: PutChunk, sizes: Sizes, headed: boolean) {
    this.#content = content;
    this.#put = put;
    this.#sizes = sizes;
    this.#headed = headed;
  }

  get sha256(): string {
    return this.#hash.copy().digest("hex");
  }

  /** Is this what follows? */
  take(old: Chunk): boolean {
    if (this.#at + old.bytes > this.#content.size) return false;
    const bytes = this.#read(old.bytes);
    if (digestOf(bytes) !== old.sha256) return false;
    this.#add(old, bytes);
    return true;
  }

  /** False at the end. */
  next(): boolean {
    if (this.#at >= this.#content.size) return false;
    const isHead = this.#headed && this.#at === 0;
    const length = isHead
      ? recordAt(this.#content, this.#sizes)
      : chunkAt(this.#content, this.#at, this.#sizes);
    const bytes = this.#read(length);
    this.#add({ sha256: digestOf(bytes), bytes: length }, bytes);
    return true;
  }

  /** Small chunks at the end are cut again together with what follows. */
  joinTail(least: number): void {
    while (this.chunks.length > least) {
      const rest = this.#content.size - this.#at;
      const last = this.chunks.at(-1);
      if (!last || rest === 0 || last.bytes >= this.#sizes.least || last.bytes > rest) return;
      this.chunks.pop();
      this.#at -= last.bytes;
    }
  }

  #read(length: number): Buffer {
    const bytes = this.#content.read(this.#at, length);
    if (bytes.length < length) throw changing();
    return bytes;
  }

  #add(chunk: Chunk, bytes: Buffer): void {
    this.#put(chunk.sha256, bytes);
    this.chunks.push(chunk);
    const end = this.#at + chunk.bytes;
    if (end > this.#hashed) {
      this.#hash.update(bytes.subarray(this.#hashed - this.#at));
      this.#hashed = end;
    }
    this.#at = end;
  }
}

function changing(): SegueError {
  return new SegueError("failed", "it changed while it was read", {
    hint: "what was kept before is still there; the next `segue keep` tries again",
  });
}

/** A file that is always written anew, and changes while it is read, is read again so often. */
const ATTEMPTS = 3;

export class Putter {
  readonly #objects: Objects;
  readonly #before: Kept | null;
  readonly #afresh: boolean;
  /** Bytes from the store, and to the archive. */
  read = 0;
  written = 0;
  /** Places of files of lines that do not begin with what they were before. */
  readonly changed = new Set<string>();

  /** `afresh`: read also what looks unchanged. */
  constructor(objects: Objects, before: Kept | null, afresh: boolean) {
    this.#objects = objects;
    this.#before = before;
    this.#afresh = afresh;
  }

  /** null if it is no longer there. */
  put(piece: Piece): KeptFile | null {
    const before = this.#before?.files.find(({ place }) => place === piece.place) ?? null;
    if (before && !this.#afresh && this.#isCurrent(piece, before)) {
      return { ...before, role: piece.role, name: piece.name };
    }
    return piece.mode === null ? this.#rows(piece, before) : this.#file(piece, before);
  }

  #isCurrent({ mode, state }: Piece, before: KeptFile): boolean {
    if (mode === null || state === null || !isSame(before.state, state)) return false;
    return before.chunks.every(({ sha256 }) => this.#objects.has(sha256));
  }

  #rows(piece: Piece, before: KeptFile | null): KeptFile | null {
    const rows = rowsAt(piece.place);
    const lines = rows?.database.read(rows.path, rows.id) ?? null;
    if (lines === null) return null;
    const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""));
    return this.#keep(piece, before, {
      size: bytes.length,
      read: (offset, length) => bytes.subarray(offset, offset + length),
    });
  }

  #file(piece: Piece, before: KeptFile | null): KeptFile | null {
    for (let n = 1; ; n++) {
      try {
        return this.#fileOnce(piece, before);
      } catch (error) {
        if (isCode(error, "not-found")) return null;
        if (n === ATTEMPTS || !isCode(error, "failed")) throw error;
      }
    }
  }

  #fileOnce(piece: Piece, before: KeptFile | null): KeptFile {
    const input = new Input(piece.place);
    try {
      const opened = fstatSync(input.fd);
      // What is appended from now on is for the next time; a record that is half there, too.
      const grows = isLines(piece.place);
      if (grows) input.settle();
      const file = this.#keep(piece, before, input);
      const now = fstatSync(input.fd);
      const isOther = now.size !== opened.size || now.mtimeMs !== opened.mtimeMs;
      if (grows ? now.size < input.size : isOther) throw changing();
      return file;
    } finally {
      input.close();
    }
  }

  #keep(piece: Piece, before: KeptFile | null, content: Content): KeptFile {
    const put: PutChunk = (sha256, bytes) => {
      this.written += this.#objects.put(sha256, bytes);
    };
    this.read += content.size;
    const options = { before: before?.chunks ?? [], headed: piece.mode === null };
    const { chunks, sha256, continues } = chunked(content, put, options);
    const isShort = before !== null && content.size < before.bytes;
    if (isShort || (isLines(piece.place) && !continues)) this.changed.add(piece.place);
    const { role, place, name, mode } = piece;
    const state = piece.state ?? { mtime: 0, bytes: content.size, inode: 0 };
    return {
      ...{ role, name, place, bytes: content.size, sha256 },
      ...{ mtime: state.mtime, mode, state, chunks },
    };
  }
}

function isCode(error: unknown, kind: "failed" | "not-found"): boolean {
  return error instanceof SegueError && error.kind === kind;
}

/** A file that its agent appends to. */
function isLines(path: string): boolean {
  return path.endsWith(".jsonl");
}
