/** How to start oh-my-pi with a session. */
import type { Launch } from "../types.ts";
import { flags } from "./flags.ts";

export const launch: Launch = {
  command: "omp",
  install: "bun install -g @oh-my-pi/pi-coding-agent",
  versionArgs: ["--version"],
  // By path: an id is looked up as a prefix. Either way it goes to the folder that the header names.
  resumeArgs: ({ path, prompt, args }) => ["--resume", path, ...args, ...promptArgs(prompt)],
  opensPaths: true,
  flags,
  headless: {
    by: ["--print", "--mode"],
    formats: ["--mode"],
    unstored: ["--no-session"],
    resumeArgs: ({ path, prompt, args }) => [
      "--print",
      "--resume",
      path,
      ...args,
      ...promptArgs(prompt),
    ],
  },
  start: {
    // Not with `@file`: it would then read every file that the document mentions with "@", too.
    args: ({ prompt, args }) => [...args, ...promptArgs(prompt)],
  },
};

/** Before "--", "-" would be an option and "@" a file to attach. */
function promptArgs(prompt: string | null): string[] {
  return prompt === null ? [] : ["--", prompt];
}
