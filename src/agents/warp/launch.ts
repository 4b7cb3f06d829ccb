/** How Warp is started: a terminal with a window of its own. */
import type { Launch } from "../types.ts";

export const launch: Launch = {
  command: null,
  versionArgs: [],
  resumeArgs: ({ args }) => [...args],
};
