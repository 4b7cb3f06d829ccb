/** How Qwen Code is started on a session. */
import { mentioning } from "../shared/mention.ts";
import type { Launch } from "../types.ts";
import { flags } from "./flags.ts";

export const launch: Launch = {
  command: "qwen",
  versionArgs: ["--version"],
  // The id is looked up among those of the current folder only, so the caller starts it in header.cwd.
  resumeArgs: ({ id, prompt, args }) => ["--resume", id, ...args, ...promptArgs(prompt)],
  startArgs: (start) => {
    const { folder, prompt } = mentioning(start);
    return [folder, ...start.args, ...promptArgs(prompt)];
  },
  flags,
};

/** `-p` would end after the answer; `-i` goes on. The value is glued on, so that it is never an option. */
function promptArgs(prompt: string | null): string[] {
  return prompt === null ? [] : [`--prompt-interactive=${prompt}`];
}
