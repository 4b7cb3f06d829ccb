/** Walks a store's folders. */
import { type Dirent, lstatSync, readdirSync, realpathSync, type Stats, statSync } from "node:fs";
import { dirname, isAbsolute, join, relative, sep } from "node:path";
import { inSearch, noteUnread, readOr } from "./unread.ts";

export interface StoredFile {
  path: string;
  /** Milliseconds since the epoch. */
  mtime: number;
  bytes: number;
  /**
   * Distinguishes it from another file with the same name, and from the same file before a change.
   */
  inode: number;
}

let follows = false;

/** Follow links that lead out of a store? Only if the user configures it (the `links` setting). */
export function followLinks(follow: boolean): void {
  follows = follow;
}

/**
 * Regular files at most `depth` levels below `root`. Links to folders, and links out of `root`
 * (which may itself be a link), are not followed: a store contains its own sessions, not any file
 * on the machine. What cannot be read is noted (see unread.ts) and skipped.
 */
export async function* listFiles(root: string, depth: number): AsyncGenerator<StoredFile> {
  yield* filesIn(root, depth);
}

/**
 * Like `listFiles`, synchronously: for a few system calls per file, threads cost more than they
 * save.
 */
export function filesIn(root: string, depth: number): StoredFile[] {
  const files: StoredFile[] = [];
  collect(root, depth, (path, isLink) => {
    if (!isLink || !leadsOut(path, root)) addFile(path, files);
  });
  return files;
}

/** The file at this path as `filesIn` its folder has it, whatever else is in the folder. */
export function fileAt(path: string): StoredFile | undefined {
  const files: StoredFile[] = [];
  try {
    const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
    if (!isLink || !leadsOut(path, dirname(path))) addFile(path, files);
  } catch {
    // Not readable.
  }
  return files[0];
}

/** Links to files outside `root`, which `listFiles` leaves out. */
export function linksOut(root: string, depth: number): string[] {
  const links: string[] = [];
  collect(root, depth, (path, isLink) => {
    if (isLink && leadsOut(path, root)) links.push(path);
  });
  return links;
}

function collect(
  folder: string,
  depth: number,
  take: (path: string, isLink: boolean) => void,
): void {
  // For tens of thousands of files, joining each path takes longer than anything else here.
  const above = join(folder, sep);
  for (const item of entriesOf(folder)) {
    const path = above + item.name;
    // The depth limit ends any loop of links.
    if (item.isDirectory() || (follows && item.isSymbolicLink() && isFolder(path))) {
      if (depth > 1) collect(path, depth - 1, take);
    } else if (item.isFile() || item.isSymbolicLink()) take(path, item.isSymbolicLink());
  }
}

/** Is it a folder, or a link to one? */
export function isFolder(path: string): boolean {
  return readOr(
    path,
    false,
    () => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false,
  );
}

/**
 * What is at a path; undefined for nothing. In a search, what cannot be looked at is noted (see
 * unread.ts) and counts as nothing; otherwise the error is thrown.
 */
export function statOf(path: string): Stats | undefined {
  return inSearch(path, () => statSync(path, { throwIfNoEntry: false }));
}

/** The same, of a link itself. */
export function linkOf(path: string): Stats | undefined {
  return inSearch(path, () => lstatSync(path, { throwIfNoEntry: false }));
}

/** Does a link lead outside `root`, although that is not allowed? */
export function leadsOut(link: string, root: string): boolean {
  if (follows) return false;
  try {
    const inside = relative(realpathSync.native(root), realpathSync.native(link));
    return inside === ".." || inside.startsWith(`..${sep}`) || isAbsolute(inside);
  } catch {
    return false;
  }
}

/** What is in a folder; none, and a note (see unread.ts), if it cannot be read. */
export function entriesOf(folder: string): Dirent[] {
  return readOr(folder, [], () => readdirSync(folder, { withFileTypes: true }));
}

/** The names in a folder; none, and a note (see unread.ts), if it cannot be read. */
export function namesOf(folder: string): string[] {
  return readOr(folder, [], () => readdirSync(folder));
}

/**
 * From the file's number and the time of its last change of any kind, which programs cannot set: a
 * file that was rewritten in place with the same size and time is a different one, too.
 */
function identityOf({ ino, ctimeMs }: Stats): number {
  return (ino + Math.round(ctimeMs * 1000)) % Number.MAX_SAFE_INTEGER;
}

function addFile(path: string, files: StoredFile[]): void {
  try {
    const info = statSync(path, { throwIfNoEntry: false });
    if (!info?.isFile()) return;
    files.push({ path, mtime: info.mtimeMs, bytes: info.size, inode: identityOf(info) });
  } catch (error) {
    noteUnread(path, error);
  }
}
