/** The app opens no session by a command. */
import type { Launch } from "../types.ts";

export const launch: Launch = {
  command: null,
  versionArgs: [],
  resumeArgs: ({ args }) => [...args],
};
