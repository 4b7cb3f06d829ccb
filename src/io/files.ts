/** Walking a store's folders. */
import { type Dirent, readdirSync, realpathSync, type Stats, statSync } from "node:fs";
import { isAbsolute, join, relative, sep } from "node:path";

export interface StoredFile {
  path: string;
  /** Milliseconds since the epoch. */
  mtime: number;
  bytes: number;
  /** Tells it from another file of that name, and from the same file before a change. */
  inode: number;
}

let follows = false;

/** Are links to places outside of a store followed? Only where the user says so (the setting `links`). */
export function followLinks(follow: boolean): void {
  follows = follow;
}

/**
 * Regular files at most `depth` levels below `root`. Links are not followed into folders, nor out of
 * `root`, which may itself be one: a store holds its own sessions, not any file of the machine. What
 * cannot be read is skipped.
 */
export async function* listFiles(root: string, depth: number): AsyncGenerator<StoredFile> {
  yield* filesIn(root, depth);
}

/** As `listFiles`, at once: for a few calls to the system a file, threads cost more than they save. */
export function filesIn(root: string, depth: number): StoredFile[] {
  const files: StoredFile[] = [];
  collect(root, depth, (path, isLink) => {
    if (!isLink || !leadsOut(path, root)) addFile(path, files);
  });
  return files;
}

/** Links to files outside of `root`, which `listFiles` leaves out. */
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
  // Of tens of thousands, joining each path anew takes longer than anything else here.
  const above = join(folder, sep);
  for (const item of entriesOf(folder)) {
    const path = above + item.name;
    // However a loop of links goes, the depth ends it.
    if (item.isDirectory() || (follows && item.isSymbolicLink() && isFolder(path))) {
      if (depth > 1) collect(path, depth - 1, take);
    } else if (item.isFile() || item.isSymbolicLink()) take(path, item.isSymbolicLink());
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    return false;
  }
}

/** Does a link lead to something outside of `root`, though it may not? */
export function leadsOut(link: string, root: string): boolean {
  if (follows) return false;
  try {
    const inside = relative(realpathSync(root), realpathSync(link));
    return inside === ".." || inside.startsWith(`..${sep}`) || isAbsolute(inside);
  } catch {
    return false;
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/**
 * Of the file's number and the time of its last change of any kind, which no program sets: what was
 * written anew in place, to the same size and with the same time, is another one, too.
 */
function identityOf({ ino, ctimeMs }: Stats): number {
  return (ino + Math.round(ctimeMs * 1000)) % Number.MAX_SAFE_INTEGER;
}

function addFile(path: string, files: StoredFile[]): void {
  try {
    const info = statSync(path, { throwIfNoEntry: false });
    if (!info?.isFile()) return;
    files.push({ path, mtime: info.mtimeMs, bytes: info.size, inode: identityOf(info) });
  } catch {
    // Not ours to read, or a link that leads back to itself.
  }
}
