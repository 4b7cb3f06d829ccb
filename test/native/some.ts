/**
 * What of the native matrix is run: everything by hand (`run.ts --full`), before an issue is closed; in
 * CI a part, which the commit chooses, so that it varies and yet repeats.
 */
import { seed } from "../support/commit.ts";

export const ALL = process.env.SEGUE_LAB_ALL === "1";

/** One of `n`, of each kind at least one; all of them with `--full`. */
export function some<T>(items: readonly T[], n: number): readonly T[] {
  if (ALL) return items;
  const first = Math.abs(seed) % n;
  const chosen = items.filter((_, at) => at % n === first);
  return chosen.length > 0 ? chosen : items.slice(0, 1);
}
