/** How Nanocoder is started on a session. */
import type { Launch } from "../types.ts";
import { flags } from "./flags.ts";

export const launch: Launch = {
  command: "nanocoder",
  install: "npm install -g @nanocollective/nanocoder",
  versionArgs: ["--version"],
  // It opens any session in any folder, and works in the one that it is started in.
  resumeArgs: ({ id, args }) => ["--resume", id, ...args],
  // Its screen takes no prompt; `nanocoder run` takes one, and neither resumes nor stores a session.
  resumesUnprompted: true,
  flags,
};
