/** Reads session files in pieces, without ever changing them. */
import { createHash } from "node:crypto";
import { closeSync, fstatSync, readSync } from "node:fs";
import { fileError } from "../errors.ts";
import type { ByteSource } from "../lossless/carry.ts";
import { trustworthy } from "../lossless/document.ts";
import { type Line, LineSplitter } from "../lossless/lines.ts";
import { openFile } from "./door.ts";
import { expectWork } from "./interrupt.ts";
import { type Progress, tellReading } from "./progress.ts";
import { readAt } from "./read-at.ts";

export type { Progress } from "./progress.ts";

const CHUNK = 1 << 20;
/** A pass over this many bytes takes a noticeable time. */
const LONG = 8 << 20;

/** From byte `start` (0) up to byte `end` (the size). */
interface Span {
  start?: number;
  end?: number;
}

/**
 * A file as it was when it was opened: what is appended later is not seen, and if that happens, a
 * record that was being written is left out; see `settle`.
 */
export class Input implements ByteSource {
  readonly path: string;
  /** The user's name for it; null for stdin. */
  readonly name: string | null;
  /** Segue made these lines from a JSON document: the first one contains its form. */
  readonly framed: boolean;
  readonly #fd: number;
  readonly #progress: Progress | undefined;
  #size: number;
  #isClosed = false;

  /** @throws SegueError if it cannot be read. */
  constructor(path: string, progress?: Progress, name: string | null = path, framed = false) {
    this.path = path;
    this.name = name;
    this.framed = framed;
    this.#progress = progress;
    try {
      const { fd, size } = openFile(path, this.where);
      this.#fd = fd;
      this.#size = size;
      expectWork(size);
    } catch (error) {
      throw fileError(error, this.where, "read the file");
    }
  }

  /** For messages. */
  get where(): string {
    return this.name ?? "stdin";
  }

  get size(): number {
    return this.#size;
  }

  /** For another thread, which reads at its own positions. */
  get fd(): number {
    return this.#fd;
  }

  read(offset: number, length: number): Buffer {
    return readAt(this.#fd, offset, Math.min(length, this.#size - offset));
  }

  /** The bytes in order; each chunk is valid only until the next one is requested. */
  *chunks({ start = 0, end = this.#size }: Span = {}): Generator<Buffer> {
    const buffer = Buffer.allocUnsafe(Math.min(CHUNK, Math.max(end - start, 1)));
    for (let at = start; at < end; ) {
      const n = readSync(this.#fd, buffer, 0, Math.min(buffer.length, end - at), at);
      if (n === 0) return;
      yield buffer.subarray(0, n);
      at += n;
      if (this.#progress) this.#progress(at, end);
      else if (end > LONG) tellReading(at, end);
    }
  }

  /** The lines in order; `tap` sees every chunk before it is split. */
  *lines(options: Span & { tap?: (chunk: Buffer) => void } = {}): Generator<Line> {
    yield* trustworthy(this.#lines(options), this.framed && !options.start);
  }

  *#lines(options: Span & { tap?: (chunk: Buffer) => void }): Generator<Line> {
    const splitter = new LineSplitter();
    for (const chunk of this.chunks(options)) {
      options.tap?.(chunk);
      yield* splitter.push(chunk);
    }
    const rest = splitter.end();
    if (rest) yield rest;
  }

  /** Does the file lack its last newline? */
  get open(): boolean {
    return this.#size > 0 && this.read(this.#size - 1, 1)[0] !== 0x0a;
  }

  /** If the file has grown since it was opened, ends the view at its last complete line. */
  settle(): void {
    if (!this.open || fstatSync(this.#fd).size === this.#size) return;
    for (let end = this.#size; end > 0; ) {
      const from = Math.max(0, end - CHUNK);
      const at = this.read(from, end - from).lastIndexOf(0x0a);
      if (at >= 0) {
        this.#size = from + at + 1;
        return;
      }
      end = from;
    }
    this.#size = 0;
  }

  sha256(end = this.#size): string {
    const hash = createHash("sha256");
    for (const chunk of this.chunks({ end })) hash.update(chunk);
    return hash.digest("hex");
  }

  /** Only once: later, its number may belong to another file. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeSync(this.#fd);
  }
}
