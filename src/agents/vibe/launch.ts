/** How Mistral Vibe is started on a session. */
import { lastLine } from "../shared/printed.ts";
import type { Launch } from "../types.ts";
import { flags } from "./flags.ts";

export const launch: Launch = {
  command: "vibe",
  // The program on the screen starts it, and it holds the lock.
  title: "vibe-app-server",
  install: "uv tool install mistral-vibe",
  versionArgs: ["--version"],
  // It finds a session by its id in any folder. Of a session from elsewhere, it continues with its import.
  resumeArgs: ({ id, prompt, args }) => [
    `--resume=${id}`,
    ...args,
    ...(prompt === null ? [] : ["--", prompt]),
  ],
  flags,
  headless: {
    by: ["--prompt"],
    prompts: ["--prompt", "--prompt-file"],
    formats: ["--output"],
    resumeArgs: ({ id, prompt, args }) => [`--resume=${id}`, ...args, "--prompt", prompt],
    refusal: ({ stderr, code }) => (code === 0 ? null : lastLine(stderr, /^Error: /)),
  },
  start: {
    args: ({ prompt, args }) => [...args, "--", prompt],
    // It asks before it reads anything elsewhere.
    place: "project",
  },
};
