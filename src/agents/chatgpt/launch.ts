/** ChatGPT is a web site: no command starts it. */
import type { Launch } from "../types.ts";

export const launch: Launch = {
  command: null,
  versionArgs: [],
  resumeArgs: ({ args }) => [...args],
};
