/** How Cline's CLI is started on a session. */
import type { Launch } from "../types.ts";
import { flags } from "./flags.ts";

export const launch: Launch = {
  command: "cline",
  install: "npm install -g cline",
  versionArgs: ["--version"],
  resumeArgs: ({ id, args }) => ["--id", id, ...args],
  flags,
};
