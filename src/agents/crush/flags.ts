/** The flags of Crush 0.90, from `crush --help`. Its configuration sets the model. */
import { ALL, type Flags } from "../shared/flags.ts";

export const flags: Flags = {
  table: {
    permission: ["-y, --yolo"],
    session: ["-s, --session <x>", "-C, --continue", "-c, --cwd <x>", "-D, --data-dir <x>"],
    own: ["-d, --debug", "-H, --host <x>"],
  },
  grants: (uses) => (uses.length > 0 ? ALL : null),
  modes: [{ args: ["--yolo"], grants: ALL }],
  models: { vendors: [], name: () => null },
};
