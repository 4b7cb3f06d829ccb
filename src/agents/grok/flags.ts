/** The flags of Grok Build 0.2.111, from its `--help`. */
import {
  ALL,
  ASK,
  EDITS,
  type Flags,
  type Grant,
  JUDGED,
  READ_ONLY,
  type Use,
} from "../shared/flags.ts";

export const flags: Flags = {
  table: {
    model: ["-m, --model <x>"],
    effort: ["--reasoning-effort, --effort <x>"],
    permission: ["--always-approve", "--permission-mode <x>"],
    restricts: [
      "--allow, --allowedTools <x>",
      "--deny, --disallowedTools <x>",
      "--disable-web-search",
      "--disallowed-tools <x>",
      "--tools <x>",
      "--sandbox <x>",
      "--no-plan",
      "--no-subagents",
      "--max-turns <x>",
    ],
    session: [
      "-r, --resume [x]",
      "-c, --continue",
      "-s, --session-id <x>",
      "--fork-session",
      "--restore-code",
      "--cwd <x>",
      "-w, --worktree [x]",
      "--worktree-ref, --ref <x>",
    ],
    own: [
      "--agent <x>",
      "--agents <x>",
      "--debug",
      "--debug-file <x>",
      "--experimental-memory",
      "--no-memory",
      "--fullscreen",
      "--json-schema <x>",
      "--leader-socket <x>",
      "--minimal",
      "--no-alt-screen",
      "--oauth",
      "--output-format <x>",
      "-p, --single <x>",
      "--prompt-file <x>",
      "--prompt-json <x>",
      "--rules <x>",
      "--system-prompt-override, --system-prompt <x>",
      "--verbatim",
    ],
  },
  grants,
  modes: [
    { args: ["--permission-mode", "plan"], grants: READ_ONLY },
    { args: ["--permission-mode", "default"], grants: ASK },
    { args: ["--permission-mode", "acceptEdits"], grants: EDITS },
    { args: ["--permission-mode", "auto"], grants: JUDGED },
    { args: ["--always-approve"], grants: ALL },
  ],
  // Names of models that are set up in config.toml, and the vendor's own.
  models: { vendors: [], name: () => null },
};

const MODES: { readonly [mode: string]: readonly Grant[] } = {
  plan: READ_ONLY,
  default: ASK,
  dontAsk: READ_ONLY,
  acceptEdits: EDITS,
  auto: JUDGED,
  bypassPermissions: ALL,
};

function grants(uses: readonly Use[]): readonly Grant[] | null {
  if (uses.some(({ name }) => name === "--always-approve")) return ALL;
  const mode = uses.findLast(({ name }) => name === "--permission-mode")?.values[0];
  return mode === undefined ? null : (MODES[mode] ?? null);
}
