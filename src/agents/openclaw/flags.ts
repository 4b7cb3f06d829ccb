/**
 * The flags of OpenClaw 2026.9.6, from `openclaw tui --help`. What its tools may do is set in its
 * configuration: no flag of its screen says it, nor which model it takes.
 */
import type { Flags } from "../shared/flags.ts";

export const flags: Flags = {
  table: {
    effort: ["--thinking <x>"],
    session: ["--session <x>", "--local", "--message <x>"],
    own: [
      "--deliver",
      "--history-limit <x>",
      "--password <x>",
      "--timeout-ms <x>",
      "--tls-fingerprint <x>",
      "--token <x>",
      "--url <x>",
    ],
  },
  grants: () => null,
  modes: [],
  models: { vendors: [], name: () => null },
  effort: {
    levels: ["off", "minimal", "low", "medium", "high", "xhigh", "max"],
    args: (level) => ["--thinking", level],
  },
};
