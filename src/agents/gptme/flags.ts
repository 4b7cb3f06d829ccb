/** The flags of gptme 0.35.1, from its `--help`. */
import { ALL, type Flags, type Grant, READ_ONLY, type Use } from "../shared/flags.ts";

/** Which tools the model gets; what they do is asked about. */
const TOOLS = "-t, --tools <x>";

export const flags: Flags = {
  table: {
    model: ["-m, --model <x>"],
    permission: ["-y, --no-confirm", TOOLS],
    restricts: ["--allow-hosts <x>"],
    session: ["-r, --resume", "--name <x>", "-w, --workspace <x>"],
    own: [
      "-n, --non-interactive",
      "--agent-path <x>",
      "--output-format <x>",
      "--system <x>",
      "--agent-profile <x>",
      "--tool-format <x>",
      "--prune-tool-output",
      "--no-prune-tool-output",
      "--stream",
      "--no-stream",
      "--show-hidden",
      "--show-prompt-stats",
      "-v, --verbose",
      "--version-json",
      "--profile",
      "--context-budget <x>",
      "--context <x>",
      "--context-include <x>",
      "--no-workspace",
      "--output-schema <x>",
    ],
  },
  grants,
  modes: [
    { args: ["--tools", "read-only"], grants: READ_ONLY },
    { args: ["--no-confirm"], grants: ALL },
  ],
  models: {
    vendors: ["anthropic", "openai", "google"],
    qualified: true,
    name: ({ vendor, name, alias }) =>
      alias ? null : `${vendor === "google" ? "gemini" : vendor}/${name}`,
  },
};

/** A list of tools may contain some that write; it is not translated to other agents. */
function grants(uses: readonly Use[]): readonly Grant[] | null {
  if (uses.some(({ name }) => name === "--tools")) return READ_ONLY;
  return uses.some(({ name }) => name === "--no-confirm") ? ALL : null;
}
