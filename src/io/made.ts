/** Folders that are created for a file, and removed with it. */
import { existsSync, rmdirSync } from "node:fs";
import { dirname } from "node:path";

/** The topmost folder that would have to be created for this one; null if it exists. */
export function missingFolder(folder: string): string | null {
  if (existsSync(folder)) return null;
  const above = dirname(folder);
  return above === folder ? folder : (missingFolder(above) ?? folder);
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
