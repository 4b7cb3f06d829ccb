/** How Kiro CLI is started on a session (kiro.dev/docs/cli/chat/session-management). */
import type { Launch } from "../types.ts";
import { isOfAmazonQ } from "./place.ts";

export const launch: Launch = {
  command: "kiro-cli",
  versionArgs: ["--version"],
  resumeArgs: ({ id, prompt, args }) => [
    "chat",
    "--resume-id",
    id,
    ...args,
    ...(prompt === null ? [] : [prompt]),
  ],
  // It takes the sessions of its own version 1 over when it opens them.
  hindrance: ({ path }) =>
    isOfAmazonQ(path)
      ? {
          why: "is one of the Amazon Q Developer CLI's, which Kiro CLI does not look for",
          how: "open it with --fork, which writes a new session",
        }
      : null,
  start: {
    args: ({ prompt, args }) => ["chat", ...args, prompt],
  },
};
