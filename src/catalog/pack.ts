/** Texts as bytes, one after the other: a thread gives them to another without a copy, and none stays a string. */
export class Pack {
  #bytes: Buffer<ArrayBuffer>;
  #used = 0;

  constructor(size: number) {
    // Not out of the pool that buffers share: all of its memory is given away.
    this.#bytes = Buffer.allocUnsafeSlow(size);
  }

  get length(): number {
    return this.#used;
  }

  /** Adds a text; gives the number of its bytes. */
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

  /** What was added. It is done with thereafter. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#used);
  }
}
