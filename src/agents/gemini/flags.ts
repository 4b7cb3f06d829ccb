/** The flags of Gemini CLI 0.61.0, from its `--help`. */
import { approvalModes } from "../shared/approval-modes.ts";
import { ALL, ASK, EDITS, type Flags, type Grant, READ_ONLY } from "../shared/flags.ts";

const MODES: { [mode: string]: readonly Grant[] } = {
  plan: READ_ONLY,
  default: ASK,
  auto_edit: EDITS,
  yolo: ALL,
};

export const flags: Flags = {
  table: {
    model: ["-m, --model <x>"],
    dirs: ["--include-directories <x...>"],
    permission: ["-y, --yolo", "--approval-mode <default|auto_edit|yolo|plan>", "-s, --sandbox"],
    restricts: [
      "--policy <x...>",
      "--admin-policy <x...>",
      "--allowed-mcp-server-names <x...>",
      "-e, --extensions <x...>",
    ],
    session: [
      "-r, --resume [x]",
      "--session-file <x>",
      "--session-id <x>",
      "--list-sessions",
      "--delete-session <x>",
      "-w, --worktree [x]",
    ],
    own: [
      "-d, --debug",
      "-p, --prompt <x>",
      "-i, --prompt-interactive <x>",
      // Trusts the folder's own configuration.
      "--skip-trust",
      "--acp",
      "--experimental-acp",
      "--allowed-tools <x...>",
      "-l, --list-extensions",
      "--screen-reader",
      "-o, --output-format <x>",
      "--raw-output",
      "--accept-raw-output-risk",
    ],
  },
  ...approvalModes(MODES),
  models: { vendors: ["google"], name: ({ name }) => name },
  dirs: (dirs) => dirs.flatMap((dir) => ["--include-directories", dir]),
};
