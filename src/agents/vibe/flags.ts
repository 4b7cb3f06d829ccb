/** The flags of Mistral Vibe 3.0.2, from its `--help`. */
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
    dirs: ["--add-dir <x>"],
    permission: ["--auto-approve, --yolo", "--smart-approve", "--agent <x>"],
    restricts: [
      "--enabled-tools <x>",
      "--disabled-tools <x>",
      "--max-turns <x>",
      "--max-price <x>",
      "--max-tokens <x>",
      "--time-limit <x>",
    ],
    session: ["-c, --continue", "--resume [x]", "--workdir <x>", "--worktree [x]"],
    own: [
      "-p, --prompt [x]",
      "--prompt-file <x>",
      "--output <x>",
      "--output-dir <x>",
      "--trust",
      "--setup",
      "--check-upgrade",
    ],
  },
  grants,
  modes: [
    { args: ["--agent", "ask"], grants: ASK },
    { args: ["--agent", "accept-edits"], grants: EDITS },
    { args: ["--smart-approve"], grants: JUDGED },
    { args: ["--yolo"], grants: ALL },
  ],
  // Aliases that the user gave in config.toml; no flag names one.
  models: { vendors: [], name: () => null },
  dirs: (dirs) => dirs.flatMap((dir) => ["--add-dir", dir]),
};

const AGENTS: { readonly [agent: string]: readonly Grant[] } = {
  ask: ASK,
  plan: READ_ONLY,
  "accept-edits": EDITS,
  "smart-approve": JUDGED,
  "auto-approve": ALL,
};

function grants(uses: readonly Use[]): readonly Grant[] | null {
  if (uses.some(({ name }) => name === "--auto-approve")) return ALL;
  if (uses.some(({ name }) => name === "--smart-approve")) return JUDGED;
  const agent = uses.findLast(({ name }) => name === "--agent")?.values[0];
  return agent === undefined ? null : (AGENTS[agent] ?? null);
}
