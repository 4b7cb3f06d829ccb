/** How to start OpenCode with a session. */

import type { Launch } from "../../types.ts";
import type { Flags } from "../flags.ts";
import type { Flavour } from "./flavour.ts";

/** It must be started in the session's folder: from another one, it waits forever. */
export function launch({ command, package: name }: Flavour, flags: Flags): Launch {
  return {
    command,
    install: `npm install -g ${name}`,
    flags,
    headless: {
      by: ["run"],
      prompts: ["--prompt", "--command"],
      formats: ["--format"],
      table: {
        own: [
          "--format <x>",
          "-f, --file <x...>",
          "--title <x>",
          "--attach <x>",
          "--command <x>",
          "--variant <x>",
          "--thinking",
          "--share",
        ],
      },
      resumeArgs: ({ id, prompt, args }) => ["run", "--session", id, ...args, "--", prompt],
    },
    versionArgs: ["--version"],
    resumeArgs: ({ id, prompt, args }) => [
      "--session",
      id,
      ...args,
      // With "=", a prompt that begins with a dash is not an option.
      ...(prompt === null ? [] : [`--prompt=${prompt}`]),
    ],
    start: {
      // "@path" in a prompt stays text, and it asks before it reads a file outside the project.
      args: ({ prompt, args }) => [...args, `--prompt=${prompt}`],
      place: "project",
    },
  };
}
