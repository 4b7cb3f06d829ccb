/** Where Pi and its fork oh-my-pi keep sessions: files by time and id, in a folder for each project. */
import { basename, posix, win32 } from "node:path";
import { headOf } from "../../../io/door.ts";
import { filesIn } from "../../../io/files.ts";
import { expandHome, type Host } from "../../../io/host.ts";
import { readOr } from "../../../io/unread.ts";
import { member, string } from "../../../session/json.ts";
import type { Header, Json } from "../../../session/types.ts";
import type { Found } from "../../types.ts";
import { timeFor } from "../place.ts";
import { isTitleSlot } from "./signs.ts";

/** sessions/<folder's name>/<time>_<id>.jsonl, or all in one folder. The CLIs search no deeper. */
export function sessionsIn(root: string, agent: string): Found[] {
  const found: Found[] = [];
  for (const file of filesIn(root, 2)) {
    if (!file.path.endsWith(".jsonl")) continue;
    const id = idInName(file.path) ?? idInHeader(file.path);
    if (id !== undefined) found.push({ ...file, agent, id });
  }
  return found;
}

export function fileName(header: Header): string {
  const time = timeFor(header.createdAt).toISOString().replace(/[:.]/g, "-");
  return `${time}_${header.id}.jsonl`;
}

/** "/home/dev/shop" → "--home-dev-shop--". Links are not resolved. */
export function folderName(cwd: string): string {
  // A session may come from another kind of system.
  const { resolve } = /^[A-Za-z]:|^\\\\/.test(cwd) ? win32 : posix;
  return `--${resolve(cwd)
    .replace(/^[/\\]/, "")
    .replace(/[/\\:]/g, "-")}--`;
}

/** An id may contain "_" itself; the time before it does not. */
export function idInName(path: string): string | undefined {
  return /^\d{4}-\d\d-\d\dT[\d-]+Z_(.+)\.jsonl$/.exec(basename(path))?.[1];
}

export function expand(path: string | undefined, host: Host): string | undefined {
  if (path === undefined || path === "") return undefined;
  return host.path.resolve(expandHome(path, host.home));
}

const HEAD_BYTES = 64 * 1024;

/** The CLIs use the header, not the name: a renamed file is still a session. */
function idInHeader(path: string): string | undefined {
  return headerId(headLines(path));
}

/** The lines that a file begins with; none for one that cannot be read. */
export function headLines(path: string, bytes = HEAD_BYTES): string[] {
  return readOr(path, [], () => headOf(path, bytes).toString("utf8").split("\n"));
}

/** The first line that is JSON must be the header; before it, oh-my-pi has the title. */
function headerId(lines: readonly string[]): string | undefined {
  for (const line of lines) {
    const record = parse(line);
    if (record === undefined || isTitleSlot(record)) continue;
    return member(record, "type") === "session" ? string(member(record, "id")) : undefined;
  }
  return undefined;
}

export function parse(line: string): Json | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
