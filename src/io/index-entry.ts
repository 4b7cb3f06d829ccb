/**
 * One entry in an index that an agent keeps of its sessions. The file is replaced atomically. If the
 * agent writes it at the same time, nothing of that is lost: the entry is added to the new version.
 */
import { appendFileSync, closeSync, existsSync, fstatSync, realpathSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { fileError, SegueError } from "../errors.ts";
import {
  hasEntry,
  type IndexForm,
  isEmptyIndex,
  withEntry,
  withNewOf,
  withoutEntry,
} from "../lossless/json-index.ts";
import type { JsonObject } from "../session/types.ts";
import { openFile, textIn } from "./door.ts";
import { pause } from "./lock.ts";
import { makeFolders, missingFolder, removeEmptyFolders } from "./made.ts";
import { Output } from "./output.ts";
import { readAt } from "./read-at.ts";

/** An entry for an agent's index. */
export interface IndexEntry extends IndexForm {
  /** The index's file. */
  path: string;
  id: string;
  value: JsonObject;
  /**
   * For an entry that several sessions share: the folder of these sessions. While it exists, the
   * entry stays.
   */
  neededBy?: string;
}

/** An entry as recorded in the journal before it is added: everything needed to add or remove it. */
export interface NotedEntry extends IndexEntry {
  /** The file did not exist. */
  isNew: boolean;
  /** The topmost folder that must be created for it; null for none. */
  madeFolder: string | null;
  /** See `Inserted`. */
  blank?: string;
}

/** How often to try again while another program writes the file. */
const TRIES = 20;
const PAUSE_MS = 10;
/** How long another program may take to write it, in milliseconds. */
const LATE_TRIES = 2000;

/**
 * What the journal must record about an entry before it is added.
 * @throws SegueError `refused` if the index has an unknown form: then nothing must be written
 */
export function noteEntry(entry: IndexEntry): NotedEntry {
  const text = settledText(entry.path, entry);
  const inserted = withEntry(text, entry, entry.id, entry.value);
  if (!inserted) throw unknownForm(entry.path);
  const { blank } = inserted;
  const madeFolder = missingFolder(dirname(entry.path));
  return { ...entry, isNew: text === null, madeFolder, ...(blank ? { blank } : {}) };
}

/**
 * Adds the entry, unless there is one with its id. The caller holds the lock for this path.
 * @throws SegueError `refused` if the index has an unknown form, `failed` if it cannot be written
 */
export function addEntry(entry: NotedEntry): void {
  const { path, form, id, value } = entry;
  if (form === "lines") {
    addLine(entry);
    return;
  }
  makeFolders(dirname(path));
  rewrite(path, entry, (text) => {
    if (text !== null && hasEntry(text, entry, id)) return text;
    const inserted = withEntry(text, entry, id, value);
    return inserted?.text;
  });
}

/** Appends a line in one write, as the agent itself does. */
function addLine({ path, key, id, value }: NotedEntry): void {
  const form: IndexForm = { form: "lines", ...(key === undefined ? {} : { key }) };
  const text = textAt(path) ?? "";
  if (hasEntry(text, form, id)) return;
  makeFolders(dirname(path));
  const line = withEntry(text, form, id, value)?.text.slice(text.length) ?? "";
  try {
    appendFileSync(path, line, { mode: 0o600, flush: true });
  } catch (error) {
    throw fileError(error, path, "add the session to the index");
  }
}

/**
 * Removes the entry: if nothing else has changed, the file has its original bytes again. It is not an
 * error if the entry no longer exists. The caller holds the lock for this path.
 * @throws SegueError `refused` if the file is no longer such an index
 */
export function removeEntry(entry: NotedEntry): void {
  const { path, id, isNew, madeFolder, blank, neededBy, ...form } = entry;
  if (neededBy !== undefined && existsSync(neededBy)) return;
  if (existsSync(path)) {
    rewrite(path, form, (text) => {
      if (text === null || text.trim() === "") return text;
      const rest = withoutEntry(text, form, id, blank);
      if (rest === null) return undefined;
      return isNew && rest !== text && isEmptyIndex(rest, form) ? null : rest;
    });
  }
  removeEmptyFolders(dirname(path), madeFolder);
}

/** The text, once no other program is in the middle of writing it. */
function settledText(path: string, form: IndexForm): string | null {
  for (let n = 0; ; n++) {
    const text = textAt(path);
    if (text === null || n === TRIES || isSettled(text, form)) return text;
    if (text === "" && (form.form === "lines" || n > TRIES / 2)) return text;
    pause(PAUSE_MS);
  }
}

/** null if there is no file. */
function textAt(path: string): string | null {
  return existsSync(path) ? textIn(path) : null;
}

/**
 * The new text; null for no file. undefined if the text is not such an index, or another program is in
 * the middle of writing it.
 */
type Change = (text: string | null) => string | null | undefined;

/**
 * Replaces a file with the text that `change` returns. The old file stays open meanwhile: if another
 * program writes to it after it was read and before it is replaced, its new entries are added, too.
 */
function rewrite(path: string, form: IndexForm, change: Change): void {
  for (let n = 0; n < TRIES; n++) {
    if (n > 0) pause(PAUSE_MS);
    const old = open(path);
    try {
      // A program that writes it truncates it first.
      if (old?.first === "" && n < TRIES / 2) continue;
      const next = change(old?.first ?? null);
      if (next === undefined) continue;
      if (next === (old?.first ?? null)) return;
      if (!put(path, next, old)) continue;
      if (old && next !== null) addLate(path, old, form);
      return;
    } finally {
      old?.close();
    }
  }
  throw unknownForm(path);
}

/** Adds entries that were written to the old file in the meantime to the file that replaced it. */
function addLate(path: string, old: Old, form: IndexForm): void {
  // A program may have resolved the old path just before, and truncate that file now.
  pause(PAUSE_MS);
  if (old.text() === old.first) return;
  for (let n = 0; !isSettled(old.text(), form); n++) {
    if (n === LATE_TRIES) return;
    pause(1);
  }
  const late = old.text();
  for (let n = 0; n < TRIES; n++) {
    const now = open(path);
    try {
      if (now === null) return;
      if (!isSettled(now.first, form)) pause(1);
      else if (put(path, withNewOf(late, old.first, now.first, form), now)) return;
    } finally {
      now?.close();
    }
  }
}

function isSettled(text: string, form: IndexForm): boolean {
  return text !== "" && hasEntry(text, form, "") !== null;
}

interface Old {
  /** Its path, with all links resolved. */
  path: string;
  ino: number;
  /** Its text when it was opened. */
  first: string;
  /** Its text now, even if it no longer has a name. */
  text(): string;
  close(): void;
}

function open(path: string): Old | null {
  if (!existsSync(path)) return null;
  const real = realpathSync(path);
  const { fd } = openFile(real);
  const text = (): string => readAt(fd, 0, fstatSync(fd).size).toString("utf8");
  const { ino } = fstatSync(fd);
  return { path: real, ino, first: text(), text, close: () => closeSync(fd) };
}

/** False if the file has changed. */
function put(path: string, text: string | null, old: Old | null): boolean {
  const real = old?.path ?? path;
  if (text === null) {
    if (!isAsBefore(real, old)) return false;
    rmSync(real, { force: true });
    return true;
  }
  const out = new Output(real);
  out.write(text);
  out.sync();
  if (!isAsBefore(real, old)) {
    out.discard();
    return false;
  }
  if (old) out.commit({ replace: true });
  else out.commit();
  return true;
}

function isAsBefore(path: string, old: Old | null): boolean {
  const now = open(path);
  try {
    if (now === null || old === null) return now === old;
    return now.ino === old.ino && now.first === old.first;
  } finally {
    now?.close();
  }
}

function unknownForm(path: string): SegueError {
  return new SegueError(
    "refused",
    "the agent's index of sessions is damaged, or of an unknown form",
    {
      where: path,
      hint: "Segue changes nothing in it; repair it, or move it away",
    },
  );
}
