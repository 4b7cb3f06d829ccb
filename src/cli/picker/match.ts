/**
 * Which texts match a query, and which of their letters: each word exactly, or with letters left
 * out.
 */

/** Start and end, in the text's own characters. */
export type Range = readonly [from: number, to: number];

/** The form in which texts are compared. */
export function folded(text: string): string {
  return text.normalize("NFKC").toLowerCase().replace(/\s+/g, " ");
}

export function wordsIn(query: string): string[] {
  return folded(query)
    .split(" ")
    .filter((word) => word !== "");
}

/** With fewer letters, nearly every text would match. */
const LEAST = 3;
/** The maximum number of letters that may be left out between two letters of a word. */
const LEFT_OUT = 3;
/** Longer texts are only searched for exact words. */
const LONGEST = 300;

/**
 * How well the words match: 0 if each occurs exactly in the text, then how many have letters left
 * out; null if one does not match. `text` must be folded.
 */
export function rank(words: readonly string[], text: string): number | null {
  let loose = 0;
  for (const word of words) {
    if (text.includes(word)) continue;
    if (loosely(word, text) === null) return null;
    loose++;
  }
  return loose;
}

/** The letters of `text` that the words match, in order and without overlaps. */
export function matched(words: readonly string[], text: string): Range[] {
  const { form, places } = foldedWithPlaces(text);
  const marked = new Set<number>();
  const mark = (from: number, to: number): void => {
    for (let at = from; at < to; at++) marked.add(places[at] ?? 0);
  };
  for (const word of words) {
    const at = form.indexOf(word);
    if (at >= 0) mark(at, at + word.length);
    else for (const one of loosely(word, form) ?? []) mark(one, one + 1);
  }
  return rangesOf([...marked], text);
}

/** Folding may change the number of letters: `places` has the position that each came from. */
function foldedWithPlaces(text: string): { form: string; places: number[] } {
  let form = "";
  const places: number[] = [];
  let at = 0;
  for (const char of text) {
    const part = folded(char);
    for (let i = 0; i < part.length; i++) places.push(at);
    form += part;
    at += char.length;
  }
  return { form, places };
}

function rangesOf(places: readonly number[], text: string): Range[] {
  const ranges: [number, number][] = [];
  for (const from of places.toSorted((a, b) => a - b)) {
    const to = from + String.fromCodePoint(text.codePointAt(from) ?? 0).length;
    const last = ranges.at(-1);
    if (last && last[1] === from) last[1] = to;
    else ranges.push([from, to]);
  }
  return ranges;
}

/**
 * The positions of the word's letters if some are left out: it begins at the beginning of a word of
 * the text, and each further letter follows within the same word, not far away, or begins another
 * word. So "pymnt" matches "payment", and "fpf" "fix payment form". null if it does not match.
 */
function loosely(word: string, text: string): number[] | null {
  const letters = [...word];
  if (letters.length < LEAST || text.length > LONGEST || !hasInOrder(letters, text)) return null;
  // For each position at which the letters so far can end, the position of the letter before.
  const ways: Map<number, number>[] = [];
  for (const letter of letters) {
    const before = ways.at(-1);
    const now = new Map<number, number>();
    for (let at = text.indexOf(letter); at >= 0; at = text.indexOf(letter, at + 1)) {
      const from = before ? reached(at, before, text) : beginsWord(text, at) ? -1 : null;
      if (from !== null) now.set(at, from);
    }
    if (now.size === 0) return null;
    ways.push(now);
  }
  const places: number[] = [];
  let at = ways.at(-1)?.keys().next().value ?? 0;
  for (const way of ways.toReversed()) {
    places.unshift(at);
    at = way.get(at) ?? -1;
  }
  return places;
}

function hasInOrder(letters: readonly string[], text: string): boolean {
  let at = -1;
  return letters.every((letter) => {
    at = text.indexOf(letter, at + 1);
    return at >= 0;
  });
}

/** The nearest position from which the letter at `at` can continue; null for none. */
function reached(at: number, before: ReadonlyMap<number, number>, text: string): number | null {
  for (let from = at - 1; from >= Math.max(0, at - 1 - LEFT_OUT); from--) {
    if (before.has(from)) return from;
    if (!isInWord(text[from])) break;
  }
  if (!beginsWord(text, at)) return null;
  let nearest: number | null = null;
  for (const from of before.keys()) if (from < at) nearest = from;
  return nearest;
}

function beginsWord(text: string, at: number): boolean {
  return !isInWord(text[at - 1]);
}

function isInWord(char: string | undefined): boolean {
  return char !== undefined && /[\p{L}\p{N}]/u.test(char);
}
