/** How Droid is started on a session. */
import type { Launch } from "../types.ts";
import { flags } from "./flags.ts";

export const launch: Launch = {
  command: "droid",
  install: "npm install -g @factory/cli",
  versionArgs: ["--version"],
  // It finds the id in any folder, and works in the session's. A prompt beside it is not sent, without a word.
  resumeArgs: ({ id, args }) => ["--resume", id, ...args],
  resumesUnprompted: true,
  flags,
  headless: {
    by: ["exec"],
    prompts: ["--file", "--input-format"],
    formats: ["--output-format"],
    table: {
      model: ["-m, --model <x>"],
      effort: ["--reasoning-effort <x>"],
      restricts: ["--enabled-tools <x>", "--disabled-tools <x>"],
      session: ["-s, --session-id <x>"],
      own: [
        "--skip-permissions-unsafe",
        "-o, --output-format <x>",
        "--input-format <x>",
        "-f, --file <x>",
        "--list-tools",
      ],
    },
    resumeArgs: ({ id, prompt, args }) => ["exec", "--session-id", id, ...args, "--", prompt],
  },
  // Words after the first that is no option are all of the prompt.
  start: { args: ({ prompt, args }) => [...args, "--", prompt] },
};
