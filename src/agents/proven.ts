/** What the native tests found, with the agents' real CLIs: scripts/support.ts writes it down. */
import { proven } from "./proven-data.ts";

/** The CLI that an agent was proven with, and when last; null when no pair into it passed. */
export function provenWith(id: string): { version: string; date: string } | null {
  const passed = proven.pairs.filter(({ to, ok }) => to === id && ok);
  const date = passed
    .map((pair) => pair.date)
    .sort()
    .at(-1);
  const version = proven.versions[id];
  return date === undefined || version === undefined ? null : { version, date };
}

/** Of the pairs from or into an agent: how many were tried, how many passed. */
export function passes(side: "from" | "to", id: string): { tried: number; passed: number } {
  const tried = proven.pairs.filter((pair) => pair[side] === id);
  return { tried: tried.length, passed: tried.filter(({ ok }) => ok).length };
}
