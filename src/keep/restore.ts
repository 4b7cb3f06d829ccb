/** Restores a kept session: to a folder, or into its agent's store. */
import { join } from "node:path";
import type { Agent } from "../agents/types.ts";
import { SegueError } from "../errors.ts";
import { withLock } from "../io/lock.ts";
import { putFile } from "../io/output.ts";
import type { Env } from "../io/state.ts";
import type { Archive } from "./archive.ts";
import { commitAll, prepared, rowsOf, type Wanted } from "./get.ts";
import { install, isRows } from "./install.ts";
import type { Kept } from "./manifest.ts";
import { type Home, namesBelow, placeInStore } from "./places.ts";

export interface Restored {
  /** The session itself. */
  path: string;
  written: number;
  /** What was there already. */
  same: number;
  /** Files that were outside the store, and are only restored to a folder. */
  left: string[];
}

/** @throws SegueError if something is damaged, or in the way: then nothing was written. */
export function restoreTo(archive: Archive, kept: Kept, folder: string): Restored {
  const names = namesBelow(folder, kept);
  const wanted = [...names].map(([file, to]) => ({ file, to }));
  const files = prepared(archive, kept, wanted);
  commitAll(files);
  const [path = folder] = names.values();
  return { path, written: files.length, same: wanted.length - files.length, left: [] };
}

/** Where it is restored to, and with what. */
export interface Store {
  agent: Agent;
  home: Home;
  /** The path of the agent's program; null if it is not installed. */
  command: string | null;
  env: Env;
  /** A folder for temporary files. */
  scratch: string;
}

/**
 * The write is in the journal, for `segue undo`.
 * @throws SegueError as for `restoreTo`, or if the session is there in another state.
 */
export function restoreInto(archive: Archive, kept: Kept, store: Store): Restored {
  const placed = kept.files.map((file) => ({ file, to: placeInStore(file, kept, store.home) }));
  const left = placed.flatMap(({ file, to }) => (to === null ? [file.place] : []));
  const all = placed.flatMap(({ file, to }): Wanted[] => (to === null ? [] : [{ file, to }]));
  const [own] = all;
  if (!own || own.file !== kept.files[0]) {
    throw new SegueError("refused", "the session was not in its agent's store", {
      where: kept.place,
      hint: "restore it to a folder with -o DIR",
    });
  }
  const rows = all.filter(isRows).map(({ file, to }, n) => {
    const path = join(store.scratch, `rows-${n}`);
    putFile(path, rowsOf(archive, kept, file), { secret: true });
    return { file, to, path };
  });
  const written = withLock(store.env, own.to, () => {
    const files = prepared(
      archive,
      kept,
      all.filter((one) => !isRows(one)),
    );
    return install({ kept, store, own, rows, files });
  });
  return { path: own.to, written, same: all.length - written, left };
}
