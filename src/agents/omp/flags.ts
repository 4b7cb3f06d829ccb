/** The flags of oh-my-pi 18.2.3, from its `--help`. */
import { ALL, ASK, EDITS, type Flags, READ_ONLY } from "../shared/flags.ts";

const READING = "read,grep,glob";

const MODES = { "always-ask": ASK, write: EDITS, yolo: ALL } as const;

export const flags: Flags = {
  table: {
    model: ["--model <x>"],
    effort: ["--thinking <x>"],
    dirs: ["--add-dir <x>"],
    // A file of settings, which may hold permissions.
    config: ["--config <x>"],
    permission: ["--approval-mode <x>", "--auto-approve", "--yolo", "--tools <x>"],
    restricts: ["--no-tools", "--no-extensions", "--no-lsp", "--no-pty", "--max-time <x>"],
    session: [
      "-c, --continue",
      "-r, --resume [x]",
      "--fork <x>",
      "--from-claude",
      "--from-codex",
      "--session-dir <x>",
      "--no-session",
      "--cwd <x>",
      "--allow-home",
      "--profile <x>",
      "--alias <x>",
    ],
    own: [
      "--smol <x>",
      "--slow <x>",
      "--plan <x>",
      "--prewalk",
      "--no-prewalk",
      "--prewalk-into <x>",
      "--plan-yolo",
      "--plan-yolo-into <x>",
      "--provider <x>",
      "--api-key <x>",
      "--system-prompt <x>",
      "--append-system-prompt <x>",
      "--mode <x>",
      "-p, --print",
      "--models <x>",
      "--service-tier <x>",
      "--hide-thinking",
      "--advisor",
      "--external-thinking",
      "--hook <x>",
      "-e, --extension <x>",
      "--trusted-extension <x>",
      "--plugin-dir <x>",
      "--no-skills",
      "--skills <x>",
      "--no-rules",
      "--export <x>",
      "--no-title",
      "--print-thoughts",
    ],
  },
  grants(uses) {
    // An allowlist may contain tools that write; it is not translated to other agents.
    if (uses.some(({ name }) => name === "--tools")) return READ_ONLY;
    if (uses.some(({ name }) => name === "--auto-approve" || name === "--yolo")) return ALL;
    const mode = uses.find(({ name }) => name === "--approval-mode")?.values[0];
    return mode === "always-ask" || mode === "write" || mode === "yolo" ? MODES[mode] : null;
  },
  modes: [
    { args: ["--tools", READING], grants: READ_ONLY },
    { args: ["--approval-mode", "always-ask"], grants: ASK },
    { args: ["--approval-mode", "write"], grants: EDITS },
    { args: ["--approval-mode", "yolo"], grants: ALL },
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
  dirs: (dirs) => dirs.flatMap((dir) => ["--add-dir", dir]),
};
