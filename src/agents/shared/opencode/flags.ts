/**
 * The flags of OpenCode 1.18.33 and of its fork Kilo CLI 7.7.7, from their `--help`. Only their
 * configuration sets what they ask before doing: the flags can only tell them not to ask.
 */
import { ALL, type Flags } from "../flags.ts";

export function opencodeFlags(session: readonly string[]): Flags {
  return {
    table: {
      model: ["-m, --model <x>"],
      permission: ["--auto"],
      restricts: ["--agent <x>", "--pure"],
      session: ["-c, --continue", "-s, --session <x>", "--fork", ...session],
      own: [
        "--print-logs",
        "--log-level <x>",
        "--port <x>",
        "--hostname <x>",
        "--mdns",
        "--mdns-domain <x>",
        "--cors <x...>",
        "--prompt <x>",
        "--mini",
        "--no-replay",
        "--replay-limit <x>",
      ],
    },
    grants: (uses) => (uses.length > 0 ? ALL : null),
    modes: [{ args: ["--auto"], grants: ALL }],
    models: {
      vendors: ["anthropic", "openai", "google"],
      qualified: true,
      name: ({ vendor, name, alias }) => (alias ? null : `${vendor}/${name}`),
    },
  };
}
