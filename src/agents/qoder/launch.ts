/** How Qoder CLI is started on a session. */
import { basename } from "node:path";
import type { Launch } from "../types.ts";
import { flags } from "./flags.ts";

export const launch: Launch = {
  command: "qodercli",
  install: "npm install -g @qoder-ai/qodercli",
  versionArgs: ["--version"],
  // It looks the id up below the current folder's name.
  resumeArgs: ({ id, prompt, args }) => ["--resume", id, ...args, ...promptArgs(prompt)],
  hindrance({ path }) {
    if (/^agent-.*\.jsonl$/.test(basename(path))) {
      return {
        why: "belongs to a subagent",
        how: "open it in another agent (--in), or open its parent session",
      };
    }
    if (!/[\\/]SharedClientCache[\\/]/.test(path)) return null;
    return {
      why: "belongs to Qoder's editor",
      how: "open it there, or in another agent (--in)",
    };
  },
  flags,
  start: { args: ({ prompt, args }) => [...args, ...promptArgs(prompt)] },
};

/** In one word, as a prompt may begin with "-". */
function promptArgs(prompt: string | null): string[] {
  return prompt === null ? [] : [`--prompt-interactive=${prompt}`];
}
