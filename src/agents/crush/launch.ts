/** How Crush is started on a session. */

import { existsSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { rowPlace } from "../../io/row-place.ts";
import type { Launch } from "../types.ts";
import { flags } from "./flags.ts";

export const launch: Launch = {
  command: "crush",
  install: "npm install -g @charmland/crush",
  versionArgs: ["--version"],
  // It would look for the folder itself; but a folder in between, even an empty one, would hide it.
  resumeArgs: ({ id, path, args }) => ["--data-dir", dataFolder(path), "--session", id, ...args],
  prepare: ({ path }) => markInitialized(dataFolder(path)),
  // Only `crush run`, without a screen, takes one.
  resumesUnprompted: true,
  hindrance: ({ id }) => (id.includes("$$") ? SUBAGENT : null),
  flags,
  headless: {
    by: ["run"],
    table: { own: ["-q, --quiet", "-m, --model <x>", "--small-model <x>", "-v, --verbose"] },
    resumeArgs: ({ id, path, prompt, args }) => [
      "run",
      "--data-dir",
      dataFolder(path),
      "--session",
      id,
      ...args,
      "--",
      prompt,
    ],
  },
};

const SUBAGENT = {
  why: "belongs to a subagent",
  how: "open it in another agent (--in), or open its parent session",
};

/**
 * Where this file is missing, Crush asks whether to write an AGENTS.md, and afterwards opens no
 * session. It makes the file itself, whatever the answer.
 */
function markInitialized(folder: string): void {
  const path = join(folder, "init");
  if (!existsSync(path)) writeFileSync(path, "");
}

function dataFolder(place: string): string {
  return dirname(rowPlace(place).path);
}
