/**
 * One entry in an index that an agent keeps of its sessions, and writes as well. The file is replaced
 * as a whole, and what the agent itself writes at the same moment is neither lost nor overwritten: it
 * is looked at again, and the entry goes into what is there by then.
 */
import {
  appendFileSync,
  chmodSync,
  closeSync,
  existsSync,
  fstatSync,
  realpathSync,
  rmSync,
} from "node:fs";
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

/** An entry that is to stand in an agent's index. */
export interface IndexEntry extends IndexForm {
  /** The index's file. */
  path: string;
  id: string;
  value: JsonObject;
}

/** An entry as the journal notes it, before it is there: all that it takes to put it in, or take it out. */
export interface NotedEntry extends IndexEntry {
  /** There was no such file. */
  isNew: boolean;
  /** The topmost folder that has to be made for it; null for none. */
  madeFolder: string | null;
  /** See `Inserted`. */
  blank?: string;
}

/** So often it is looked at again while another program writes the file. */
const TRIES = 20;
const PAUSE_MS = 10;
/** And so many milliseconds another program may take to write it. */
const LATE_TRIES = 2000;

/**
 * What the journal has to know of an entry before it is added.
 * @throws SegueError `refused` for an index of another form than is known: nothing may be written then.
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
 * Adds the entry, unless one of its id is there. The caller holds the lock of this path.
 * @throws SegueError `refused` for an index of another form; `failed` when it cannot be written.
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

/** A line goes to the end in one piece, as the agent's own do. */
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
 * Takes the entry out again: where nothing else has changed, the file is what it was before. One that
 * is gone already is no error. The caller holds the lock of this path.
 * @throws SegueError `refused` for a file that is no such index any more.
 */
export function removeEntry({ path, id, isNew, madeFolder, blank, ...form }: NotedEntry): void {
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

/** As it is when nobody is in the middle of writing it. */
function settledText(path: string, form: IndexForm): string | null {
  for (let n = 0; ; n++) {
    const text = textAt(path);
    if (text === null || n === TRIES || isSettled(text, form)) return text;
    if (text === "" && (form.form === "lines" || n > TRIES / 2)) return text;
    pause(PAUSE_MS);
  }
}

/** null where there is none. */
function textAt(path: string): string | null {
  return existsSync(path) ? textIn(path) : null;
}

/**
 * What a text becomes; null is no file; undefined: it is no such index, or another program is in the
 * middle of writing it.
 */
type Change = (text: string | null) => string | null | undefined;

/**
 * Replaces a file by what `change` makes of its text. What another program writes into the old file
 * after it was read and before the new one has its name is found in the old file itself, which stays
 * open until then: it is changed in its turn.
 */
function rewrite(path: string, form: IndexForm, change: Change): void {
  for (let n = 0; n < TRIES; n++) {
    if (n > 0) pause(PAUSE_MS);
    const old = open(path);
    try {
      // Who writes it empties it first.
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

/** What was written into the old file since: into what is in its place by now. */
function addLate(path: string, old: Old, form: IndexForm): void {
  // Who had found the old file a moment before opens it, and so empties it, now.
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
  /** Where it lies, behind all links. */
  path: string;
  ino: number;
  mode: number;
  /** What it was when it was opened. */
  first: string;
  /** What is in it now, though it may have no name any more. */
  text(): string;
  close(): void;
}

function open(path: string): Old | null {
  if (!existsSync(path)) return null;
  const real = realpathSync(path);
  const { fd } = openFile(real);
  const text = (): string => readAt(fd, 0, fstatSync(fd).size).toString("utf8");
  const { ino, mode } = fstatSync(fd);
  return { path: real, ino, mode, first: text(), text, close: () => closeSync(fd) };
}

/** False when the file is another by now. */
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
  if (old) chmodSync(out.temp, old.mode & 0o777);
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
