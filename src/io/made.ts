/** Folders that are created for a file, and removed with it. */
import { existsSync, mkdirSync, rmdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** The topmost folder that would have to be created for this one; null if it exists. */
export function missingFolder(folder: string): string | null {
  if (existsSync(folder)) return null;
  const above = dirname(folder);
  return above === folder ? folder : (missingFolder(above) ?? folder);
}

/**
 * Makes a folder, and those above it that are missing, for the user alone. Node's own `recursive` tries
 * for ever where the system says that there is no such folder of one that is there, as /proc does.
 * @throws the system's error
 */
export function makeFolders(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    const above = dirname(folder);
    if (code === "ENOENT" && above !== folder && !existsSync(above)) {
      makeFolders(above);
      makeFolders(folder);
      return;
    }
    // Another process may have made it; some systems refuse first what they need not make.
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}

/** Removes `folder` and its parents up to `topmost`, as long as they are empty. */
export function removeEmptyFolders(folder: string, topmost: string | null): void {
  if (topmost === null || !folder.startsWith(topmost)) return;
  try {
    rmdirSync(folder);
  } catch (error) {
    // Not empty, or something else is in its place: keep it. If it is already gone, its parents may
    // be empty.
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) return;
  }
  removeEmptyFolders(dirname(folder), topmost);
}
