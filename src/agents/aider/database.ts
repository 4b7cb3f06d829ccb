/** A history in a project as lines: the session's own, then one for each block. */
import { isUtf8 } from "node:buffer";
import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  lstatSync,
  openSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { SegueError } from "../../errors.ts";
import { bytesIn } from "../../io/door.ts";
import { Output, putFile } from "../../io/output.ts";
import { parseValue, stringify } from "../../lossless/json-text.ts";
import type { Json } from "../../session/types.ts";
import { movedOn, sameLines } from "../shared/lines.ts";
import type { Database } from "../types.ts";
import { history, split } from "./document.ts";
import { isRenamed } from "./named.ts";
import { idOf, isHistory, projectOf } from "./place.ts";
import { headOf, sessionRecord } from "./records.ts";

export const database: Database = {
  // A link is read as the file that it leads to.
  holds: (path) => (isHistory(path) || isRenamed(path)) && !isLink(path),
  refuse: refuseWithoutFolder,
  read: (path, id) => (idOf(path) === id ? linesAt(path) : null),
  file: (path) => path,
  replace,
  renamed: ([head = "", ...lines], newId) => {
    const own = headOf(parseValue(head) ?? null);
    return own ? [textOf(sessionRecord(newId, own.cwd)), ...lines] : [head, ...lines];
  },
};

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

/** The lines of a history; null where there is none. */
export function linesAt(path: string): string[] | null {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isFile()) return null;
  return linesOf(path, bytesIn(path, Number.POSITIVE_INFINITY));
}

function linesOf(path: string, bytes: Buffer): string[] {
  return [sessionRecord(idOf(path), projectOf(path)), ...split(bytes)].map(textOf);
}

function replace(
  path: string,
  id: string,
  before: readonly string[] | null,
  after: readonly string[] | null,
): void {
  if (idOf(path) !== id) {
    throw new SegueError("refused", "these lines belong to another session", { where: path });
  }
  const now = linesAt(path);
  if (!sameLines(now, before)) throw movedOn(path, now, before);
  if (after === null) {
    rmSync(path, { force: true });
    return;
  }
  const bytes = bytesFor(after, id, path);
  if (!sameLines(linesOf(path, bytes).slice(1), after.slice(1))) throw unfinished(path);
  if (before === null) {
    refuseWithoutFolder(path);
    const out = new Output(path);
    out.write(bytes);
    out.commit();
    return;
  }
  const old = bytesFor(before, id, path);
  if (bytes.length > old.length && !isUtf8(old)) throw notUtf8(path);
  change(path, old, bytes);
}

/** A project is not made for the sake of a session in it. */
function refuseWithoutFolder(path: string): void {
  const folder = dirname(path);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  throw new SegueError(
    "failed",
    "Aider stores sessions in the project, and this folder does not exist",
    {
      where: folder,
      hint: "specify another folder with --cwd",
    },
  );
}

function bytesFor([first = "", ...lines]: readonly string[], id: string, path: string): Buffer {
  if (headOf(parseValue(first) ?? null)?.id !== id) {
    throw new SegueError("refused", "these lines belong to another session", { where: path });
  }
  return history.join(lines.map((line) => parseValue(line) ?? null));
}

/** `read_text` in aider/io.py gives up such a file: what is added would not be sent, either. */
function notUtf8(path: string): SegueError {
  return new SegueError("refused", "the history is not UTF-8: Aider would send nothing of it", {
    where: path,
    hint: "convert the file to UTF-8, or use --fork to write a new session",
  });
}

/** What is added would become a part of the line that a crash or an editor left without an end. */
function unfinished(path: string): SegueError {
  return new SegueError("refused", "the last line of the history is incomplete", {
    where: path,
    hint: "start aider once in this folder: it completes the line",
  });
}

/** Aider opens the file for each line that it appends: so what stands there stays where it is. */
function change(path: string, before: Buffer, after: Buffer): void {
  const isLonger = after.subarray(0, before.length).equals(before);
  const isShorter = before.subarray(0, after.length).equals(after);
  if (!isLonger && !isShorter) {
    putFile(path, after);
    return;
  }
  const fd = openSync(path, constants.O_RDWR | constants.O_APPEND | constants.O_NOFOLLOW);
  try {
    if (fstatSync(fd).size !== before.length) throw movedOn(path, { length: 1 }, []);
    if (isLonger) append(fd, after.subarray(before.length), before.length);
    else ftruncateSync(fd, after.length);
  } finally {
    closeSync(fd);
  }
}

/** All of it, or nothing. */
function append(fd: number, bytes: Buffer, size: number): void {
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
  } catch (error) {
    ftruncateSync(fd, size);
    throw error;
  }
}

function textOf(value: Json): string {
  return stringify(value) ?? "null";
}
