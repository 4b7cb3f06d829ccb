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
  start: {
    args: ({ prompt, args }) => [...args, "--", prompt],
  },
};
