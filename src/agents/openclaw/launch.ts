/** How OpenClaw is started on a session. */
import { rowPlace } from "../../io/row-place.ts";
import type { Launch } from "../types.ts";
import { holds, keyFor } from "./database.ts";
import { flags } from "./flags.ts";
import { keyOf } from "./rows.ts";

export const launch: Launch = {
  command: "openclaw",
  install: "npm install -g openclaw",
  versionArgs: ["--version"],
  // Its screen is told the key of the chat, not the session's id. Without --local it asks for a Gateway.
  resumeArgs: ({ id, path, prompt, args }) => [
    "tui",
    "--local",
    "--session",
    keyAt(path, id),
    ...args,
    // With "=", a prompt that begins with a dash is not an option.
    ...(prompt === null ? [] : [`--message=${prompt}`]),
  ],
  hindrance({ path }) {
    if (!path.endsWith(".jsonl")) return null;
    return {
      why: "lies in a file of a version before 2026.7.2",
      how: "`openclaw doctor --fix` takes it into OpenClaw's database",
    };
  },
  flags,
  headless: {
    by: ["agent"],
    prompts: ["--message"],
    formats: ["--json"],
    table: { own: ["-m, --message <x>", "--agent <x>", "--json", "--model <x>", "--timeout <x>"] },
    resumeArgs: ({ id, prompt, args }) => [
      "agent",
      "--local",
      "--session-id",
      id,
      ...args,
      `--message=${prompt}`,
    ],
  },
  start: {
    args: ({ prompt, args }) => ["tui", "--local", ...args, `--message=${prompt}`],
  },
};

/** Of a session that is not written yet, the key that it gets. */
function keyAt(place: string, id: string): string {
  const { path } = rowPlace(place);
  return (holds(path) ? keyOf(path, id) : null) ?? keyFor(path, id);
}
