/** How gptme is started on a session. */
import { ALL } from "../shared/flags.ts";
import type { Launch } from "../types.ts";
import { flags } from "./flags.ts";
import { lagsBehind } from "./view.ts";

export const launch: Launch = {
  command: "gptme",
  install: "pipx install gptme",
  versionArgs: ["--version"],
  resumeArgs: ({ id, prompt, args }) => ["--resume", "--name", id, ...args, ...promptArgs(prompt)],
  hindrance: ({ path }) =>
    lagsBehind(path)
      ? {
          why: "was compacted, and gptme would continue it without the turns from elsewhere",
          how: "open it with --fork, which writes a copy",
        }
      : null,
  flags,
  headless: {
    by: ["--non-interactive"],
    formats: ["--output-format", "--output-schema"],
    // It asks nobody.
    grants: ALL,
    resumeArgs: ({ id, prompt, args }) => [
      "--non-interactive",
      "--resume",
      "--name",
      id,
      ...args,
      "--",
      prompt,
    ],
  },
  start: { args: ({ prompt, args }) => [...args, ...promptArgs(prompt)] },
};

/** After the dashes, words are neither a command of gptme nor an option. */
function promptArgs(prompt: string | null): string[] {
  return prompt === null ? [] : ["--", prompt];
}
