/**
 * Texts as consecutive bytes: a thread passes them to another without a copy, and none stays a
 * string.
 */
export class Pack {
  #bytes: Buffer<ArrayBuffer>;
  #used = 0;

  constructor(size: number) {
    // Not from the shared buffer pool: all of its memory is transferred.
    this.#bytes = Buffer.allocUnsafeSlow(size);
  }

  get length(): number {
    return this.#used;
  }

  /** Adds a text; returns its size in bytes. */
  add(text: string): number {
    const most = this.#used + 3 * text.length;
    if (most > this.#bytes.length) this.#grow(2 * most);
    const written = this.#bytes.write(text, this.#used);
    this.#used += written;
    return written;
  }

  #grow(size: number): void {
    const larger = Buffer.allocUnsafeSlow(size);
    this.#bytes.copy(larger, 0, 0, this.#used);
    this.#bytes = larger;
  }

  /** Returns what was added. The pack cannot be used after that. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#used);
  }
}
