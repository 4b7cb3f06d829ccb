/**
 * The flags of Goose 1.52.0, from `goose session --help`; its `run`, which takes a prompt, has them as
 * well. What it does without asking is set in its configuration or by GOOSE_MODE: no flag says it.
 */
import type { Flags } from "../shared/flags.ts";

export const flags: Flags = {
  table: {
    model: ["--model <x>"],
    session: [
      "-r, --resume",
      "--session-id <x>",
      "-n, --name <x>",
      "--path <x>",
      "--fork",
      "--edit",
      "--history",
    ],
    own: [
      "--system <x>",
      "--debug",
      "--max-tool-repetitions <x>",
      "--max-turns <x>",
      "--container <x>",
      "--with-extension <x>",
      "--with-streamable-http-extension <x>",
      "--with-builtin <x>",
      "--no-profile",
      "--provider <x>",
    ],
  },
  grants: () => null,
  modes: [],
  // Which names it takes depends on the provider that is set up.
  models: {
    vendors: ["anthropic", "openai", "google", "qwen"],
    name: ({ name, alias }) => (alias ? null : name),
  },
};
