/** How the CLI is started on a session. */
import { ALL } from "../shared/flags.ts";
import type { Launch } from "../types.ts";
import { flags } from "./flags.ts";

export const launch: Launch = {
  command: "openhands",
  install: "uv tool install openhands --python 3.12",
  versionArgs: ["--version"],
  resumeArgs: ({ id, prompt, args }) => ["--resume", id, ...args, ...promptArgs(prompt)],
  flags,
  headless: {
    by: ["--headless"],
    prompts: ["--task", "--file"],
    formats: ["--json"],
    // It asks nobody.
    grants: ALL,
    resumeArgs: ({ id, prompt, args }) => [
      "--headless",
      "--exit-without-confirmation",
      "--resume",
      id,
      ...args,
      `--task=${prompt}`,
    ],
  },
  start: { args: ({ prompt, args }) => [...args, ...promptArgs(prompt)] },
};

/** With "=", a prompt that begins with a dash is not an option. */
function promptArgs(prompt: string | null): string[] {
  return prompt === null ? [] : [`--task=${prompt}`];
}
