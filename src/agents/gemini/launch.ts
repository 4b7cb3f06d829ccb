/** How Gemini CLI is started on a session. */
import { mentioning } from "../shared/mention.ts";
import type { Launch } from "../types.ts";
import { flags } from "./flags.ts";

export const launch: Launch = {
  command: "gemini",
  versionArgs: ["--version"],
  // It looks in the folder of the project that it is started in, and for nothing but the whole id.
  resumeArgs: ({ id, prompt, args }) => ["--resume", id, ...args, ...promptArgs(prompt)],
  startArgs: (start) => {
    const { folder, prompt } = mentioning(start);
    return [folder, ...start.args, ...promptArgs(prompt)];
  },
  flags,
};

/** In one word, as a prompt may begin with "-". A bare one would make it end after the answer. */
function promptArgs(prompt: string | null): string[] {
  return prompt === null ? [] : [`--prompt-interactive=${prompt}`];
}
