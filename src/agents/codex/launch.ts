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
  headless: {
    by: ["exec", "e"],
    formats: ["--json", "--output-schema", "--output-last-message"],
    unstored: ["--ephemeral"],
    table: {
      restricts: ["--ignore-user-config", "--ignore-rules"],
      session: ["--ephemeral"],
      own: [
        "--skip-git-repo-check",
        "--trust",
        "--output-schema <x>",
        "-o, --output-last-message <x>",
        "--color <x>",
        "--json",
        "--thread-source <x>",
        "--cyber-access-program <x>",
        "--full-auto",
      ],
    },
    // It never asks. `exec resume` does not take all flags that `exec` takes.
    resumeArgs: ({ id, prompt, args }) => ["exec", ...unasked(args), "resume", "--", id, prompt],
  },
  // It attaches images only. Its sandboxes allow reading everywhere.
  start: { args: ({ prompt, args }) => [...args, "--", prompt] },
  setTitle,
};

/** Without the flag that `codex exec` does not take. */
function unasked(args: readonly string[]): string[] {
  const at = args.indexOf("--ask-for-approval");
  return at < 0 ? [...args] : args.toSpliced(at, 2);
}
