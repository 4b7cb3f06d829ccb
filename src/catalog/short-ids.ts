/** Ids that are as short as possible. */

/** Fewer characters would soon match another session, too. */
const LEAST = 8;

/**
 * For each of `wanted`, the shortest prefix of eight or more characters that no other id of `all`
 * has.
 */
export function shortened(wanted: readonly string[], all: readonly string[]): Map<string, string> {
  const byBeginning = new Map<string, Set<string>>();
  for (const id of wanted) byBeginning.set(id.slice(0, LEAST), new Set());
  for (const id of [...all, ...wanted]) byBeginning.get(id.slice(0, LEAST))?.add(id);
  const short = new Map<string, string>();
  for (const alike of byBeginning.values()) shortenAll([...alike].sort(), short);
  return new Map(wanted.map((id) => [id, short.get(id) ?? id]));
}

/**
 * Of sorted ids, each has the longest beginning in common with one of its neighbours. Comparing all
 * of them would be quadratic: every id of Kimi Code begins with `session_`.
 */
function shortenAll(sorted: readonly string[], short: Map<string, string>): void {
  let before = 0;
  for (const [at, id] of sorted.entries()) {
    const after = sharedBeginning(id, sorted[at + 1] ?? "");
    short.set(id, id.slice(0, Math.max(LEAST, before + 1, after + 1)));
    before = after;
  }
}

function sharedBeginning(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}
