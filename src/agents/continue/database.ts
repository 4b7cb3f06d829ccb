/** Continue's sessions as lines: each is a file that is written as a whole. */
import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { SegueError } from "../../errors.ts";
import { headOf } from "../../io/door.ts";
import { Output, putFile } from "../../io/output.ts";
import { parseValue } from "../../lossless/json-text.ts";
import { isObject } from "../../session/json.ts";
import { movedOn, sameLines } from "../shared/lines.ts";
import type { Database } from "../types.ts";
import { isHead } from "./document.ts";
import { bytesOf, INDEX, idIn, linesAt, sessionFile } from "./files.ts";

export const database: Database = {
  holds,
  read: (root, id) => linesAt(sessionFile(root, id)),
  replace,
  renamed,
  // Nothing but the folder is needed, which the CLI makes when it first runs.
  import: ({ path }) => {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  },
};

/** `~/.continue/sessions`, or another folder of this name with an index of its form. */
function holds(path: string): boolean {
  if (!(statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false)) return false;
  if (basename(path) !== "sessions") return false;
  return basename(dirname(path)) === ".continue" || hasIndex(join(path, INDEX));
}

/** A list of entries; other agents have indexes of this name, too. */
function hasIndex(path: string): boolean {
  try {
    return /^\s*\[\s*(?:\]|\{\s*"sessionId"\s*:)/.test(headOf(path, 4096).toString("utf8"));
  } catch {
    return false;
  }
}

/** The ids of the sessions in the folder. */
export function idsIn(root: string): string[] {
  try {
    return readdirSync(root)
      .filter((name) => name.endsWith(".json") && name !== INDEX && !name.startsWith("."))
      .map((name) => basename(name, ".json"));
  } catch {
    return [];
  }
}

function replace(
  root: string,
  id: string,
  before: readonly string[] | null,
  after: readonly string[] | null,
): void {
  const file = sessionFile(root, id);
  const now = linesAt(file);
  if (!sameLines(now, before)) throw movedOn(file, now, before);
  if (after === null) {
    rmSync(file, { force: true });
    return;
  }
  // Lines of one session never go to another's file.
  if (idIn(after) !== id) {
    throw new SegueError("refused", "the lines are those of another session", { where: file });
  }
  const bytes = bytesOf(after, file);
  if (before !== null) {
    putFile(file, bytes);
    return;
  }
  const out = new Output(file);
  out.write(bytes);
  out.commit();
}

function renamed(lines: readonly string[], newId: string): string[] {
  return lines.map((line) => {
    const value = parseValue(line);
    return isObject(value) && isHead(value) ? JSON.stringify({ ...value, sessionId: newId }) : line;
  });
}
