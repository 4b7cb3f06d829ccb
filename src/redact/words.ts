/** Finds words in a text, in capital or small letters: all of them in one pass. */
import type { Range } from "./views.ts";

/** What most forms may have before their keyword. */
const BEFORE = 128;

/** A pattern to search for around words. */
export interface Sought {
  /** In small letters, each with at least two. */
  words: readonly string[];
  /** How far after a word it may end. */
  reach: number;
  /** How far before a word it may begin. */
  before?: number;
}

/** What is searched for around one word. */
interface Around<T> {
  word: string;
  all: T[];
}

export class WordFinder<T extends Sought> {
  /** The words that begin with the same pair of letters. */
  readonly #lists: Around<T>[][] = [];
  /**
   * For each pair, the number of its list, from one: at most positions in a text, nothing more is
   * checked.
   */
  readonly #pairs = new Uint16Array(1 << 14);
  /**
   * The third letters of the words in each list: at most of the remaining positions, they do not
   * match.
   */
  readonly #thirds: Uint8Array;

  constructor(all: readonly T[]) {
    const words = all.reduce((sum, one) => sum + one.words.length, 1);
    this.#thirds = new Uint8Array(words << 7);
    for (const sought of all) for (const word of sought.words) this.#add(word, sought);
  }

  #add(word: string, sought: T): void {
    const key = pair(word.charCodeAt(0), word.charCodeAt(1));
    const number = this.#pairs[key] || this.#lists.push([]);
    this.#pairs[key] = number;
    const [third, end] = word.length > 2 ? [word.charCodeAt(2), word.charCodeAt(2) + 1] : [0, 128];
    this.#thirds.fill(1, (number << 7) | third, (number << 7) + end);
    const list = this.#lists[number - 1] ?? [];
    const known = list.find((one) => one.word === word);
    if (known) known.all.push(sought);
    else list.push({ word, all: [sought] });
  }

  /** The stretches of a text in which to search for each; no two of the same overlap. */
  stretches(text: string): Map<T, Range[]> {
    const found = new Map<T, Range[]>();
    const [pairs, thirds] = [this.#pairs, this.#thirds];
    const end = text.length - 2;
    let [last, next] = [folded(text.charCodeAt(0)), folded(text.charCodeAt(1))];
    for (let i = 0; i < end; i++) {
      const third = FOLDED[text.charCodeAt(i + 2)] ?? 0;
      const number = pairs[(last << 7) | next] ?? 0;
      if (number > 0 && thirds[(number << 7) | third] === 1) this.#note(text, i, number, found);
      last = next;
      next = third;
    }
    const number = pairs[(last << 7) | next] ?? 0;
    if (number > 0) this.#note(text, Math.max(0, end), number, found);
    return found;
  }

  #note(text: string, at: number, number: number, found: Map<T, Range[]>): void {
    for (const { word, all } of this.#lists[number - 1] ?? []) {
      if (!standsAt(text, at, word)) continue;
      for (const sought of all) widen(found, sought, text.length, at);
    }
  }
}

function widen<T extends Sought>(found: Map<T, Range[]>, sought: T, length: number, at: number) {
  const { before: ahead = BEFORE, reach } = sought;
  const [start, end] = [Math.max(0, at - ahead), Math.min(length, at + reach)];
  const ranges = found.get(sought) ?? [];
  const before = ranges.at(-1);
  if (before && start <= before.end) before.end = Math.max(before.end, end);
  else ranges.push({ start, end });
  found.set(sought, ranges);
}

function standsAt(text: string, at: number, word: string): boolean {
  if (at + word.length > text.length) return false;
  for (let i = 2; i < word.length; i++) {
    if (folded(text.charCodeAt(at + i)) !== word.charCodeAt(i)) return false;
  }
  return true;
}

function pair(first: number, second: number): number {
  return (first << 7) | second;
}

/** Small letters for capitals; 0 for a character that is not ASCII, and beyond the end. */
const FOLDED = new Uint8Array(1 << 16);
for (let code = 0; code < 128; code++) {
  FOLDED[code] = String.fromCharCode(code).toLowerCase().charCodeAt(0);
}

function folded(code: number): number {
  return FOLDED[code] ?? 0;
}
