/** How Kimi Code is started on a session. */
import type { Launch } from "../types.ts";
import { flags } from "./flags.ts";

export const launch: Launch = {
  command: "kimi",
  title: "kimi-code",
  install: "npm install -g @moonshot-ai/kimi-code",
  versionArgs: ["--version"],
  // Its screen takes no first prompt: with one, it answers it without the screen.
  resumeArgs: ({ id, prompt, args }) => [
    `--session=${id}`,
    ...args,
    ...(prompt === null ? [] : [`--prompt=${prompt}`]),
  ],
  flags,
};
