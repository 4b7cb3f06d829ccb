/** Walking a store's folders. */
import { type Dirent, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

export interface StoredFile {
  path: string;
  /** Milliseconds since the epoch. */
  mtime: number;
  bytes: number;
  inode: number;
}

/**
 * Regular files at most `depth` levels below `root`. Links are not followed into folders, so a
 * loop cannot hold the walk; what cannot be read is skipped.
 */
export async function* listFiles(root: string, depth: number): AsyncGenerator<StoredFile> {
  yield* filesIn(root, depth);
}

/** As `listFiles`, at once: for a few calls to the system a file, threads cost more than they save. */
export function filesIn(root: string, depth: number): StoredFile[] {
  const files: StoredFile[] = [];
  collect(root, depth, files);
  return files;
}

function collect(folder: string, depth: number, files: StoredFile[]): void {
  for (const item of entriesOf(folder)) {
    const path = join(folder, item.name);
    if (item.isDirectory()) {
      if (depth > 1) collect(path, depth - 1, files);
    } else if (item.isFile() || item.isSymbolicLink()) addFile(path, files);
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function addFile(path: string, files: StoredFile[]): void {
  try {
    const info = statSync(path, { throwIfNoEntry: false });
    if (!info?.isFile()) return;
    files.push({ path, mtime: info.mtimeMs, bytes: info.size, inode: info.ino });
  } catch {
    // Not ours to read, or a link that leads back to itself.
  }
}
