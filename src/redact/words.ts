/** Where words stand in a text, in capital letters or small ones: all of them in one pass. */
import type { Range } from "./views.ts";

/** What most forms may have before the word that they are looked for by. */
const BEFORE = 128;

/** Something to look for around words. */
export interface Sought {
  /** In small letters, two at least each. */
  words: readonly string[];
  /** How far behind a word it may end. */
  reach: number;
  /** How far before a word it may begin. */
  before?: number;
}

export class WordFinder<T extends Sought> {
  readonly #bySound = new Map<number, { word: string; all: T[] }[]>();
  /** Which pairs of letters a word begins with: of most places in a text, nothing more is looked at. */
  readonly #pairs = new Uint8Array(1 << 14);

  constructor(all: readonly T[]) {
    for (const sought of all) for (const word of sought.words) this.#add(word, sought);
  }

  #add(word: string, sought: T): void {
    const key = pair(word.charCodeAt(0), word.charCodeAt(1));
    this.#pairs[key] = 1;
    const same = this.#bySound.get(key) ?? [];
    const known = same.find((one) => one.word === word);
    if (known) known.all.push(sought);
    else same.push({ word, all: [sought] });
    this.#bySound.set(key, same);
  }

  /** The stretches of a text to look for each in; no two of the same overlap. */
  stretches(text: string): Map<T, Range[]> {
    const found = new Map<T, Range[]>();
    let last = folded(text.charCodeAt(0));
    for (let i = 0; i + 1 < text.length; i++) {
      const next = folded(text.charCodeAt(i + 1));
      const key = (last << 7) | next;
      last = next;
      if (this.#pairs[key] === 1) this.#note(text, i, key, found);
    }
    return found;
  }

  #note(text: string, at: number, key: number, found: Map<T, Range[]>): void {
    for (const { word, all } of this.#bySound.get(key) ?? []) {
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

/** Small letters; 0 for what is not ASCII. */
function folded(code: number): number {
  if (code >= 128) return 0;
  return code >= 65 && code <= 90 ? code + 32 : code;
}
