/** Flags of agents on Segue's own command line. */
import { agents } from "../agents/registry.ts";
import type { Agent } from "../agents/types.ts";
import { flagNamed } from "../convert/flags.ts";

/** A command line's words, sorted. */
export interface Sorted {
  /** For Segue. */
  words: string[];
  /** Flags that agents have, each with its value: for the agent that is started. */
  flags: string[][];
  /** The first flag that cannot be passed on, and why; null for none. */
  refused: Refused | null;
}

export interface Refused {
  flag: string;
  /** `session`: Segue says which session it is. `value`: it needs one. */
  why: "unknown" | "session" | "value";
}

/**
 * Sorts words that Segue has no options for. A flag is one that an agent knows by its long name: a
 * short one may mean anything, and what nobody knows may be a mistake. It takes the next word only where it
 * must have a value, and one word only: what follows may be Segue's.
 * @param named the agents that are known to be concerned; all of them where that is not known yet
 */
export function sortFlags(all: readonly string[], named: readonly Agent[]): Sorted {
  const sorted: Sorted = { words: [], flags: [], refused: null };
  const among = named.length > 0 ? named : agents;
  for (let i = 0; i < all.length; i++) {
    const word = all[i] ?? "";
    // The parser leaves it where it stands behind a flag that it does not know.
    if (word === "--") continue;
    if (!word.startsWith("-")) {
      sorted.words.push(word);
      continue;
    }
    const taken = flagAt(all, i, among);
    if (Array.isArray(taken)) {
      sorted.flags.push(taken);
      i += taken.length - 1;
    } else sorted.refused ??= taken;
  }
  return sorted;
}

/** The flag at this place with its value, or why there is none. */
function flagAt(all: readonly string[], i: number, among: readonly Agent[]): string[] | Refused {
  const word = all[i] ?? "";
  const [name = ""] = word.split("=", 1);
  const flag = word.startsWith("--") ? flagOf(name, among) : undefined;
  if (!flag) return { flag: word, why: "unknown" };
  if (flag.about === "session") return { flag: name, why: "session" };
  if (name !== word || (flag.arity !== "one" && flag.arity !== "many")) return [word];
  const value = all[i + 1];
  if (value === undefined || value.startsWith("-")) return { flag: name, why: "value" };
  return [word, value];
}

function flagOf(name: string, among: readonly Agent[]): ReturnType<typeof flagNamed> {
  for (const { launch } of among) {
    const flag = launch.flags ? flagNamed(name, launch.flags) : undefined;
    if (flag) return flag;
  }
  return undefined;
}

/** The first of the flags that none of these agents has; null for none. */
export function foreignFlag(flags: readonly string[][], among: readonly Agent[]): Refused | null {
  for (const [word = ""] of flags) {
    const [name = ""] = word.split("=", 1);
    if (!flagOf(name, among)) return { flag: name, why: "unknown" };
  }
  return null;
}
