/** How Deep Agents Code is started on a session. */
import type { Launch } from "../types.ts";
import { flags } from "./flags.ts";

export const launch: Launch = {
  command: "dcode",
  install: "uv tool install deepagents-code",
  versionArgs: ["--version"],
  resumeArgs: ({ id, prompt, args }) => [`--resume=${id}`, ...args, ...promptArgs(prompt)],
  flags,
  headless: {
    by: ["--non-interactive"],
    prompts: ["--message", "--non-interactive", "--goal"],
    formats: ["--json"],
    resumeArgs: ({ id, prompt, args }) => [
      `--resume=${id}`,
      ...args,
      `--non-interactive=${prompt}`,
    ],
  },
  start: { args: ({ prompt, args }) => [...args, ...promptArgs(prompt)] },
};

/** With "=", a prompt that begins with a dash is not an option. */
function promptArgs(prompt: string | null): string[] {
  return prompt === null ? [] : [`--message=${prompt}`];
}
