/** Where in the store a session lies: sessions/<its folder, percent-encoded>/<id>. */
import { join } from "node:path";
import { SegueError } from "../../errors.ts";
import { entriesOf, isFolder } from "../../io/files.ts";

const NAME_BYTES = 255;

/** The name of the folder of all sessions of a project. */
export function groupName(cwd: string): string {
  const name = encodeURIComponent(cwd.toWellFormed()).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  if (name.length <= NAME_BYTES) return name;
  // The CLI names it by a digest that Node does not have.
  throw new SegueError("refused", "the path of the session's folder is too long for Grok Build", {
    where: cwd,
    hint: "specify another folder with --cwd",
  });
}

/** Names of folders; what begins with a dot is on its way in. */
export function foldersIn(folder: string): string[] {
  return entriesOf(folder).flatMap((entry) =>
    entry.isDirectory() && !entry.name.startsWith(".") ? [entry.name] : [],
  );
}

/** The folder of the session with this id, whatever project it is of. */
export function folderOf(root: string, id: string): string | null {
  if (!/^[\w.-]+$/.test(id) || id.startsWith(".")) return null;
  const found = foldersIn(root).map((group) => join(root, group, id));
  return found.find((folder) => isFolder(folder)) ?? null;
}
