/** The flags of OpenHands 1.16.0, from its `--help`. */
import { ALL, type Flags, JUDGED } from "../shared/flags.ts";

export const flags: Flags = {
  table: {
    permission: ["--always-approve, --yolo", "--llm-approve"],
    session: ["--resume [x]", "--last"],
    own: [
      "-t, --task <x>",
      "-f, --file <x>",
      "--headless",
      "--json",
      "--exit-without-confirmation",
      "--override-with-envs",
      "-v, --version",
    ],
  },
  grants(uses) {
    if (uses.some(({ name }) => name === "--always-approve")) return ALL;
    return uses.some(({ name }) => name === "--llm-approve") ? JUDGED : null;
  },
  // Without a flag, it asks before each action.
  modes: [
    { args: ["--llm-approve"], grants: JUDGED },
    { args: ["--always-approve"], grants: ALL },
  ],
  // The model is a setting.
  models: { vendors: [], name: () => null },
};
