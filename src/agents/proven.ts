/**
 * The results of the native tests with the agents' real CLIs, as recorded by scripts/support.ts.
 */
import { proven } from "./proven-data.ts";

/**
 * The CLI version that an agent was last proven with, and the date; null if no pair into it passed.
 */
export function provenWith(id: string): { version: string; date: string } | null {
  const passed = proven.pairs.filter(({ to, ok }) => to === id && ok);
  const date = passed
    .map((pair) => pair.date)
    .sort()
    .at(-1);
  const version = proven.versions[id];
  return date === undefined || version === undefined ? null : { version, date };
}

/** For the pairs from or to an agent: how many were tested, and how many passed. */
export function passes(side: "from" | "to", id: string): { tried: number; passed: number } {
  const tried = proven.pairs.filter((pair) => pair[side] === id);
  return { tried: tried.length, passed: tried.filter(({ ok }) => ok).length };
}
