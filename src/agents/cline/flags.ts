/** The flags of Cline's CLI 3.0.65, from its `--help`. */
import { ALL, ASK, type Flags, READ_ONLY } from "../shared/flags.ts";

export const flags: Flags = {
  table: {
    model: ["-m, --model <x>"],
    effort: ["--thinking <none|low|medium|high|xhigh>"],
    permission: ["-p, --plan", "--auto-approve <true|false>"],
    session: ["--id <x>", "-c, --cwd <x>", "--worktree", "--config <x>", "--data-dir <x>"],
    own: [
      "--json",
      "--compaction <x>",
      "-i, --tui",
      "-P, --provider <x>",
      "-k, --key <x>",
      "-s, --system <x>",
      "-z, --zen",
      "--retries [x]",
      "-t, --timeout <x>",
      "--acp",
      "--hooks-dir <x>",
      "--update",
      "--kanban",
      "-v, --verbose",
    ],
  },
  grants(uses) {
    if (uses.some(({ name }) => name === "--plan")) return READ_ONLY;
    const approves = uses.findLast(({ name }) => name === "--auto-approve")?.values[0];
    if (approves === undefined) return null;
    return approves === "true" ? ALL : ASK;
  },
  modes: [
    { args: ["--plan"], grants: READ_ONLY },
    { args: ["--auto-approve", "false"], grants: ASK },
    { args: ["--auto-approve", "true"], grants: ALL },
  ],
  // Which names it takes depends on the provider that is set up.
  models: {
    vendors: ["anthropic", "openai", "google", "qwen"],
    name: ({ name, alias }) => (alias ? null : name),
  },
  effort: {
    levels: ["none", "low", "medium", "high", "xhigh"],
    args: (level) => ["--thinking", level],
  },
};
