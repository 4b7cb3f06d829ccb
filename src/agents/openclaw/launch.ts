/** How OpenClaw is started on a session. */
import type { Launch } from "../types.ts";
import { holds } from "./database.ts";
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
    keyAt(path) ?? id,
    ...args,
    // With "=", a prompt that begins with a dash is no option.
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
  start: {
    args: ({ prompt, args }) => ["tui", "--local", ...args, `--message=${prompt}`],
  },
};

function keyAt(place: string): string | null {
  const at = place.lastIndexOf("#");
  const path = place.slice(0, at);
  return at > 0 && holds(path) ? keyOf(path, place.slice(at + 1)) : null;
}
