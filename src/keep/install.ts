/**
 * Puts a kept session back into a store. It is in the journal before it takes effect: an interrupted
 * restore is cleaned up, and a finished one can be undone.
 */
import { existsSync, readFileSync } from "node:fs";
import { whoseOf } from "../agents/profile.ts";
import { sameLines } from "../agents/shared/lines.ts";
import type { Agent } from "../agents/types.ts";
import { isThere, openSession, rowsAt } from "../convert/read/open.ts";
import { readHeader } from "../convert/read/session.ts";
import { notedOf } from "../convert/store/beside.ts";
import { keepHead, linesIn, writeRows } from "../convert/store/rows.ts";
import { SegueError } from "../errors.ts";
import { addEntry, type NotedEntry, noteEntry, removeEntry } from "../io/index-entry.ts";
import { Input } from "../io/input.ts";
import { Journal, type Side, type Write } from "../io/journal.ts";
import { withLock } from "../io/lock.ts";
import { rowPlace } from "../io/row-place.ts";
import { dropBegun, type Env, markBegun } from "../io/state.ts";
import { commitAll, type Prepared, takeAway, type Wanted } from "./get.ts";
import type { Kept } from "./manifest.ts";
import type { Home } from "./places.ts";

export interface Installing {
  kept: Kept;
  store: { agent: Agent; home: Home; command: string | null; env: Env; scratch: string };
  /** The session itself. */
  own: Wanted;
  /** Rows, in temporary files. */
  rows: readonly Rows[];
  files: readonly Prepared[];
}

export interface Rows extends Wanted {
  path: string;
}

export function isRows({ file }: Wanted): boolean {
  return file.mode === null;
}

/** Returns how many files and sessions of a database were written. */
export function install(work: Installing): number {
  const { store, own, files } = work;
  try {
    refuseOther(work);
    if (isThere(own.to)) return addMissing(work);
  } catch (error) {
    takeAway(files);
    throw error;
  }
  const journal = new Journal(store.env);
  markBegun(store.env, own.to, journal.last);
  let noted: Write | undefined;
  try {
    const entries = entriesFor(work);
    noted = journal.add(writeOf(work, entries));
    const written = putAll(work, journal);
    addAll(store.env, entries);
    dropBegun(store.env, own.to);
    return written;
  } catch (error) {
    takeAway(files);
    if (noted && !isThere(own.to)) journal.forget(noted);
    if (!isThere(own.to)) dropBegun(store.env, own.to);
    throw error;
  }
}

/** The session is there: what is missing beside it is written. */
function addMissing({ files }: Installing): number {
  commitAll(files);
  return files.length;
}

function refuseOther({ rows }: Installing): void {
  for (const { to, path } of rows) {
    const there = rowsAt(to);
    const now = there?.database.read(there.path, there.id) ?? null;
    if (now === null || sameLines(now, linesIn(readFileSync(path)))) continue;
    throw new SegueError("refused", "the session is there, in another state", {
      where: to,
      hint: "restore what is kept to a folder with -o DIR",
    });
  }
}

function writeOf(
  { kept, store, own, rows, files }: Installing,
  entries: readonly NotedEntry[],
): Omit<Write, "n" | "time"> {
  const { bytes, sha256 } = own.file;
  const target: Side = { ...whoseOf(store.agent), id: kept.id, path: own.to, bytes, sha256 };
  const beside = files.filter(({ to }) => to !== own.to).map(({ out }) => out);
  const made = files.map(({ out }) => out.madeFolder).filter((folder) => folder !== null);
  // The topmost one has the others in it.
  const [madeFolder = null] = made.sort((a, b) => a.length - b.length);
  const path = rows.find(({ to }) => to === own.to)?.path;
  const isOpened = path !== undefined && store.agent.store.database?.unopened !== undefined;
  return {
    action: "create",
    ...{ path: own.to, before: 0, madeFolder, carry: null },
    ...{ source: { ...target, path: kept.place }, target, ...notedOf(beside) },
    ...(isOpened ? { backup: keepHead(store.env, linesIn(readFileSync(path))) } : {}),
    ...(entries.length > 0 ? { entries: [...entries] } : {}),
  };
}

/** Documents among the files may bring their rows along. */
function putAll(work: Installing, journal: Journal): number {
  const { kept, store, own, rows, files } = work;
  const { agent, command, env, scratch } = store;
  commitAll(files);
  let written = files.length;
  for (const { file, to: place, path } of rows) {
    const lines = linesIn(readFileSync(path));
    const there = rowsAt(place);
    const now = there?.database.read(there.path, there.id) ?? null;
    if (now !== null && sameLines(now, lines)) continue;
    if (place !== own.to) journal.add(alongWith(work, { file, to: place }));
    const cwd = kept.cwd !== null && existsSync(kept.cwd) ? kept.cwd : process.cwd();
    writeRows({ place, agent, lines, command, cwd, scratch, env });
    written++;
  }
  return written;
}

/** A subagent's session in the database: undone with the session that it is of. */
function alongWith({ kept, store }: Installing, { file, to }: Wanted): Omit<Write, "n" | "time"> {
  const { bytes, sha256, place } = file;
  const target: Side = { ...whoseOf(store.agent), id: rowPlace(to).id, path: to, bytes, sha256 };
  const source = { ...target, agent: kept.agent, path: place };
  return { action: "create", path: to, before: 0, madeFolder: null, carry: null, source, target };
}

/** For indexes that the agent keeps of its sessions. */
function entriesFor({ store, own, rows, files }: Installing): NotedEntry[] {
  const { agent, home, scratch } = store;
  if (!agent.store.entries) return [];
  const path = rows.find(({ to }) => to === own.to)?.path;
  const temp = files.find(({ to }) => to === own.to)?.out.temp;
  const input =
    path === undefined
      ? openSession(temp ?? own.to, { scratch, name: own.to })
      : new Input(path, undefined, own.to);
  try {
    const header = readHeader(agent, input, []);
    return agent.store.entries(home.root, own.to, header).map(noteEntry);
  } finally {
    input.close();
  }
}

function addAll(env: Env, entries: readonly NotedEntry[]): void {
  try {
    for (const entry of entries) withLock(env, entry.path, () => addEntry(entry));
  } catch (error) {
    for (const entry of entries) withLock(env, entry.path, () => removeEntry(entry));
    throw error;
  }
}
