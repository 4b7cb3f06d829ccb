/** Folders as editors name them: by URI. */

/** The path that a `file:` URI names; any other text as it is, null for none. */
export function folderAt(folder: string | undefined): string | null {
  if (folder === undefined || folder === "") return null;
  if (!folder.startsWith("file://")) return folder;
  try {
    const path = decoded(new URL(folder).pathname);
    return /^\/[A-Za-z]:\//.test(path) ? path.slice(1) : path;
  } catch {
    return folder;
  }
}

/** A path with a "%" that encodes nothing is one that was not encoded. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
