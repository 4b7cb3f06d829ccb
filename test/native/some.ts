/**
 * What of the native matrix is run: everything by hand (`run.ts --full`), before an issue is closed; in
 * CI a part, which the commit chooses, so that it varies and yet repeats.
 */
import { test } from "node:test";
import { seed } from "../support/commit.ts";

export const ALL = process.env.SEGUE_LAB_ALL === "1";

/** One of `n`, of each kind at least one; all of them with `--full`. */
export function some<T>(items: readonly T[], n: number): readonly T[] {
  if (ALL) return items;
  const first = Math.abs(seed) % n;
  const chosen = items.filter((_, at) => at % n === first);
  return chosen.length > 0 ? chosen : items.slice(0, 1);
}

/** As `test` of Node, of which one in `n` is run; all of them with `--full`. */
export function testSome(n: number): (name: string, run: () => Promise<void>) => void {
  let count = 0;
  return (name, run) => {
    if (ALL || count % n === Math.abs(seed) % n) test(name, run);
    count += 1;
  };
}

/** When the parts of the matrix that CI runs were chosen, there were so many agents. */
const AGENTS_THEN = 13;

/** So many times fewer of what grows with the agents, that CI takes about as long however many there are. */
export function share(n: number, agents: number): number {
  return Math.max(n, Math.round((n * agents) / AGENTS_THEN));
}
