/** Agents' flags on Segue's own command line. */
import { agents } from "../agents/registry.ts";
import type { Agent } from "../agents/types.ts";
import { flagNamed } from "../convert/flags.ts";

/** The words of a command line, sorted by recipient. */
export interface Sorted {
  /** Words for Segue. */
  words: string[];
  /** Flags that agents have, each with its value: for the agent that is started. */
  flags: string[][];
  /** The first flag that cannot be passed on, and why; null for none. */
  refused: Refused | null;
}

export interface Refused {
  flag: string;
  /** `session`: Segue itself chooses the session. `value`: it needs a value. */
  why: "unknown" | "session" | "value";
}

/**
 * Sorts the words that are not options of Segue. Only flags that an agent knows by their long names
 * are passed on: a short flag could mean anything, and an unknown one may be a typo. A flag takes
 * the next word only if it requires a value, and only one word: the words after it may be Segue's.
 * @param named the agents that are known to be concerned; all agents if that is not known yet
 */
export function sortFlags(all: readonly string[], named: readonly Agent[]): Sorted {
  const sorted: Sorted = { words: [], flags: [], refused: null };
  const among = named.length > 0 ? named : agents;
  for (let i = 0; i < all.length; i++) {
    const word = all[i] ?? "";
    // The parser leaves it in place if it follows an unknown flag.
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

/** The flag at this position with its value, or the reason why there is none. */
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

/** The first flag that none of these agents has; null for none. */
export function foreignFlag(flags: readonly string[][], among: readonly Agent[]): Refused | null {
  for (const [word = ""] of flags) {
    const [name = ""] = word.split("=", 1);
    if (!flagOf(name, among)) return { flag: name, why: "unknown" };
  }
  return null;
}
