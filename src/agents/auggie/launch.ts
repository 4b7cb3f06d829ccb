/** How Auggie is started on a session. */
import { lastLine } from "../shared/printed.ts";
import type { Launch } from "../types.ts";
import { flags } from "./flags.ts";

export const launch: Launch = {
  command: "auggie",
  install: "npm install -g @augmentcode/auggie",
  versionArgs: ["--version"],
  // It opens any session in any folder, but works in the one that it is started in.
  resumeArgs: ({ id, prompt, args }) => ["--resume", id, ...args, ...promptArgs(prompt)],
  flags,
  headless: {
    by: ["--print"],
    prompts: ["--instruction", "--instruction-file", "--queue"],
    formats: ["--output-format"],
    unstored: ["--dont-save-session"],
    resumeArgs: ({ id, prompt, args }) => [
      "--print",
      "--resume",
      id,
      ...args,
      `--instruction=${prompt}`,
    ],
    refusal: ({ stdout, stderr, code }) =>
      code === 0 ? null : lastLine(`${stdout}\n${stderr}`, /^\W{0,4}API Error: /),
  },
  start: { args: ({ prompt, args }) => [...args, ...promptArgs(prompt)] },
};

function promptArgs(prompt: string | null): string[] {
  return prompt === null ? [] : [`--instruction=${prompt}`];
}
