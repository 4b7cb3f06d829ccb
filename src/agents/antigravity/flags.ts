/** The flags of Antigravity's CLI that the sources in README.md name; it may have others. */
import type { Flags } from "../shared/flags.ts";

export const flags: Flags = {
  table: {
    session: ["--conversation <x>"],
    own: ["--print <x>"],
  },
  grants: () => null,
  modes: [],
  models: { vendors: [], name: () => null },
};
