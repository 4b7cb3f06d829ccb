/** What CLIs record about the sessions that are open in them. */
import { readFileSync, statSync } from "node:fs";
import { textOrNone } from "../../io/door.ts";
import { filesIn } from "../../io/files.ts";
import { parseValue } from "../../lossless/json-text.ts";
import { member, number } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";
import type { Opened } from "../types.ts";

/**
 * `<pid>.json` for each process, `{pid, sessionId, …}`, removed when it exits: Claude Code 2.1.332
 * and Qwen Code 0.24.4 have such a folder.
 */
export function openedIn(folder: string, id: string): Opened[] {
  return filesIn(folder, 1).flatMap(({ path }) => {
    if (!/[\\/]\d+\.json$/.test(path)) return [];
    const note = jsonAt(path);
    const pid = number(member(note, "pid"));
    return pid !== undefined && member(note, "sessionId") === id ? [{ pid }] : [];
  });
}

/** A file's JSON; null if there is none. */
export function jsonAt(path: string): Json {
  return parseValue(textOrNone(path)) ?? null;
}

/**
 * The process that holds a lock on a file, according to the kernel's list; null for none, and on
 * systems without such a list. A line of it: `1: FLOCK  ADVISORY  WRITE 21505 fd:00:1310 0 EOF`.
 */
export function holderOf(path: string): number | null {
  const inode = statSync(path, { throwIfNoEntry: false })?.ino;
  if (inode === undefined) return null;
  for (const line of listOfLocks().split("\n")) {
    const [, , , , pid, place = ""] = line.trim().split(/\s+/);
    if (place.endsWith(`:${inode}`)) return Number(pid);
  }
  return null;
}

function listOfLocks(): string {
  try {
    // Files in /proc have no size, so `textIn` does not accept them.
    return readFileSync("/proc/locks", "utf8");
  } catch {
    return "";
  }
}
