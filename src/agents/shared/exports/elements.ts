/** The elements of a JSON array in a file of any size, found piece by piece without parsing it. */

/** Where an element is, in bytes from the beginning. */
export interface Span {
  from: number;
  bytes: number;
  /** The file ends before the element does. */
  isTorn?: true;
}

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_LIST, CLOSE_LIST, OPEN, CLOSE] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * The objects in the first array: the document itself, or a member of an object around it. Text
 * between them, such as commas, is skipped.
 */
export class Elements {
  readonly spans: Span[] = [];
  #at = 0;
  /** Open brackets inside the array; -1 before it, and -2 after it. */
  #depth = -1;
  #from = 0;
  #inText = false;
  #isEscaped = false;

  push(piece: Uint8Array): void {
    for (let n = 0; n < piece.length; n++) {
      if (this.#inText) n = this.#text(piece, n);
      else this.#mark(piece[n] ?? COMMA, this.#at + n);
    }
    this.#at += piece.length;
  }

  end(): void {
    if (this.#depth > 0) {
      this.spans.push({ from: this.#from, bytes: this.#at - this.#from, isTorn: true });
    }
    this.#depth = -2;
  }

  /** Skips to the end of the text, or of the piece. */
  #text(piece: Uint8Array, from: number): number {
    for (let n = from; n < piece.length; n++) {
      if (this.#isEscaped) this.#isEscaped = false;
      else if (piece[n] === BACKSLASH) this.#isEscaped = true;
      else if (piece[n] === QUOTE) {
        this.#inText = false;
        return n;
      }
    }
    return piece.length;
  }

  #mark(byte: number, at: number): void {
    if (byte === QUOTE) this.#inText = true;
    else if (this.#depth < 0) {
      if (this.#depth === -1 && byte === OPEN_LIST) this.#depth = 0;
    } else if (byte === OPEN || byte === OPEN_LIST) {
      if (this.#depth === 0) this.#from = at;
      this.#depth++;
    } else if (byte === CLOSE || byte === CLOSE_LIST) this.#close(at);
  }

  #close(at: number): void {
    this.#depth--;
    if (this.#depth === 0) this.spans.push({ from: this.#from, bytes: at + 1 - this.#from });
    // The array's own end.
    if (this.#depth < 0) this.#depth = -2;
  }
}
