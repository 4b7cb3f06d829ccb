/** Flags of agents on Segue's own command line. */
import { agents } from "../agents/registry.ts";
import { usesOf } from "../convert/flags.ts";

/** A command line's words, sorted. */
export interface Sorted {
  /** For Segue. */
  words: string[];
  /** Flags that agents have, with their values: for the agent that is started. */
  flags: string[];
  /** The first flag that no agent has; null for none. */
  unknown: string | null;
}

/**
 * Sorts words that Segue has no options for. A flag is one that an agent knows by its long name: a
 * short one may mean anything, and what nobody knows may be a mistake.
 */
export function sortFlags(all: readonly string[]): Sorted {
  const sorted: Sorted = { words: [], flags: [], unknown: null };
  for (let i = 0; i < all.length; i++) {
    const word = all[i] ?? "";
    // The parser leaves it where it stands behind a flag that it does not know.
    if (word === "--") continue;
    if (!word.startsWith("-")) {
      sorted.words.push(word);
      continue;
    }
    const own = word.startsWith("--") ? flagAt(all.slice(i)) : null;
    if (own === null) sorted.unknown ??= word;
    sorted.flags.push(...(own ?? [word]));
    i += (own?.length ?? 1) - 1;
  }
  return sorted;
}

/** The flag that the words begin with, with its values, as the first agent reads it that has it. */
function flagAt(words: readonly string[]): readonly string[] | null {
  for (const { launch } of agents) {
    const [use] = launch.flags ? usesOf(words, launch.flags) : [];
    if (use && use.words[0] === words[0]) return use.words;
  }
  return null;
}
