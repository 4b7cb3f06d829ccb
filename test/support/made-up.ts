/** Letters that look random and are the same in every run, to put made-up secrets together of. */

const LOWER = "abcdefghijklmnopqrstuvwxyz";
const UPPER = LOWER.toUpperCase();
const DIGITS = "0123456789";

/** Mulberry32: short, and the same everywhere. */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** One per text: what it gives does not depend on what was made before. */
export class MadeUp {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = numbersFrom(seed * 7919 + 17);
  }

  of(letters: string, length: number): string {
    let out = "";
    while (out.length < length) out += letters[Math.floor(this.#next() * letters.length)];
    return out;
  }

  digits = (length: number): string => this.of(DIGITS, length);
  hex = (length: number): string => this.of(`${DIGITS}abcdef`, length);
  lower = (length: number): string => this.of(LOWER, length);
  letters = (length: number): string => this.of(LOWER + UPPER, length);
  upper = (length: number): string => this.of(UPPER + DIGITS, length);
  low = (length: number): string => this.of(LOWER + DIGITS, length);
  base32 = (length: number): string => this.of(`${UPPER}234567`, length);
  word = (length: number): string => this.of(LOWER + UPPER + DIGITS, length);
  slug = (length: number): string =>
    this.of(`${LOWER}${UPPER}${DIGITS}_-`, length - 1) + this.word(1);
  base64 = (length: number): string => this.of(`${LOWER}${UPPER}${DIGITS}+/`, length);
  uuid = (): string => [8, 4, 4, 4, 12].map((length) => this.hex(length)).join("-");
  /** As people and password managers make them. */
  password = (): string => `${this.letters(5)}${this.digits(2)}!${this.word(6)}`;
}
