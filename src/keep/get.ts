/** Gets files out of an archive: the same bytes, times and permissions. */
import { chmodSync, existsSync, rmSync, utimesSync } from "node:fs";
import { dirname } from "node:path";
import { SegueError } from "../errors.ts";
import { Input } from "../io/input.ts";
import { removeEmptyFolders } from "../io/made.ts";
import { Output } from "../io/output.ts";
import type { Archive } from "./archive.ts";
import type { Kept, KeptFile } from "./manifest.ts";
import { digestOf } from "./objects.ts";

/** A file to be written, and where. */
export interface Wanted {
  file: KeptFile;
  to: string;
}

/** @throws SegueError if it is damaged. */
function contentOf(archive: Archive, kept: Kept, file: KeptFile, out: Output): void {
  for (const chunk of file.chunks) {
    const bytes = archive.read(chunk, kept.machine);
    if (!bytes) throw damaged(archive.objectsOf(kept.machine).path(chunk.sha256));
    out.write(bytes);
  }
  if (out.sha256 !== file.sha256) throw damaged(file.place);
}

function damaged(where: string): SegueError {
  return new SegueError("unreadable", "this part of the session is missing or damaged", {
    where,
    hint: "`segue keep --verify` names what is damaged; nothing was written",
  });
}

/**
 * The files under temporary names, complete and checked; those that are there with the same content
 * are left out.
 * @throws SegueError if one is damaged, or another file is in its place: then there is none.
 */
export function prepared(archive: Archive, kept: Kept, all: readonly Wanted[]): Prepared[] {
  const missing = all.filter(({ file, to }) => !isThere(file, to));
  const done: Prepared[] = [];
  try {
    for (const wanted of missing) {
      const out = new Output(wanted.to);
      done.push({ ...wanted, out, isDone: false });
      contentOf(archive, kept, wanted.file, out);
      out.sync();
    }
  } catch (error) {
    for (const { out } of done) out.discard();
    throw error;
  }
  return done;
}

export interface Prepared extends Wanted {
  out: Output;
  /** Does it have its name? */
  isDone: boolean;
}

function isThere({ sha256, bytes }: KeptFile, path: string): boolean {
  if (!existsSync(path)) return false;
  const input = new Input(path);
  try {
    if (input.size === bytes && input.sha256() === sha256) return true;
  } finally {
    input.close();
  }
  throw new SegueError("refused", "another file is where this one was", {
    where: path,
    hint: "restore the session to a folder of its own with -o DIR, or move that file away",
  });
}

/**
 * Gives the files their names: the session itself last, because without it nothing sees the rest. If
 * one fails, none of them stays.
 */
export function commitAll(files: readonly Prepared[]): void {
  const [own, ...more] = files;
  if (!own) return;
  try {
    for (const one of [...more, own]) commit(one);
  } catch (error) {
    takeAway(files);
    throw error;
  }
}

/** Removes files that were prepared, whether they have their names or not. */
export function takeAway(files: readonly Prepared[]): void {
  for (const one of files) {
    if (one.isDone) rmSync(one.to, { force: true });
    else one.out.discard();
    one.isDone = false;
  }
  for (const { out, to } of files) removeEmptyFolders(dirname(to), out.madeFolder);
}

/** With its times and its permissions. */
function commit(one: Prepared): void {
  const { file, out } = one;
  try {
    if (file.mode !== null) chmodSync(out.temp, file.mode & 0o777);
    utimesSync(out.temp, file.mtime / 1000, file.mtime / 1000);
  } catch {
    // A file system without them.
  }
  out.commit();
  one.isDone = true;
}

/** Rows of a database, as lines. @throws SegueError if they are damaged. */
export function rowsOf(archive: Archive, kept: Kept, file: KeptFile): Buffer {
  const all = file.chunks.map((chunk) => {
    const bytes = archive.read(chunk, kept.machine);
    if (!bytes) throw damaged(archive.objectsOf(kept.machine).path(chunk.sha256));
    return bytes;
  });
  const rows = Buffer.concat(all);
  if (digestOf(rows) !== file.sha256) throw damaged(file.place);
  return rows;
}
