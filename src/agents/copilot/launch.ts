/** How to start Copilot CLI with a session. */
import type { Launch } from "../types.ts";
import { flags } from "./flags.ts";

export const launch: Launch = {
  command: "copilot",
  install: "npm install -g @github/copilot",
  versionArgs: ["--version"],
  // With "=", so that neither an id nor a prompt is ever taken for an option. It changes to the
  // session's own folder by itself.
  resumeArgs: ({ id, prompt, args }) => [
    `--resume=${id}`,
    ...args,
    ...(prompt === null ? [] : [`--interactive=${prompt}`]),
  ],
  flags,
  headless: {
    by: ["--prompt"],
    prompts: ["--prompt", "--interactive"],
    formats: ["--output-format"],
    resumeArgs: ({ id, prompt, args }) => [`--resume=${id}`, ...args, `--prompt=${prompt}`],
  },
  start: {
    // "@path" would only name the file in the message; outside the project, it asks before it
    // reads.
    args: ({ prompt, args }) => [...args, `--interactive=${prompt}`],
    place: "project",
  },
};
