/** How Amp is started. It opens threads of its servers only. */
import type { Launch } from "../types.ts";

export const launch: Launch = {
  command: "amp",
  install: "npm install -g @sourcegraph/amp",
  versionArgs: ["--version"],
  resumeArgs: ({ id, args }) => ["threads", "continue", id, ...args],
  resumesUnprompted: true,
  hindrance: () => ({
    why: "is in a local store that Amp no longer reads",
    how: "open it in another agent (--in), or try `amp threads continue` with its id: Amp uploaded threads to its servers",
  }),
  start: { args: ({ prompt, args }) => [...args, "--", prompt] },
};
