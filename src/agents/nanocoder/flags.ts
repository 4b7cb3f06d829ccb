/** The flags of Nanocoder 1.30.0, from its `--help`. */
import { ALL, ASK, EDITS, type Flags, type Grant, READ_ONLY } from "../shared/flags.ts";

const MODES: { [mode: string]: readonly Grant[] } = {
  plan: READ_ONLY,
  normal: ASK,
  "auto-accept": EDITS,
  yolo: ALL,
};

export const flags: Flags = {
  table: {
    model: ["--model <x>"],
    permission: ["--mode <normal|auto-accept|yolo|plan>"],
    session: ["-c, --continue", "-r, --resume [x]"],
    own: [
      "--provider <x>",
      "--context-max <x>",
      "--vscode",
      "--vscode-port <x>",
      "--trust-directory",
      "--plain",
      "--no-plain",
      "--alt-screen",
      "--no-alt-screen",
      "--json",
      "--output-format <x>",
      "--acp",
    ],
  },
  grants(uses) {
    const mode = uses.findLast(({ name }) => name === "--mode")?.values[0];
    return mode === undefined ? null : (MODES[mode] ?? READ_ONLY);
  },
  modes: Object.entries(MODES).map(([mode, grants]) => ({ args: ["--mode", mode], grants })),
  // It knows the models that the user gave each provider in agents.config.json, and no others.
  models: { vendors: [], name: () => null },
};
