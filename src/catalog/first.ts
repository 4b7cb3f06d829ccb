/** The first `most` items in order, without sorting all of them. */
export function firstOf<T>(
  items: readonly T[],
  most: number,
  compare: (a: T, b: T) => number,
): T[] {
  if (most * 4 > items.length) return items.toSorted(compare).slice(0, most);
  const first: T[] = [];
  for (const item of items) {
    const last = first.at(-1);
    if (first.length === most && last !== undefined && compare(item, last) >= 0) continue;
    let at = first.length;
    while (at > 0 && compare(item, first[at - 1] ?? item) < 0) at--;
    first.splice(at, 0, item);
    if (first.length > most) first.pop();
  }
  return first;
}
