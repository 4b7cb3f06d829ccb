/**
 * The only place where files are opened for reading. It only opens regular files: reading a pipe
 * would wait, and reading a device would not end. Files that should be small have a size limit.
 */
import { closeSync, constants, fstatSync, openSync, type Stats } from "node:fs";
import { SegueError } from "../errors.ts";
import { readAt } from "./read-at.ts";
import { readOr } from "./unread.ts";

/**
 * The maximum size of a file that is read as one text, such as an agent's settings or an index of
 * its sessions.
 */
const MOST_TEXT = 256 << 20;

/** Node has no such flag on Windows, where opening a pipe by its path fails anyway. */
const { O_RDONLY, O_NONBLOCK = 0 } = constants;

export interface Opened {
  /** A descriptor, for the caller to close. */
  fd: number;
  /** The size in bytes when it was opened. */
  size: number;
}

/**
 * Opens a regular file for reading.
 * @param name the user's name for it, for the message
 * @throws SegueError `unreadable` if it is not a regular file; file system errors are passed on.
 */
export function openFile(path: string, name = path): Opened {
  // With O_NONBLOCK, opening a pipe without a writer returns at once.
  const fd = openSync(path, O_RDONLY | O_NONBLOCK);
  const info = fstatSync(fd);
  if (info.isFile()) return { fd, size: info.size };
  closeSync(fd);
  throw noFile(info, name);
}

function noFile(info: Stats, where: string): SegueError {
  const [what, hint] = kindOf(info);
  return new SegueError("unreadable", `this is ${what}, not a file`, {
    where,
    ...(hint === undefined ? {} : { hint }),
  });
}

function kindOf(info: Stats): [what: string, hint?: string] {
  if (info.isDirectory()) return ["a folder"];
  if (info.isFIFO()) return ["a pipe", "to read a session from a pipe, give - for the file"];
  return [info.isSocket() ? "a socket" : "a device"];
}

/**
 * A file as one text.
 * @throws SegueError `unreadable` if it is not a regular file, or larger than `most` bytes.
 */
export function textIn(path: string, most = MOST_TEXT): string {
  return bytesIn(path, most).toString("utf8");
}

/** Like `textIn`, as bytes. */
export function bytesIn(path: string, most = MOST_TEXT): Buffer {
  const { fd, size } = openFile(path);
  try {
    if (size > most) {
      throw new SegueError("unreadable", `this file is larger than ${Math.floor(most / 1e6)} MB`, {
        where: path,
      });
    }
    return readAt(fd, 0, size);
  } finally {
    closeSync(fd);
  }
}

/** A file as one text; "" if it cannot be read, which a search notes (see unread.ts). */
export function textOrNone(path: string): string {
  return readOr(path, "", () => textIn(path));
}

/** The first bytes of a file. */
export function headOf(path: string, most: number): Buffer {
  const { fd, size } = openFile(path);
  try {
    return readAt(fd, 0, Math.min(most, size));
  } finally {
    closeSync(fd);
  }
}

/** The last bytes of a file. */
export function tailOf(path: string, most: number): Buffer {
  const { fd, size } = openFile(path);
  try {
    const from = Math.max(0, size - most);
    return readAt(fd, from, size - from);
  } finally {
    closeSync(fd);
  }
}
