/** The flags of Qoder CLI 1.1.52, from its `--help`; modes also from docs.qoder.com/cli/permissions. */
import { ALL, ASK, EDITS, type Flags, type Grant, JUDGED, READ_ONLY } from "../shared/flags.ts";

const MODES: { [mode: string]: readonly Grant[] } = {
  // Refuses what would ask.
  dont_ask: READ_ONLY,
  // Still accepted: the default, in the state of planning.
  plan: READ_ONLY,
  default: ASK,
  accept_edits: EDITS,
  auto: JUDGED,
  bypass_permissions: ALL,
};

export const flags: Flags = {
  table: {
    model: ["-m, --model <x>"],
    effort: ["--reasoning-effort <x>"],
    dirs: ["--add-dir <x>"],
    permission: [
      "--permission-mode <default|accept_edits|bypass_permissions|dont_ask|auto|plan>",
      "--dangerously-skip-permissions",
      "--yolo",
    ],
    restricts: [
      "--allowed-mcp-server-names <x>",
      "--tools <x...>",
      "--disallowed-tools <x>",
      "--strict-mcp-config",
      "--setting-sources <x>",
      "--settings <x>",
    ],
    session: [
      "-c, --continue",
      "-r, --resume [x]",
      "--fork-session",
      "--session-id <x>",
      "--remote [x]",
      "--remote-session <x>",
      "--remote-control <x>",
      "--teleport <x>",
      "--list-sessions",
      "--delete-session <x>",
      "--no-session-persistence",
      "-w, --cwd <x>",
      "--worktree [x]",
    ],
    own: [
      "-d, --debug",
      "--thinking <x>",
      "--thinking-budget <x>",
      "--context-window <x>",
      "--list-models",
      "-i, --prompt-interactive <x>",
      "--config-dir <x>",
      "--allowed-tools <x>",
      "--attachment <x>",
      "--plugin-dir <x>",
      "-n, --name <x>",
      "-o, --output-format <x>",
      "--input-format <x>",
      "--max-output-tokens <x>",
      "-p, --print",
      "--agent <x>",
      "--agents <x>",
      "--append-system-prompt <x>",
      "--system-prompt <x>",
      "--output-style <x>",
      "--max-model-request-retries <x>",
      "--mcp-config <x>",
    ],
  },
  grants(uses) {
    const all = ["--dangerously-skip-permissions", "--yolo"];
    if (uses.some(({ name }) => all.includes(name))) return ALL;
    const mode = uses.findLast(({ name }) => name === "--permission-mode")?.values[0];
    return mode === undefined ? null : (MODES[mode] ?? READ_ONLY);
  },
  modes: ["dont_ask", "default", "accept_edits", "auto", "bypass_permissions"].map((mode) => ({
    args: ["--permission-mode", mode],
    grants: MODES[mode] ?? READ_ONLY,
  })),
  // Its models are Qoder's own tiers, and what the user added.
  models: { vendors: [], name: () => null },
  effort: {
    levels: ["low", "medium", "high"],
    args: (level) => ["--reasoning-effort", level],
  },
  dirs: (dirs) => dirs.flatMap((dir) => ["--add-dir", dir]),
};
