/** How to start Codex with a session. */
import type { Launch } from "../types.ts";
import { flags } from "./flags.ts";
import { isArchived } from "./store.ts";
import { setTitle } from "./title.ts";

export const launch: Launch = {
  command: "codex",
  install: "npm install -g @openai/codex",
  versionArgs: ["--version"],
  // By UUID, in any folder. With an unknown name, Codex would silently start a new session.
  resumeArgs: ({ id, prompt, args }) => [
    "resume",
    // First: the user's words may be a prompt, which follows it.
    id,
    ...args,
    ...(prompt === null ? [] : ["--", prompt]),
  ],
  // `codex resume` refuses it: "session … is archived. Run `codex unarchive …`" (0.169.0 [run]).
  hindrance: ({ id, path }) =>
    isArchived(path) ? { why: "is archived", how: `run \`codex unarchive ${id}\` first` } : null,
  flags,
  // It attaches images only. Its sandboxes allow reading everywhere.
  start: { args: ({ prompt, args }) => [...args, "--", prompt] },
  setTitle,
};
