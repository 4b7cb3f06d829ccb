/** The flags of Kimi CLI 1.51.0, from its `--help`. */
import { ALL, ASK, type Flags, type Grant, READ_ONLY, type Use } from "../shared/flags.ts";

export const flags: Flags = {
  table: {
    model: ["-m, --model <x>"],
    dirs: ["--add-dir <x>"],
    permission: ["-y, --yolo, --yes, --auto-approve", "--afk", "--plan"],
    session: ["-S, -r, --session, --resume [x]", "-C, --continue"],
    // Settings in TOML or JSON; none of them is translated.
    config: ["--config <x>"],
    own: [
      "-w, --work-dir <x>",
      "--verbose",
      "--debug",
      "--config-file <x>",
      "--thinking",
      "--no-thinking",
      "-p, -c, --prompt, --command <x>",
      "--print",
      "--acp",
      "--wire",
      "--input-format <x>",
      "--output-format <x>",
      "--final-message-only",
      "--quiet",
      "--agent <x>",
      "--agent-file <x>",
      "--mcp-config-file <x>",
      "--mcp-config <x>",
      "--skills-dir <x>",
      "--max-steps-per-turn <x>",
      "--max-retries-per-step <x>",
      "--max-ralph-iterations <x>",
    ],
  },
  grants,
  modes: [
    { args: ["--plan"], grants: READ_ONLY },
    { args: ["--yolo"], grants: ALL },
  ],
  // Aliases that the user gave in config.toml, and no names of models.
  models: { vendors: [], name: () => null },
  dirs: (dirs) => dirs.flatMap((dir) => ["--add-dir", dir]),
};

function grants(uses: readonly Use[]): readonly Grant[] | null {
  if (uses.length === 0) return null;
  const has = (flag: string): boolean => uses.some(({ name }) => name === flag);
  if (has("--plan")) return READ_ONLY;
  return has("--yolo") || has("--afk") ? ALL : ASK;
}
