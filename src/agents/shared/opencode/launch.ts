/** How OpenCode is started on a session. */
import type { Launch } from "../../types.ts";

/** It has to be started in the session's folder: from another one it waits for ever. */
export function launch(command: string): Launch {
  return {
    command,
    versionArgs: ["--version"],
    resumeArgs: ({ id, prompt, args }) => [
      "--session",
      id,
      ...args,
      // With "=", a prompt that begins with a dash is no option.
      ...(prompt === null ? [] : [`--prompt=${prompt}`]),
    ],
  };
}
