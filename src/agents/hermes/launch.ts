/** How Hermes is started on a session. */

import { rowPlace } from "../../io/row-place.ts";
import type { Launch } from "../types.ts";
import { continuationOf } from "./database.ts";
import { flags } from "./flags.ts";
import { profileArgs } from "./profile.ts";

export const launch: Launch = {
  command: "hermes",
  install: "pip install hermes-agent",
  versionArgs: ["--version"],
  resumeArgs: ({ id, path, prompt, args }) => [
    ...profileArgs(rowPlace(path).path),
    "chat",
    "--resume",
    id,
    ...args,
    ...promptArgs(prompt),
  ],
  hindrance({ id, path }) {
    const next = continuationOf(rowPlace(path).path, id);
    if (next === null) return null;
    return {
      why: "was compacted, and Hermes goes on with it in another session",
      how: `open session ${next}`,
    };
  },
  flags,
  headless: {
    by: ["chat", "--query"],
    prompts: ["--query"],
    resumeArgs: ({ id, path, prompt, args }) => [
      ...profileArgs(rowPlace(path).path),
      "chat",
      "--quiet",
      "--resume",
      id,
      ...args,
      `--query=${prompt}`,
    ],
  },
  start: { args: ({ prompt, args }) => ["chat", ...args, ...promptArgs(prompt)] },
};

/** Its newer screen takes a first prompt. The older one answers a prompt that it is given, and ends. */
function promptArgs(prompt: string | null): string[] {
  // With "=", a prompt that begins with a dash is not an option.
  return prompt === null ? [] : ["--tui", `--query=${prompt}`];
}
