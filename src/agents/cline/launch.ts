/** How Cline's CLI is started on a session. */
import { existsSync } from "node:fs";
import { basename, dirname } from "node:path";
import { rowPlace } from "../../io/row-place.ts";
import { holdsTasks } from "../shared/tasks/database.ts";
import { CLINE, EXTENSIONS } from "../shared/tasks/dialect.ts";
import type { Launch } from "../types.ts";
import { providersIn } from "./files.ts";
import { flags } from "./flags.ts";

export const launch: Launch = {
  command: "cline",
  install: "npm install -g cline",
  versionArgs: ["--version"],
  // It opens any session in any folder, but works in the one that it is started in.
  resumeArgs: ({ id, path, args }) => [isTask(path) ? "-T" : "--id", id, ...args],
  resumesUnprompted: true,
  hindrance({ path }) {
    if (isTask(path)) return isOfCli2(path) ? null : TASK;
    return isSubagents(path) ? SUBAGENT : null;
  },
  flags,
  start: {
    args: ({ prompt, args }) => [...args, "-i", "--", prompt],
    // 50,000 characters at most; of a longer file the middle is left out.
    attach: { mention, most: { bytes: 50_000 }, anywhere: true },
  },
};

const SUBAGENT = {
  why: "belongs to a subagent",
  how: "open it in another agent (--in), or open its parent session",
};

const TASK = {
  why: "is a task of Cline's extension for editors",
  how: "open it from Cline's history in the editor, or in another agent (--in)",
};

function isTask(place: string): boolean {
  return holdsTasks(rowPlace(place).path, CLINE);
}

/** CLI 2 opens the tasks in its own folder with `-T`; CLI 3, which has `providers.json` beside them, opens none. */
function isOfCli2(place: string): boolean {
  const folder = dirname(rowPlace(place).path);
  return !EXTENSIONS.test(basename(folder).toLowerCase()) && !existsSync(providersIn(folder));
}

/** Such a transcript is beside its session's. */
function isSubagents(path: string): boolean {
  return (
    path.endsWith(".messages.json") && basename(path) !== `${basename(dirname(path))}.messages.json`
  );
}

/** In quotes, which nothing can be said in. A path that begins with a drive is no mention. */
function mention(path: string): string | null {
  return /^(?:~|\.\.?)?\/[^"\r\n]*$/.test(path) ? `@"${path}"` : null;
}
