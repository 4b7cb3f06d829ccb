/** How to start Claude Code with a session. */
import { basename } from "node:path";
import type { Launch } from "../types.ts";
import { flags } from "./flags.ts";

export const launch: Launch = {
  command: "claude",
  install: "npm install -g @anthropic-ai/claude-code",
  versionArgs: ["--version"],
  // The id is looked up only under the current folder's slug, so the caller starts it in
  // header.cwd.
  resumeArgs: ({ id, prompt, args }) => [
    "--resume",
    id,
    ...args,
    ...(prompt === null ? [] : ["--", prompt]),
  ],
  hindrance: ({ path }) =>
    /^agent-.*\.jsonl$/.test(basename(path))
      ? {
          why: "belongs to a subagent",
          how: "open it in another agent (--in), or open its parent session",
        }
      : null,
  flags,
  headless: {
    by: ["--print"],
    prompts: ["--input-format", "--replay-user-messages"],
    formats: ["--output-format", "--json-schema"],
    unstored: ["--no-session-persistence"],
    resumeArgs: ({ id, prompt, args }) => ["--print", "--resume", id, ...args, "--", prompt],
  },
  start: {
    args: ({ prompt, args }) => [...args, "--", prompt],
    // Above 25,000 tokens by the API's count, or 256 KB, nothing is attached, silently.
    attach: { mention, anywhere: true, most: { bytes: 60_000 } },
    place: "project",
  },
};

/** "#L5" at the end of a path would be a range of lines. */
function mention(path: string): string | null {
  if (/["\n\r]|#L\d/.test(path)) return null;
  return /^[\w./-]+$/.test(path) ? `@${path}` : `@"${path}"`;
}
