/** How Antigravity's CLI is started on a conversation; see README.md. */
import { mkdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Launch } from "../types.ts";
import { flags } from "./flags.ts";

export const launch: Launch = {
  command: "agy",
  versionArgs: ["--version"],
  flags,
  resumeArgs: ({ id, args }) => [`--conversation=${id}`, ...args],
  resumesUnprompted: true,
  headless: {
    by: ["--print"],
    prompts: ["--print"],
    resumeArgs: ({ id, prompt, args }) => [`--conversation=${id}`, ...args, "--print", prompt],
  },
  // Without this folder, the CLI does not get on.
  prepare({ id, path }) {
    const folder = dirname(path);
    if (basename(folder) !== "conversations") return;
    const logs = join(dirname(folder), "brain", id, ".system_generated", "logs");
    mkdirSync(logs, { recursive: true, mode: 0o700 });
  },
  hindrance: ({ path }) =>
    /[\\/]antigravity(?:-ide)?[\\/]conversations[\\/]/.test(path)
      ? {
          why: "is one of Antigravity's editor, which its CLI does not look for",
          how: "open it with --fork, which writes a new session",
        }
      : null,
};
