/** Which texts a query means, and which of their letters: each word as it is, or with letters left out. */

/** From where to where, in the text's own characters. */
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

/** With fewer letters, nearly every text would be meant. */
const LEAST = 3;
/** So many letters may be left out between two of a word. */
const LEFT_OUT = 3;
/** Longer texts are only searched for words as they are. */
const LONGEST = 300;

/**
 * How well the words fit: 0 where each stands in the text as it is, then how many have letters left
 * out; null where one is not in it. `text` has to be folded.
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

/** The letters of `text` that the words mean, in order and not overlapping. */
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

/** Letters may have become several, or less: `places` has the character that each came from. */
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
 * Where the letters of the word stand when some are left out: it begins where a word of the text does,
 * and each further letter follows within the same word, not far away, or begins another word. So "pymnt"
 * is "payment", and "fpf" "fix payment form". null where they do not.
 */
function loosely(word: string, text: string): number[] | null {
  const letters = [...word];
  if (letters.length < LEAST || text.length > LONGEST || !hasInOrder(letters, text)) return null;
  // For each place that the letters so far can end at, the place of the letter before.
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

/** The nearest of the places from which the letter at `at` can be gone on to; null for none. */
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
