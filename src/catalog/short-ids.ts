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
  for (const id of all) byBeginning.get(id.slice(0, LEAST))?.add(id);
  return new Map(wanted.map((id) => [id, unique(id, byBeginning.get(id.slice(0, LEAST)))]));
}

function unique(id: string, alike: ReadonlySet<string> = new Set()): string {
  const others = [...alike].filter((other) => other !== id);
  const shared = Math.max(0, ...others.map((other) => sharedBeginning(id, other)));
  return id.slice(0, Math.max(LEAST, shared + 1));
}

function sharedBeginning(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}
