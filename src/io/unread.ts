/**
 * What cannot be read while stores are searched. Whoever meets it notes it here and goes on with the
 * rest; whoever asked for the search is told.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { SegueError } from "../errors.ts";

export interface Unread {
  /** A file or a folder; `path#id` for one session of several in a file. */
  path: string;
  /** As in "cannot be read: the database is locked". */
  why: string;
  /** What the user can do. */
  hint: string;
}

export type Reason = Omit<Unread, "path">;

/** By path, for each search that is going on. */
const searches = new AsyncLocalStorage<Map<string, Unread>>();

/** Runs a search, and returns what it noted, each path once. */
export async function gathering<T>(
  search: () => Promise<T>,
): Promise<{ found: T; unread: Unread[] }> {
  const noted = new Map<string, Unread>();
  const found = await searches.run(noted, search);
  return { found, unread: [...noted.values()] };
}

/** Notes why something cannot be read, unless it is only not there. Without a search, does nothing. */
export function noteUnread(path: string, error: unknown): void {
  const noted = searches.getStore();
  if (noted === undefined || noted.has(path) || isAbsent(error)) return;
  noted.set(path, { path, ...reasonOf(error) });
}

/** Is a search going on, and has it met this? null without a search. */
export function isNoted(path: string): boolean | null {
  return searches.getStore()?.has(path) ?? null;
}

/** The result of `read`; `otherwise`, and a note, if it fails. */
export function readOr<T>(path: string, otherwise: T, read: () => T): T {
  try {
    return read();
  } catch (error) {
    noteUnread(path, error);
    return otherwise;
  }
}

/** In a search, undefined and a note if `read` fails. @throws its error otherwise. */
export function inSearch<T>(path: string, read: () => T | undefined): T | undefined {
  return searches.getStore() === undefined ? read() : readOr(path, undefined, read);
}

/**
 * What becomes of each row or file of many: one that cannot be read is noted, and the others are
 * taken. `place`: where it is, for the note.
 */
export function eachReadable<T, R>(
  all: Iterable<T>,
  place: (one: T) => string,
  read: (one: T) => R,
): R[] {
  const done: R[] = [];
  for (const one of all) {
    try {
      done.push(read(one));
    } catch (error) {
      noteUnread(place(one), error);
    }
  }
  return done;
}

/** Also for a file among folders, and a link that leads nowhere. */
function isAbsent(error: unknown): boolean {
  return ["ENOENT", "ENOTDIR", "ELOOP"].includes(String(codeOf(error)));
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

/** An error in words, and what can be done about it. */
export function reasonOf(error: unknown): Reason {
  if (error instanceof SegueError) return { why: error.message, hint: error.hint ?? RESTORE };
  if (error instanceof SyntaxError)
    return { why: "this is not JSON, or it is cut off", hint: RESTORE };
  const known = bySystem[String(codeOf(error))] ?? bySqlite(error);
  return known ?? { why: messageOf(error), hint: REPORT };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const RESTORE = "restore it from a backup, or move it away";
const REPORT = "if its agent still opens it, report this";
const PERMISSION = { why: "permission denied", hint: "make it readable" };
const DISK = { why: "the disk reports an error", hint: "check the disk" };

const bySystem: { readonly [code: string]: Reason | undefined } = {
  EACCES: PERMISSION,
  EPERM: PERMISSION,
  EIO: DISK,
  /** On Windows, of a file that a program has open for itself. */
  EBUSY: { why: "another program has it open", hint: "close that, or try again" },
  EISDIR: { why: "this is a folder, not a file", hint: RESTORE },
};

/** The primary result codes of https://www.sqlite.org/rescode.html */
function bySqlite(error: unknown): Reason | undefined {
  if (!(error instanceof Error) || !("errcode" in error)) return undefined;
  switch (Number(error.errcode) & 0xff) {
    case 1:
      return {
        why: `Segue does not know this database's layout: ${error.message}`,
        hint: "a newer version of Segue may support it",
      };
    case 3:
    case 14:
      return {
        why: "the database cannot be opened",
        hint: "check the permissions of the file and its folder",
      };
    case 5:
    case 6:
      return { why: "the database is locked", hint: "try again, or close what has it open" };
    case 8:
      return {
        why: "the database needs a folder that can be written to",
        hint: "make its folder writable",
      };
    case 10:
      return DISK;
    case 11:
      return { why: "the database is damaged", hint: RESTORE };
    case 26:
      return NO_DATABASE;
    default:
      return undefined;
  }
}

const NO_DATABASE: Reason = { why: "this is not a SQLite database", hint: RESTORE };

/** For a file that is where a database should be. */
export function notADatabase(where: string): SegueError {
  return new SegueError("unreadable", NO_DATABASE.why, { where, hint: NO_DATABASE.hint });
}
