/** How OpenCode is started on a session. */

import type { Launch } from "../../types.ts";
import type { Flags } from "../flags.ts";
import type { Flavour } from "./flavour.ts";

/** It has to be started in the session's folder: from another one it waits for ever. */
export function launch({ command, package: name }: Flavour, flags: Flags): Launch {
  return {
    command,
    install: `npm install -g ${name}`,
    flags,
    versionArgs: ["--version"],
    resumeArgs: ({ id, prompt, args }) => [
      "--session",
      id,
      ...args,
      // With "=", a prompt that begins with a dash is no option.
      ...(prompt === null ? [] : [`--prompt=${prompt}`]),
    ],
    start: {
      // "@path" in a prompt stays text, and a file outside of the project is asked for.
      args: ({ prompt, args }) => [...args, `--prompt=${prompt}`],
      place: "project",
    },
  };
}
