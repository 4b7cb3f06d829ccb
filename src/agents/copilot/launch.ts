/** How Copilot CLI is started on a session. */
import { dirname } from "node:path";
import type { Launch } from "../types.ts";
import { flags } from "./flags.ts";

export const launch: Launch = {
  command: "copilot",
  versionArgs: ["--version"],
  // With "=", so that neither an id nor a prompt is ever taken for an option. It changes to the
  // session's own folder by itself.
  resumeArgs: ({ id, prompt, args }) => [
    `--resume=${id}`,
    ...args,
    ...(prompt === null ? [] : [`--interactive=${prompt}`]),
  ],
  startArgs: ({ file, prompt, args }) => [
    `--add-dir=${dirname(file)}`,
    ...args,
    `--interactive=${prompt(file)}`,
  ],
  flags,
};
