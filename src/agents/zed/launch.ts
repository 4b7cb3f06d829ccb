/** How Zed is started: an editor, which opens a folder. */
import type { Launch } from "../types.ts";

export const launch: Launch = {
  command: "zed",
  install: "curl -f https://zed.dev/install.sh | sh",
  versionArgs: ["--version"],
  // It is started in the session's folder. The thread is in the agent panel's history.
  resumeArgs: ({ args }) => [".", ...args],
  resumesUnprompted: true,
};
