/** The flags of Cursor's CLI, from cursor.com/docs/cli/reference/parameters as read in November 2026. */
import { ALL, type Flags, READ_ONLY } from "../shared/flags.ts";

export const flags: Flags = {
  table: {
    model: ["--model <x>"],
    // Not its short form: `-f` names a file in other agents, and would permit everything here.
    permission: ["--force", "--yolo", "--mode <plan|ask>", "--plan"],
    session: ["--resume [x]", "--continue"],
    own: [
      "--api-key <x>",
      "-H, --header <x>",
      "-c, --cloud",
      "--approve-mcps",
      "--trust",
      "--sandbox <x>",
      "--workspace <x>",
      "--list-models",
    ],
  },
  grants(uses) {
    if (uses.some(({ name }) => ["--force", "--yolo"].includes(name))) return ALL;
    const mode = uses.findLast(({ name }) => name === "--mode")?.values[0];
    const isPlan = uses.some(({ name }) => name === "--plan") || mode === "plan" || mode === "ask";
    return isPlan ? READ_ONLY : null;
  },
  modes: [
    { grants: READ_ONLY, args: ["--mode", "ask"] },
    { grants: ALL, args: ["--force"] },
  ],
  // Its names are its own: `gpt-5.4-high`, `composer-2.5`.
  models: { vendors: [], name: () => null },
};
