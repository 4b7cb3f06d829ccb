/** The flags of Droid 0.225.2, from its `--help`. Its model is set on its screen, or in a file of settings. */
import { ALL, EDITS, type Flags, type Grant, JUDGED, READ_ONLY } from "../shared/flags.ts";

/** Files; then commands that its model says can be taken back; then all. */
const LEVELS: { [level: string]: readonly Grant[] } = { low: EDITS, medium: JUDGED, high: ALL };

export const flags: Flags = {
  table: {
    permission: ["--auto <low|medium|high>", "--use-spec"],
    restricts: ["--disable-builtin-skills"],
    session: [
      "-r, --resume [x]",
      "--last",
      "--fork <x>",
      "--cwd <x>",
      "-w, --worktree [x]",
      "--worktree-dir <x>",
    ],
    own: ["--settings <x>", "--append-system-prompt <x>", "--append-system-prompt-file <x>"],
  },
  grants(uses) {
    if (uses.some(({ name }) => name === "--use-spec")) return READ_ONLY;
    const level = uses.findLast(({ name }) => name === "--auto")?.values[0];
    return level === undefined ? null : (LEVELS[level] ?? READ_ONLY);
  },
  modes: [
    { args: ["--use-spec"], grants: READ_ONLY },
    ...Object.entries(LEVELS).map(([level, grants]) => ({ args: ["--auto", level], grants })),
  ],
  models: { vendors: [], name: () => null },
};
