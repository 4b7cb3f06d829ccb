/** How to start Pi with a session. */
import type { Launch } from "../types.ts";
import { flags } from "./flags.ts";

export const launch: Launch = {
  command: "pi",
  install: "npm install -g @earendil-works/pi-coding-agent",
  versionArgs: ["--version"],
  // By path, not by id: for an id in another folder's sessions, Pi asks whether to fork. With the
  // path, it opens the file itself and works in the folder that the header names.
  resumeArgs: ({ path, prompt, args }) => ["--session", path, ...args, ...promptArgs(prompt)],
  opensPaths: true,
  flags,
  headless: {
    by: ["--print", "--mode"],
    formats: ["--mode"],
    unstored: ["--no-session"],
    resumeArgs: ({ path, prompt, args }) => [
      "--print",
      "--session",
      path,
      ...args,
      ...promptArgs(prompt),
    ],
  },
  start: {
    args: ({ prompt, file, args }) => [
      ...args,
      ...(file === null ? [] : [`@${file}`]),
      ...promptArgs(prompt),
    ],
    // A file is included completely, whatever its size: one that fills a model's context is better
    // read in parts.
    attach: { most: { bytes: 512 << 10 } },
  },
};

/**
 * "-" would be read as an option and "@" as a file to attach. Versions before 1.x do not know "--".
 */
function promptArgs(prompt: string | null): string[] {
  if (prompt === null) return [];
  if (prompt.startsWith("@")) return [` ${prompt}`];
  return prompt.startsWith("-") ? ["--", prompt] : [prompt];
}
