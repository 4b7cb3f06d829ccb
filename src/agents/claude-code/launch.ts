/** How Claude Code is started on a session. */
import type { Launch } from "../types.ts";
import { flags } from "./flags.ts";

export const launch: Launch = {
  command: "claude",
  versionArgs: ["--version"],
  // The id is looked up under the current folder's slug only, so the caller starts it in header.cwd.
  resumeArgs: ({ id, prompt, args }) => [
    "--resume",
    id,
    ...args,
    ...(prompt === null ? [] : ["--", prompt]),
  ],
  // A file that is mentioned comes along, wherever it lies.
  startArgs: ({ file, prompt, args }) => [...args, "--", prompt(`@"${file}"`)],
  flags,
};
