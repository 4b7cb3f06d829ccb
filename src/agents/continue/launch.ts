/** How the CLI is started on a session. */
import { utimesSync } from "node:fs";
import { SegueError } from "../../errors.ts";
import type { Launch } from "../types.ts";
import { fileOf } from "./files.ts";
import { flags } from "./flags.ts";

export const launch: Launch = {
  command: "cn",
  install: "npm install -g @continuedev/cli",
  versionArgs: ["--version"],
  // It takes no id: of all sessions, it opens the one whose file was changed last.
  resumeArgs({ prompt, args }) {
    if (prompt !== null || bringsPrompt(args)) throw losesHistory();
    return ["--resume", ...args];
  },
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

const VALUED = /^--(?:config|org|rule|mcp|model|prompt|allow|ask|exclude|agent|format|fork)$/;

/** Is a first prompt among these arguments, though not for a run without a screen? */
function bringsPrompt(args: readonly string[]): boolean {
  if (args.includes("-p") || args.includes("--print")) return false;
  return args.some((arg, n) => {
    if (/^--(?:prompt|agent)(?:=|$)/.test(arg)) return true;
    return arg === "--" || (!arg.startsWith("-") && !VALUED.test(args[n - 1] ?? ""));
  });
}

/** Its screen sends the prompt before it has loaded the session, and saves what came of it over that (1.5.47 [run]). */
function losesHistory(): SegueError {
  return new SegueError(
    "refused",
    "Continue would overwrite the session when it starts with a prompt",
    {
      hint: "leave out the prompt, and type it in Continue",
    },
  );
}

/** After `--`, as a prompt may begin with "-". */
function promptArgs(prompt: string | null): string[] {
  return prompt === null ? [] : ["--", prompt];
}
