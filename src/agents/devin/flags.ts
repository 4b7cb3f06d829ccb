/** The flags of Devin CLI, from docs.devin.ai/cli/reference/commands and /permissions (read 2026-11-30). */
import { ALL, ASK, EDITS, type Flags } from "../shared/flags.ts";

export const flags: Flags = {
  table: {
    model: ["--model <x>"],
    permission: ["--permission-mode <x>"],
    session: ["-c, --continue", "-r, --resume <x>"],
    own: [
      "-p, --print [x]",
      "--prompt-file <x>",
      "--config <x>",
      "--agent-config <x>",
      "--export [x]",
      "--respect-workspace-trust",
      "--sandbox",
      "--cloud",
    ],
  },
  grants: (uses) => {
    switch (uses.find(({ name }) => name === "--permission-mode")?.values[0]) {
      case "normal":
        return ASK;
      case "accept-edits":
        return EDITS;
      case "bypass":
      case "dangerous":
        return ALL;
      default:
        return null;
    }
  },
  modes: [
    { args: ["--permission-mode", "normal"], grants: ASK },
    { args: ["--permission-mode", "bypass"], grants: ALL },
  ],
  // Its names for models are its own.
  models: { vendors: [], name: () => null },
};
