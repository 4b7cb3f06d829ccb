/** The flags of the CLI 1.5.47, from its `--help`. */
import { ALL, ASK, type Flags, READ_ONLY } from "../shared/flags.ts";

export const flags: Flags = {
  table: {
    permission: ["--readonly", "--auto"],
    restricts: ["--ask <x>", "--exclude <x>"],
    session: ["--resume", "--fork <x>"],
    own: [
      "--allow <x>",
      "-p, --print",
      "--format <x>",
      "--silent",
      "--config <x>",
      "--org <x>",
      "--verbose",
      "--rule <x>",
      "--mcp <x>",
      "--model <x>",
      "--prompt <x>",
      "--agent <x>",
      "--beta-status-tool",
      "--beta-subagent-tool",
    ],
  },
  grants(uses) {
    if (uses.some(({ name }) => name === "--readonly")) return READ_ONLY;
    return uses.some(({ name }) => name === "--auto") ? ALL : null;
  },
  modes: [
    { args: ["--readonly"], grants: READ_ONLY },
    { args: [], grants: ASK },
    { args: ["--auto"], grants: ALL },
  ],
  // `--model` adds a model of its hub's, by a slug.
  models: { vendors: [], name: () => null },
};
