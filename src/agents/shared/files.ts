/** Walking a store's folders. */
import { opendir, stat } from "node:fs/promises";
import { join } from "node:path";

export interface StoredFile {
  path: string;
  /** Milliseconds since the epoch. */
  mtime: number;
  bytes: number;
}

/**
 * Regular files at most `depth` levels below `root`. Links are not followed into folders, so a
 * loop cannot hold the walk; what cannot be read is skipped.
 */
export async function* listFiles(root: string, depth: number): AsyncGenerator<StoredFile> {
  let folder: Awaited<ReturnType<typeof opendir>>;
  try {
    folder = await opendir(root);
  } catch {
    return;
  }
  for await (const item of folder) {
    const path = join(root, item.name);
    if (item.isDirectory() && depth > 1) yield* listFiles(path, depth - 1);
    else if (item.isFile() || item.isSymbolicLink()) yield* statFile(path);
  }
}

async function* statFile(path: string): AsyncGenerator<StoredFile> {
  try {
    const info = await stat(path);
    if (info.isFile()) yield { path, mtime: info.mtimeMs, bytes: info.size };
  } catch {
    // Gone meanwhile, a dangling link, or not ours to read.
  }
}
