/** How Windsurf is started: an editor, whose command opens folders and no session. */
import type { Launch } from "../types.ts";

export const launch: Launch = {
  command: null,
  versionArgs: [],
  resumeArgs: ({ args }) => [...args],
};
