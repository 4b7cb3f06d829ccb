/** How Auggie is started on a session. */
import type { Launch } from "../types.ts";
import { flags } from "./flags.ts";

export const launch: Launch = {
  command: "auggie",
  install: "npm install -g @augmentcode/auggie",
  versionArgs: ["--version"],
  // It opens any session in any folder, but works in the one that it is started in.
  resumeArgs: ({ id, prompt, args }) => ["--resume", id, ...args, ...promptArgs(prompt)],
  flags,
  start: { args: ({ prompt, args }) => [...args, ...promptArgs(prompt)] },
};

function promptArgs(prompt: string | null): string[] {
  return prompt === null ? [] : [`--instruction=${prompt}`];
}
