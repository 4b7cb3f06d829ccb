/** Folders that have to be made for a file, and go again with it. */
import { existsSync, rmdirSync } from "node:fs";
import { dirname } from "node:path";

/** The topmost folder that would have to be made for this one; null when it is there. */
export function missingFolder(folder: string): string | null {
  if (existsSync(folder)) return null;
  const above = dirname(folder);
  return above === folder ? folder : (missingFolder(above) ?? folder);
}

/** Removes `folder` and those above it up to `topmost`, as far as nothing is in them. */
export function removeEmptyFolders(folder: string, topmost: string | null): void {
  if (topmost === null || !folder.startsWith(topmost)) return;
  try {
    rmdirSync(folder);
  } catch (error) {
    // Not empty, or something else is in its place: not ours. What is gone already may leave others empty.
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) return;
  }
  removeEmptyFolders(dirname(folder), topmost);
}
