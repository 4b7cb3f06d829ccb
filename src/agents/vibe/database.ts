/** Mistral Vibe's sessions as lines. */
import { existsSync, mkdirSync, renameSync, rmdirSync, rmSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { SegueError } from "../../errors.ts";
import { textOrNone } from "../../io/door.ts";
import { putFile } from "../../io/output.ts";
import { parseValue } from "../../lossless/json-text.ts";
import { string } from "../../session/json.ts";
import { movedOn, sameLines } from "../shared/lines.ts";
import type { Database } from "../types.ts";
import { copied } from "./copy.ts";
import { folderLines, newMeta, recounted, saidIn } from "./folder.ts";
import {
  ATTACHMENTS,
  type Folder,
  folderName,
  importsIn,
  isFolder,
  MESSAGES,
  META,
  oldFolderOf,
  oldFolders,
  unifiedFolder,
  unifiedIds,
} from "./place.ts";
import { copyFolder, copyPlugins } from "./plugins.ts";
import { unwrap } from "./records.ts";
import { changeUnified, unifiedLines } from "./unified.ts";

export const database: Database = {
  holds,
  read,
  replace,
  copy,
  renamed: copied,
  // Nothing but the folder is needed, which the CLI makes when it first runs.
  import: ({ path }) => {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  },
};

/** `~/.vibe/logs/session`, or another folder with such sessions in it. */
function holds(path: string): boolean {
  if (!isFolder(path)) return false;
  const isUsual = basename(path) === "session" && basename(dirname(path)) === "logs";
  return isUsual || unifiedIds(path).length > 0 || oldFolders(path).length > 0;
}

/** Where a session lies: that of 3.x goes before the one of 2.x that it was imported from. */
export interface Place {
  unified: string | null;
  old: Folder | null;
}

export function placeOf(root: string, id: string): Place {
  const own = unifiedFolder(root, id);
  if (own !== null) return { unified: own, old: null };
  const old = oldFolderOf(root, id);
  const imported = old === null ? undefined : importsIn(root).get(id);
  return { unified: imported === undefined ? null : unifiedFolder(root, imported), old };
}

function read(root: string, id: string): string[] | null {
  return linesAt(placeOf(root, id), id);
}

function linesAt({ unified, old }: Place, id: string): string[] | null {
  if (unified !== null) return unifiedLines(unified, id, old?.meta ?? null);
  return old === null ? null : folderLines(old);
}

function replace(
  root: string,
  id: string,
  before: readonly string[] | null,
  after: readonly string[] | null,
): void {
  const place = placeOf(root, id);
  const now = linesAt(place, id);
  const where = place.unified ?? place.old?.folder ?? root;
  if (!sameLines(now, before)) throw movedOn(where, now, before);
  if (before === null) {
    if (after !== null) create(root, id, after);
  } else if (after === null) remove(root, place);
  else if (place.unified !== null) changeUnified(place.unified, before, after);
  else if (place.old !== null) changeFolder(place.old, before, after);
}

/** All of it appears at once, under the folder's name. */
function create(root: string, id: string, lines: readonly string[]): void {
  const said = saidIn(lines);
  if (said.session === null || said.session.session_id !== id) {
    throw new SegueError("refused", "these lines are not a session with this id", { where: root });
  }
  if (said.session.store === "unified" || lines.some(isNew)) throw notWritable(root);
  const name = folderName(id, string(said.session.start_time) ?? null);
  const folder = join(root, name);
  if (existsSync(folder)) {
    throw new SegueError("refused", "the session's folder already exists", { where: folder });
  }
  const aside = join(root, `.segue-${name}`);
  rmSync(aside, { recursive: true, force: true });
  mkdirSync(aside, { recursive: true, mode: 0o700 });
  try {
    putFile(join(aside, MESSAGES), said.messages);
    putFile(join(aside, META), newMeta(said));
    renameSync(aside, folder);
  } catch (error) {
    rmSync(aside, { recursive: true, force: true });
    throw error;
  }
}

/** With its attachments, and all that 3.x has besides what is said. */
function copy(path: string, id: string, to: string): void {
  const { unified, old } = placeOf(path, id);
  if (unified !== null) copyPlugins(path, unified, to);
  // 3.x does not need what it imported, but then has no session of that id.
  for (const folder of [old?.folder, unified]) {
    if (folder) copyFolder(folder, join(to, relative(path, folder)));
  }
}

const isNew = (line: string): boolean => unwrap(parseValue(line) ?? null).kind === "item";

function notWritable(where: string): SegueError {
  return new SegueError("refused", "only Mistral Vibe itself can start a session of 3.x", {
    where,
  });
}

/** The CLI counts the lines that it has written. */
function changeFolder(
  { folder }: Folder,
  before: readonly string[],
  after: readonly string[],
): void {
  const [was, is] = [saidIn(before), saidIn(after)];
  const isLonger = after.length > before.length;
  if (isLonger && before.some((line) => line.endsWith(',"torn":true}'))) {
    throw new SegueError("refused", "the last line of the session's file is incomplete", {
      where: folder,
      hint: "--fork writes a new session",
    });
  }
  if (isLonger && before.some((line) => /,"encoding":"utf-16[bl]e"\}$/.test(line))) {
    throw new SegueError("refused", "the session's file is not in UTF-8", {
      where: folder,
      hint: "--fork writes a new session",
    });
  }
  const path = join(folder, META);
  const meta = textOrNone(path);
  const changed = recounted(meta, is.count - was.count);
  putFile(join(folder, MESSAGES), is.messages);
  if (changed !== meta) putFile(path, changed);
}

/** With all that Mistral Vibe added to it, if it was told so: see `segue undo --force`. */
function remove(root: string, { unified, old }: Place): void {
  if (unified !== null) rmSync(unified, { recursive: true, force: true });
  if (unified !== null) removeEmpty(dirname(unified));
  if (old === null) return;
  rmSync(join(old.folder, ATTACHMENTS), { recursive: true, force: true });
  rmSync(join(old.folder, MESSAGES), { force: true });
  rmSync(join(old.folder, META), { force: true });
  removeEmpty(old.folder, root);
}

function removeEmpty(...folders: string[]): void {
  for (const folder of folders) {
    try {
      rmdirSync(folder);
    } catch {
      // Something else is there.
      return;
    }
  }
}
