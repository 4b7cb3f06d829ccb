/** The flags of Kimi Code 2.1.0, from its `--help`. */
import { ALL, ASK, type Flags, type Grant, READ_ONLY, type Use } from "../shared/flags.ts";

export const flags: Flags = {
  table: {
    model: ["-m, --model <x>"],
    dirs: ["--add-dir <x>"],
    permission: ["-y, --yolo", "--auto", "--plan"],
    session: ["-S, -r, --session, --resume [x]", "-c, --continue"],
    own: [
      "-p, --prompt <x>",
      "--output-format <x>",
      "--skills-dir <x>",
      "--agent <x>",
      "--agent-file <x>",
    ],
  },
  grants,
  modes: [
    { args: ["--plan"], grants: READ_ONLY },
    { args: ["--auto"], grants: ALL },
  ],
  // Aliases that the user gave in config.toml, and no names of models.
  models: { vendors: [], name: () => null },
  dirs: (dirs) => dirs.flatMap((dir) => ["--add-dir", dir]),
};

function grants(uses: readonly Use[]): readonly Grant[] | null {
  if (uses.length === 0) return null;
  const has = (flag: string): boolean => uses.some(({ name }) => name === flag);
  if (has("--plan")) return READ_ONLY;
  if (has("--auto")) return ALL;
  return has("--yolo") ? ["edit", "run"] : ASK;
}
