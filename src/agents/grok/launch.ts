/** How Grok Build is started on a session. */
import type { Launch } from "../types.ts";
import { flags } from "./flags.ts";

export const launch: Launch = {
  command: "grok",
  versionArgs: ["--version"],
  // It finds a session by its id in any folder.
  resumeArgs: ({ id, prompt, args }) => [
    "--resume",
    id,
    ...args,
    ...(prompt === null ? [] : ["--", prompt]),
  ],
  flags,
  headless: {
    by: ["--single", "--prompt-file", "--prompt-json"],
    prompts: ["--single", "--prompt-file", "--prompt-json"],
    formats: ["--output-format", "--json-schema"],
    resumeArgs: ({ id, prompt, args }) => ["--resume", id, ...args, `--single=${prompt}`],
  },
  start: {
    args: ({ prompt, args }) => [...args, "--", prompt],
  },
};
