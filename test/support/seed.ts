/**
 * What generated tests start from: the commit, so that what passed before it landed passes in CI, and
 * the next one tries other cases. `SEGUE_SEED` says another seed, `SEGUE_RUNS=50` tries 50 times as
 * many cases.
 */
import fc from "fast-check";
import { from, seed } from "./commit.ts";

console.log(`generated tests: seed ${seed}, from ${from}`);
fc.configureGlobal({ seed });

/** How many cases a test tries where `n` are enough from day to day. */
export function runs(n: number): number {
  return n * Number(process.env.SEGUE_RUNS ?? 1);
}
