/** How Kimi Code is started on a session. */
import { ALL } from "../shared/flags.ts";
import type { Launch } from "../types.ts";
import { flags } from "./flags.ts";

export const launch: Launch = {
  command: "kimi",
  title: "kimi-code",
  install: "npm install -g @moonshot-ai/kimi-code",
  versionArgs: ["--version"],
  // Its screen takes no first prompt: with one, it answers it without the screen.
  resumeArgs: ({ id, prompt, args }) => [
    `--session=${id}`,
    ...args,
    ...(prompt === null ? [] : [`--prompt=${prompt}`]),
  ],
  endsAfterPrompt: true,
  flags,
  headless: {
    by: ["--prompt"],
    prompts: ["--prompt"],
    formats: ["--output-format"],
    // It asks nobody, and takes no flag that says otherwise.
    grants: ALL,
    resumeArgs: ({ id, prompt, args }) => [`--session=${id}`, ...bold(args), `--prompt=${prompt}`],
  },
};

/** "Cannot combine --prompt with --auto": there it is a matter of course. */
function bold(args: readonly string[]): string[] {
  return args.filter((arg) => arg !== "--auto");
}
