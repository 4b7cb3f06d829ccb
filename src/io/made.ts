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
 * Creates a folder and its missing parents, accessible only by the user. Node's own `recursive`
 * tries forever if the system reports an existing folder as missing, as /proc does.
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
    // Another process may have created it; some systems report other errors first, even for
    // existing folders.
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
