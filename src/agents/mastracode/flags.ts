/**
 * The flags of Mastra Code 0.32.1, from `mastracode --help`. They apply to a run without a screen: the screen
 * takes none, and its settings say what it does without asking.
 */
import { ALL, type Flags, READ_ONLY } from "../shared/flags.ts";

export const flags: Flags = {
  table: {
    model: ["-m, --model <x>"],
    permission: ["--permission-mode <x>"],
    effort: ["--thinking-level <x>"],
    session: [
      "-c, --continue",
      "-t, --thread <x>",
      "--title <x>",
      "--clone-thread",
      "--resource-id <x>",
    ],
    own: [
      "-p, --prompt <x>",
      "--timeout <x>",
      "--max-turns <x>",
      "-o, --output <x>",
      "--mode <x>",
      "--settings <x>",
    ],
  },
  grants: (uses) => {
    const mode = uses.find(({ name }) => name === "--permission-mode")?.values[0];
    return mode === "deny" ? READ_ONLY : mode === "auto" ? ALL : null;
  },
  modes: [],
  models: { vendors: [], qualified: true, name: () => null },
};
