/** How the CLI is started on a session. */
import { utimesSync } from "node:fs";
import type { Launch } from "../types.ts";
import { fileOf } from "./files.ts";
import { flags } from "./flags.ts";

export const launch: Launch = {
  command: "cn",
  install: "npm install -g @continuedev/cli",
  versionArgs: ["--version"],
  // It takes no id: of all sessions, it opens the one whose file was changed last.
  resumeArgs: ({ prompt, args }) => ["--resume", ...args, ...promptArgs(prompt)],
  prepare: ({ path }) => makeNewest(fileOf(path)),
  flags,
  start: { args: ({ prompt, args }) => [...args, ...promptArgs(prompt)] },
};

/** How long the CLI may take until it looks for the newest file, in milliseconds. */
const AHEAD_MS = 10_000;

/**
 * Makes this the session that the CLI opens. A little ahead of the clock, so that it stays the newest
 * though another session is saved before the CLI has looked; opening it sets the time right.
 */
function makeNewest(file: string): void {
  const time = new Date(Date.now() + AHEAD_MS);
  utimesSync(file, time, time);
}

/** After `--`, as a prompt may begin with "-". */
function promptArgs(prompt: string | null): string[] {
  return prompt === null ? [] : ["--", prompt];
}
