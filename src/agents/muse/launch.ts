/** How Muse Code is started on a session; see README.md. */
import type { Launch } from "../types.ts";

export const launch: Launch = {
  command: "muse",
  versionArgs: ["--version"],
  // It finds the session from any folder, and works in the one that it is started in.
  resumeArgs: ({ id, prompt, args }) => [
    "resume",
    id,
    ...args,
    ...(prompt === null ? [] : [prompt]),
  ],
  start: {
    args: ({ prompt, args }) => [...args, prompt],
  },
};
