/** How Aider is started on a session. */
import { rowPlace } from "../../io/row-place.ts";
import type { Launch } from "../types.ts";
import { flags } from "./flags.ts";

export const launch: Launch = {
  command: "aider",
  install: "python -m pip install aider-install && aider-install",
  versionArgs: ["--version"],
  resumeArgs: ({ path, args }) => [
    "--chat-history-file",
    fileOf(path),
    "--restore-chat-history",
    ...tokensFor(args),
    ...args,
  ],
  // With `--message` it answers once, and ends.
  resumesUnprompted: true,
  flags,
  headless: {
    by: ["--message", "--message-file"],
    prompts: ["--message", "--message-file"],
    unstored: ["--chat-history-file=/dev/null"],
    resumeArgs: ({ path, prompt, args }) => [
      "--chat-history-file",
      fileOf(path),
      "--restore-chat-history",
      ...tokensFor(args),
      ...args,
      `--message=${prompt}`,
    ],
  },
};

/** A longer history would be summarised right away, by a call to the model. */
const MOST_TOKENS = "1000000000";
const TOKENS = "--max-chat-history-tokens";

function tokensFor(args: readonly string[]): string[] {
  const isSet = args.some((arg) => arg === TOKENS || arg.startsWith(`${TOKENS}=`));
  return isSet ? [] : [TOKENS, MOST_TOKENS];
}

function fileOf(place: string): string {
  return rowPlace(place).path;
}
