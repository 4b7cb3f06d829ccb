/** Folders that are made only for a while. */
import { mkdtempSync, rmdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileError, SegueError } from "../errors.ts";
import { onInterrupt } from "./interrupt.ts";

/** A temporary folder for as long as `work` takes. @throws SegueError when it cannot be made. */
export async function withScratch<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = newScratch();
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const forget = onInterrupt(remove);
  try {
    return await work(folder);
  } finally {
    remove();
    forget();
  }
}

function newScratch(): string {
  const place = tmpdir();
  try {
    return mkdtempSync(join(place, "segue-"));
  } catch (error) {
    const known = fileError(error, place, "make a temporary folder");
    if (!(known instanceof SegueError)) throw known;
    const { message } = known;
    throw new SegueError("failed", message, { where: place, hint: "TMPDIR says where they go" });
  }
}

/** Removes `folder` and those above it up to `topmost`, as far as nothing is in them. */
export function removeEmptyFolders(folder: string, topmost: string | null): void {
  if (topmost === null || !folder.startsWith(topmost)) return;
  try {
    rmdirSync(folder);
  } catch {
    // Not empty, or gone already with something in its place: not ours.
    return;
  }
  removeEmptyFolders(dirname(folder), topmost);
}
