/** Changes to files in stores other than creating them: appending to an original, and reverting. */
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  rmSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { fileError, Overtaken, SegueError } from "../errors.ts";
import { Input } from "./input.ts";
import { removeEmptyFolders } from "./made.ts";

/** A file as it was when it was written. */
export interface State {
  bytes: number;
  sha256: string;
}

/**
 * Appends the contents of `from` beyond `before` to the file at `path`, which must be `before`
 * right now. If another process appends at the very same moment, the appended bytes are removed
 * again.
 * @throws SegueError `refused` if the file is a different one, or was changed in the meantime.
 */
export function appendTail(path: string, before: State, from: string): void {
  const tail = new Input(from);
  try {
    if (!isAs(path, before)) throw changed(path);
    const fd = openSync(path, "a+");
    try {
      if (fstatSync(fd).size !== before.bytes) throw changed(path);
      writeOrNothing(fd, tail, before.bytes);
      if (!isBetween(fd, tail, before.bytes)) {
        if (takeOff(fd, tail, before.bytes)) throw changed(path);
        throw mixed(path);
      }
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw fileError(error, path, "append to the session");
  } finally {
    tail.close();
  }
}

const CHUNK = 1 << 20;

function writeRest(fd: number, tail: Input, before: number): void {
  for (let at = before; at < tail.size; ) {
    const chunk = tail.read(at, CHUNK);
    for (let done = 0; done < chunk.length; ) done += writeSync(fd, chunk, done);
    at += chunk.length;
  }
}

/** If the disk is full or fails, what it wrote is removed again. */
function writeOrNothing(fd: number, tail: Input, before: number): void {
  try {
    writeRest(fd, tail, before);
    fsyncSync(fd);
  } catch (error) {
    const added = fstatSync(fd).size - before;
    if (added > 0 && isBetween(fd, tail, before, 0, before + added)) ftruncateSync(fd, before);
    throw error;
  }
}

/** Does the file have the same contents as `tail` from there on? */
function isBetween(fd: number, tail: Input, before: number, shift = 0, end = tail.size): boolean {
  if (end > tail.size || fstatSync(fd).size < end + shift) return false;
  const now = Buffer.alloc(CHUNK);
  for (let at = before; at < end; ) {
    const chunk = tail.read(at, Math.min(CHUNK, end - at));
    const read = readSync(fd, now, 0, chunk.length, at + shift);
    if (!now.subarray(0, read).equals(chunk)) return false;
    at += chunk.length;
  }
  return true;
}

/** Removes what was appended, if nothing follows it. False if that is not possible. */
function takeOff(fd: number, tail: Input, before: number): boolean {
  const shift = fstatSync(fd).size - tail.size;
  if (shift <= 0 || !isBetween(fd, tail, before, shift)) return false;
  ftruncateSync(fd, before + shift);
  return true;
}

function changed(path: string): SegueError {
  return new Overtaken("another program changed the session in the meantime", {
    where: path,
    hint: "nothing was added; close the session there and try again",
  });
}

function mixed(path: string): SegueError {
  return new SegueError("failed", "another program wrote to the session at the same moment", {
    where: path,
    hint: "its lines and Segue's are mixed at the end of the file; check it before you continue",
  });
}

/** Does the file exist unchanged? */
export function isAs(path: string, { bytes, sha256 }: State): boolean {
  if (!existsSync(path)) return false;
  const input = new Input(path);
  try {
    return input.size === bytes && input.sha256() === sha256;
  } finally {
    input.close();
  }
}

/** An append that is to be reverted. */
export interface Appended {
  path: string;
  before: number;
  /** The previous contents; unknown for older versions. */
  beforeSha256?: string;
  after: State;
  /** What was to be appended, if the append was not recorded as complete; else null. */
  pending: string | null;
}

/**
 * Truncates a file to what it was before an append.
 * @throws SegueError `refused` unless exactly what Segue appended is removed.
 */
export function cutBack({ path, before, beforeSha256, after, pending }: Appended): void {
  if (!existsSync(path)) throw gone(path);
  const size = sizeOf(path);
  const old = beforeSha256 === undefined ? null : { bytes: before, sha256: beforeSha256 };
  // The write never took effect.
  if (size === before && old && isAs(path, old)) return;
  const isOurs = isAs(path, after) || (old !== null && isTorn(path, old, size, pending));
  if (!isOurs) throw wentOn(path);
  truncateSync(path, before);
}

/** How much of an append exists: all of it, a part of it and nothing else, or nothing. */
export function progressOf({
  path,
  before,
  beforeSha256 = "",
  after,
  pending,
}: Appended): "done" | "torn" | "not begun" | "unknown" {
  if (!existsSync(path)) return "unknown";
  const old = { bytes: before, sha256: beforeSha256 };
  const input = new Input(path);
  try {
    const { size } = input;
    if (size >= after.bytes && input.sha256(after.bytes) === after.sha256) return "done";
    if (size === before && input.sha256() === beforeSha256) return "not begun";
    return isTorn(path, old, size, pending) ? "torn" : "unknown";
  } finally {
    input.close();
  }
}

/** Truncates a file to a size, whatever follows. */
export function cutOff(path: string, before: number): void {
  if (existsSync(path) && sizeOf(path) > before) truncateSync(path, before);
}

/** Was the append interrupted, so that a part of it exists, and nothing else? */
function isTorn(path: string, before: State, size: number, pending: string | null): boolean {
  if (pending === null || !existsSync(pending) || size <= before.bytes) return false;
  const [now, meant] = [new Input(path), new Input(pending)];
  try {
    const added = size - before.bytes;
    if (added > meant.size || now.sha256(before.bytes) !== before.sha256) return false;
    for (let at = 0; at < added; at += CHUNK) {
      const chunk = now.read(before.bytes + at, Math.min(CHUNK, added - at));
      if (!chunk.equals(meant.read(at, chunk.length))) return false;
    }
    return true;
  } finally {
    now.close();
    meant.close();
  }
}

/**
 * Removes a file that was written, and the folders from `made` down that were created for it, if
 * they are empty. It is no error if the file was never created.
 */
export function removeFile(path: string, written: State, made: string | null): void {
  if (!existsSync(path)) throw gone(path);
  if (!isAs(path, written)) throw wentOn(path);
  rmSync(path);
  removeEmptyFolders(dirname(path), made);
}

/**
 * Removes a file that was written beside a session: one in the session's own folder in any case,
 * because it continued with the session; one elsewhere if it is unchanged.
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

/** For a session that undo must not touch. */
export function wentOn(path: string): SegueError {
  return new SegueError("refused", "the session has changed since Segue wrote it", {
    where: path,
    hint: "undo would discard those changes; --force keeps a copy first",
  });
}

function gone(path: string): SegueError {
  return new SegueError("not-found", "the session no longer exists", {
    where: path,
    hint: "it was moved or deleted; use --force to forget this write",
  });
}

function sizeOf(path: string): number {
  const input = new Input(path);
  input.close();
  return input.size;
}
