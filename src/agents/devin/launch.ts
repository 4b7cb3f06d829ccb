/** How Devin CLI is started on a session (docs.devin.ai/cli/reference/commands). */
import type { Launch } from "../types.ts";
import { flags } from "./flags.ts";

export const launch: Launch = {
  command: "devin",
  install: "curl -fsSL https://cli.devin.ai/install.sh | bash",
  versionArgs: ["--version"],
  // Without "--", a prompt could be a subcommand.
  resumeArgs: ({ id, prompt, args }) => [
    "--resume",
    id,
    ...args,
    ...(prompt === null ? [] : ["--", prompt]),
  ],
  flags,
  headless: {
    by: ["--print"],
    prompts: ["--print", "--prompt-file"],
    resumeArgs: ({ id, prompt, args }) => ["--resume", id, ...args, "--print", "--", prompt],
  },
  start: { args: ({ prompt, args }) => [...args, "--", prompt] },
};
