/** Reading a file of ours while it is being written, in another thread. */
import { closeSync, openSync, readSync } from "node:fs";
import type { ByteSource } from "../lossless/carry.ts";
import { type Line, LineSplitter } from "../lossless/lines.ts";
import { readAt } from "./read-at.ts";

/** Waits for more than `have` bytes and says how many there are: `have` again when there will be no more. */
export type Written = (have: number) => number;

const CHUNK = 1 << 20;

export class Growing implements ByteSource {
  readonly #fd: number;
  readonly #written: Written;
  #size = 0;

  constructor(path: string, written: Written) {
    this.#fd = openSync(path, "r");
    this.#written = written;
  }

  /** Bytes that are known to be there. */
  get size(): number {
    return this.#size;
  }

  /** Does the file have more than `have` bytes? Waits until that is known. */
  hasMore(have: number): boolean {
    if (this.#size <= have) this.#size = this.#written(this.#size);
    return this.#size > have;
  }

  read(offset: number, length: number): Buffer {
    while (this.#size < offset + length && this.hasMore(this.#size)) {}
    return readAt(this.#fd, offset, Math.min(length, this.#size - offset));
  }

  *lines(): Generator<Line> {
    const splitter = new LineSplitter();
    const buffer = Buffer.allocUnsafe(CHUNK);
    for (let at = 0; this.hasMore(at); ) {
      const n = readSync(this.#fd, buffer, 0, Math.min(CHUNK, this.#size - at), at);
      yield* splitter.push(buffer.subarray(0, n));
      at += n;
    }
    const rest = splitter.end();
    if (rest) yield rest;
  }

  close(): void {
    closeSync(this.#fd);
  }
}
