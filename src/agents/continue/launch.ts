/** How the CLI is started on a session. */
import { utimesSync } from "node:fs";
import { SegueError } from "../../errors.ts";
import { lastLine } from "../shared/printed.ts";
import type { Launch } from "../types.ts";
import { fileOf } from "./files.ts";
import { flags } from "./flags.ts";

export const launch: Launch = {
  command: "cn",
  install: "npm install -g @continuedev/cli",
  versionArgs: ["--version"],
  // It takes no id: it opens the session whose file changed last.
  resumeArgs({ args }) {
    if (bringsPrompt(args)) throw losesHistory();
    return ["--resume", ...args];
  },
  resumesUnprompted: true,
  prepare: ({ path }) => makeNewest(fileOf(path)),
  flags,
  headless: {
    by: ["--print"],
    prompts: ["--prompt"],
    formats: ["--format"],
    resumeArgs: ({ prompt, args }) => ["--print", "--resume", ...args, "--", prompt],
    refusal: ({ stdout, code }) =>
      code === 0 ? null : lastLine(stdout, /^\{"status":\s*"error",\s*"message":/),
  },
  start: { args: ({ prompt, args }) => [...args, ...promptArgs(prompt)] },
};

/** How long the CLI may take to look for the newest file, in milliseconds. */
const AHEAD_MS = 10_000;

/**
 * Makes this the session that the CLI opens. The time is slightly in the future, so that it stays the
 * newest even if another session is saved first. The CLI corrects it when it saves the session.
 */
function makeNewest(file: string): void {
  const time = new Date(Date.now() + AHEAD_MS);
  utimesSync(file, time, time);
}

const VALUED = /^--(?:config|org|rule|mcp|model|prompt|allow|ask|exclude|agent|format|fork)$/;

/** Do these arguments contain a first prompt for the interactive screen? */
function bringsPrompt(args: readonly string[]): boolean {
  if (args.includes("-p") || args.includes("--print")) return false;
  return args.some((arg, n) => {
    if (/^--(?:prompt|agent)(?:=|$)/.test(arg)) return true;
    return arg === "--" || (!arg.startsWith("-") && !VALUED.test(args[n - 1] ?? ""));
  });
}

/** The screen sends the prompt before it has loaded the session, and overwrites the session (1.5.47 [run]). */
function losesHistory(): SegueError {
  return new SegueError(
    "refused",
    "Continue would overwrite the session when it starts with a prompt",
    {
      hint: "leave out the prompt, and type it in Continue",
    },
  );
}

/** After `--`, because a prompt may start with "-". */
function promptArgs(prompt: string | null): string[] {
  return prompt === null ? [] : ["--", prompt];
}
