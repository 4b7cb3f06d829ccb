/** How Droid is started on a session. */
import type { Launch } from "../types.ts";

export const launch: Launch = {
  command: "droid",
  install: "npm install -g @factory/cli",
  versionArgs: ["--version"],
  // It finds the id in any folder, and works in the session's.
  resumeArgs: ({ id, prompt, args }) => ["--resume", id, ...args, ...promptArgs(prompt)],
  start: { args: ({ prompt, args }) => [...args, ...promptArgs(prompt)] },
};

function promptArgs(prompt: string | null): string[] {
  return prompt === null ? [] : ["--", prompt];
}
