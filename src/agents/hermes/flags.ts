/** The flags of Hermes 0.19.0, from `hermes chat --help`. */
import { ALL, type Flags } from "../shared/flags.ts";

export const flags: Flags = {
  table: {
    model: ["-m, --model <x>"],
    permission: ["--yolo"],
    restricts: ["-t, --toolsets <x>"],
    session: ["-r, --resume <x>", "-c, --continue [x]"],
    own: [
      "-q, --query <x>",
      "--image <x>",
      "-s, --skills <x>",
      "--provider <x>",
      "-v, --verbose",
      "-Q, --quiet",
      "--no-restore-cwd",
      "-w, --worktree",
      "--accept-hooks",
      "--checkpoints",
      "--max-turns <x>",
      "--pass-session-id",
      "--ignore-user-config",
      "--ignore-rules",
      "--safe-mode",
      "--source <x>",
      "--tui",
      "--cli",
      "--dev",
    ],
  },
  grants: (uses) => (uses.some(({ name }) => name === "--yolo") ? ALL : null),
  // Without a flag, its configuration decides whether it asks.
  // What it does without a flag is set in its configuration.
  modes: [{ args: ["--yolo"], grants: ALL }],
  // Which names a provider takes depends on the provider.
  models: { vendors: [], qualified: true, name: () => null },
};
