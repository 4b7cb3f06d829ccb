/** Suggests known words for an unknown one. */

/**
 * Names with nearly the same spelling as the word, or that begin with it; the most likely first,
 * three at most.
 */
export function alike(word: string, names: readonly string[]): string[] {
  const wanted = word.toLowerCase();
  return [...new Set(names)]
    .map((name) => ({ name, distance: distance(name, wanted) }))
    .filter(({ name, distance }) => isAlike(wanted, name, distance))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ name }) => name);
}

/** "did you mean codex or copilot?"; null if no name is similar. */
export function didYouMean(word: string, names: readonly string[]): string | null {
  const [last, ...others] = alike(word, names).toReversed();
  if (last === undefined) return null;
  const before = others.toReversed().join(", ");
  return `did you mean ${before === "" ? last : `${before} or ${last}`}?`;
}

/** One letter in three may be wrong. Short names are similar to nearly everything: cc, gh. */
function isAlike(word: string, name: string, distance: number): boolean {
  if (word.length >= 3 && name.startsWith(word)) return true;
  const shorter = Math.min(word.length, name.length);
  return shorter < 3 ? false : distance <= Math.max(1, Math.floor(shorter / 3));
}

/** The number of letters that are wrong, missing, extra, or swapped with the next. */
export function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = isSwapped ? (before[j - 2] ?? 0) + 1 : replace;
      next.push(Math.min(replace, swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
