/** Changes to files in stores beyond making new ones: appending to an original, and taking back. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  rmSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { fileError, SegueError } from "../errors.ts";
import { removeEmptyFolders } from "./folders.ts";
import { Input } from "./input.ts";

/** Appends what `from` holds after its first `before` bytes to the file at `path`. */
export function appendTail(path: string, before: number, from: string): void {
  const tail = new Input(from);
  try {
    const fd = openSync(path, "a");
    try {
      for (let at = before; at < tail.size; ) {
        const chunk = tail.read(at, 1 << 20);
        for (let done = 0; done < chunk.length; ) done += writeSync(fd, chunk, done);
        at += chunk.length;
      }
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw fileError(error, path, "append to the session");
  } finally {
    tail.close();
  }
}

/** What a file was when it was written. */
interface State {
  bytes: number;
  sha256: string;
}

/** Cuts a file back to the size it had before `written` was appended. */
export function cutBack(path: string, before: number, written: State, force: boolean): void {
  if (!existsSync(path)) throw gone(path);
  // A write that was cut off leaves less than it meant to; that is ours to remove as well.
  if (!force && sizeOf(path) >= written.bytes) refuseChanged(path, written);
  if (sizeOf(path) > before) truncateSync(path, before);
}

/**
 * Removes a file that was written, and the folders from `made` down that were made for it, where
 * nothing else is in them. A file that never came to be is no error.
 */
export function removeFile(
  path: string,
  written: State,
  made: string | null,
  force: boolean,
): void {
  if (existsSync(path)) {
    if (!force) refuseChanged(path, written);
    rmSync(path);
  }
  removeEmptyFolders(dirname(path), made);
}

/**
 * Removes a file that was written beside a session: one in the session's own folder in any case,
 * for it went on with the session; one elsewhere when it is still as it was written.
 */
export function removeCompanion(
  { path, sha256, madeFolder }: { path: string; sha256: string; madeFolder: string | null },
  sessionFolder: string,
): void {
  if (existsSync(path)) {
    const input = new Input(path);
    const same = input.sha256() === sha256;
    input.close();
    if (!same && dirname(path) !== sessionFolder) return;
    rmSync(path);
  }
  removeEmptyFolders(dirname(path), madeFolder);
}

function refuseChanged(path: string, written: State): void {
  const input = new Input(path);
  const same = input.size === written.bytes && input.sha256() === written.sha256;
  input.close();
  if (same) return;
  throw new SegueError("refused", "the session went on since Segue wrote it", {
    where: path,
    hint: "undoing would lose that work; --force does it all the same",
  });
}

function gone(path: string): SegueError {
  return new SegueError("not-found", "the file is gone", { where: path });
}

function sizeOf(path: string): number {
  const input = new Input(path);
  input.close();
  return input.size;
}
