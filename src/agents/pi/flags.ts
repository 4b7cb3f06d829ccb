/**
 * The flags of Pi 1.5.2, from its `--help`. Pi never asks: it may do everything, or is given fewer
 * tools.
 */
import { ALL, type Flags, READ_ONLY } from "../shared/flags.ts";

const READING = "read,grep,find,ls";

export const flags: Flags = {
  table: {
    model: ["--model <x>"],
    effort: ["--thinking <x>"],
    permission: ["-t, --tools <x>", "--no-mcp"],
    restricts: [
      "-nt, --no-tools",
      "-nbt, --no-builtin-tools",
      "-xt, --exclude-tools <x>",
      "-ne, --no-extensions",
      "-na, --no-approve",
    ],
    session: [
      "-c, --continue",
      "-r, --resume",
      "--session <x>",
      "--session-id <x>",
      "--fork <x>",
      "--session-dir <x>",
      "--no-session",
    ],
    own: [
      "--provider <x>",
      "--api-key <x>",
      "--system-prompt <x>",
      "--append-system-prompt <x>",
      "--mode <x>",
      "-p, --print",
      "-n, --name <x>",
      "--models <x>",
      "-e, --extension <x>",
      "--skill <x>",
      "-ns, --no-skills",
      "--prompt-template <x>",
      "-np, --no-prompt-templates",
      "--theme <x>",
      "--use-theme <x>",
      "--no-themes",
      "-nc, --no-context-files",
      "--export <x>",
      "--list-models [x]",
      "--verbose",
      "--tui-mode <x>",
      // Trusts the project's own files; grants no tool.
      "-a, --approve",
      "--offline",
    ],
  },
  grants(uses) {
    // An allowlist may contain tools that write; it is not translated to other agents.
    return uses.some(({ name }) => name === "--tools" || name === "--no-mcp") ? READ_ONLY : null;
  },
  modes: [
    { args: ["--tools", READING, "--no-mcp"], grants: READ_ONLY },
    { args: [], grants: ALL },
  ],
  models: {
    vendors: ["anthropic", "openai", "google", "qwen"],
    qualified: true,
    name: ({ name }) => name,
  },
  effort: {
    levels: ["off", "minimal", "low", "medium", "high", "xhigh", "max"],
    args: (level) => ["--thinking", level],
  },
  // It can reach every folder anyway.
  dirs: () => [],
};
