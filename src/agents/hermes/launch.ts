/** How Hermes is started on a session. */
import { basename, dirname } from "node:path";
import type { Launch } from "../types.ts";
import { continuationOf } from "./database.ts";
import { flags } from "./flags.ts";
import { placeOf } from "./place.ts";

export const launch: Launch = {
  command: "hermes",
  install: "pip install hermes-agent",
  versionArgs: ["--version"],
  resumeArgs: ({ id, path, args }) => [...profileArgs(path), "--resume", id, ...args],
  // With `-q` it answers and ends, without its screen.
  resumesUnprompted: true,
  hindrance({ id, path }) {
    const next = continuationOf(placeOf(path).path, id);
    if (next === null) return null;
    return {
      why: "was compacted, and Hermes goes on with it in another session",
      how: `open session ${next}`,
    };
  },
  flags,
};

/** A profile has a folder of its own, `profiles/<name>`. */
function profileArgs(place: string): string[] {
  const folder = dirname(placeOf(place).path);
  return basename(dirname(folder)) === "profiles" ? ["--profile", basename(folder)] : [];
}
