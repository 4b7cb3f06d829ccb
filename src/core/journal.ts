/** What Segue wrote into stores, and reverting it exactly. */
import { existsSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { findAgent } from "../agents/registry.ts";
import { refuseOpen } from "../agents/running.ts";
import type { Agent, Profile } from "../agents/types.ts";
import { openCatalog } from "../catalog/catalog.ts";
import { keyOf } from "../catalog/lineage.ts";
import { folderIn } from "../convert/read/folder.ts";
import { isThere, openSession } from "../convert/read/open.ts";
import { takeRowsBack } from "../convert/store/rows.ts";
import { SegueError } from "../errors.ts";
import { cutBack, cutOff, removeCompanion, removeFile } from "../io/append.ts";
import { withScratch } from "../io/folders.ts";
import { removeEntry } from "../io/index-entry.ts";
import { type Damage, damageWords, Journal, type Side, type Write } from "../io/journal.ts";
import { withLock } from "../io/lock.ts";
import { removeEmptyFolders } from "../io/made.ts";
import {
  dropBegun,
  dropPending,
  type Env,
  isBegun,
  keepCopy,
  markBegun,
  pendingPath,
} from "../io/state.ts";

import type { Places } from "./places.ts";

export { type Damage, damageWords, type Write } from "../io/journal.ts";

export interface Written {
  /** The journal's path. */
  path: string;
  /** The newest last. */
  writes: Write[];
  /** Lines that cannot be read, or are missing. */
  damage: Damage[];
}

/** The journal of all writes into stores. */
export function writtenBy(env: Env): Written {
  const journal = new Journal(env);
  return { path: journal.path, writes: journal.writes(), damage: journal.damage() };
}

/**
 * The titles of written sessions, by "agent:id"; sessions that no longer exist have none. If stores
 * cannot be read, the map is empty: undoing a write does not need a title.
 */
export async function titlesOf(places: Places, writes: readonly Write[]): Promise<Titles> {
  try {
    return writes.length === 0 ? new Map() : await readTitles(places, writes);
  } catch {
    return new Map();
  }
}

async function readTitles(places: Places, writes: readonly Write[]): Promise<Titles> {
  const wanted = new Set(writes.flatMap(({ source, target }) => [keyOf(source), keyOf(target)]));
  const catalog = await openCatalog(places);
  try {
    const sessions = catalog.sessions().filter((session) => wanted.has(keyOf(session)));
    return new Map(
      sessions.flatMap((one) => (one.title === null ? [] : [[keyOf(one), one.title]])),
    );
  } finally {
    catalog.close();
  }
}

export type Titles = ReadonlyMap<string, string>;

/** The title of a write's session: of the written session, else of its source. */
export function titleOf({ source, target }: Write, titles: Titles): string | null {
  return titles.get(keyOf(target)) ?? titles.get(keyOf(source)) ?? null;
}

/** A write that was reverted. */
export interface Undone {
  write: Write;
  /** It was interrupted, and a later command has already reverted it. */
  already: boolean;
  /** The copy that was kept of the previous contents; null for none. */
  kept: string | null;
}

export interface UndoOptions {
  n?: string;
  force?: boolean;
  profiles?: readonly Profile[];
  undone(one: Undone): void;
}

/**
 * Reverts a write and everything that was written with it: the newest, or number `n`. `force`: even
 * if the session is open or has changed since; a copy of it is kept first. `undone` is called after
 * each.
 * @throws SegueError `not-found` if there is nothing to undo, `refused` if the contents are not
 * what Segue wrote.
 */
export async function undoWrite(
  env: Env,
  { n, force = false, profiles = [], undone }: UndoOptions,
): Promise<void> {
  const journal = new Journal(env);
  const cut = n === undefined ? journal.cutOff() : undefined;
  if (cut) {
    journal.forget(cut);
    undone({ write: cut, already: true, kept: null });
    return;
  }
  const writes = journal.writes();
  const write = n === undefined ? writes.at(-1) : writes.find((w) => String(w.n) === n);
  if (!write) throw nothingToUndo(journal, n);
  const all = writtenWith(write, writes);
  const others = writes.filter((other) => !all.includes(other));
  for (const one of all) refuseBuried(one, others);
  if (!force) {
    refuseDamaged(journal, write);
    await withScratch(async (scratch) => {
      for (const { target } of all) refuseOpenTarget(target, { env, profiles }, scratch);
    });
  }
  for (const one of all) {
    withLock(env, one.path, () => {
      const kept = undo(journal, one, { env, force });
      undone({ write: one, already: false, kept });
    });
  }
}

interface How {
  env: Env;
  force: boolean;
}

/** Returns the copy that was kept. */
function undo(journal: Journal, write: Write, how: How): string | null {
  const { env, force } = how;
  const copy = force && isFile(write.path) ? keepCopy(env, write.path) : null;
  const rows = takeBackMarked(write, how);
  journal.forget(write);
  dropPending(env, write.n);
  dropBegun(env, write.path);
  return copy ?? rows;
}

/**
 * If the process is killed before the journal forgets the write, the session must not count as
 * moved away.
 */
function takeBackMarked(write: Write, how: How): string | null {
  const { env } = how;
  const isMarked = write.action === "create" && isFile(write.path);
  if (isMarked) markBegun(env, write.path, write.n - 1);
  try {
    return takeBack(write, how);
  } catch (error) {
    if (isMarked && isFile(write.path)) dropBegun(env, write.path);
    throw error;
  }
}

function refuseOpenTarget(
  { agent: name, profile = "", id, path }: Side,
  { env, profiles }: { env: Env; profiles: readonly Profile[] },
  scratch: string,
): void {
  // A profile may have another name by now.
  const agent = findAgent(profile, profiles) ?? findAgent(name);
  if (agent) refuseOpen(agent, { id, path, cwd: folderOf(agent, path, scratch) }, env);
}

/** null if it cannot be read. */
function folderOf(agent: Agent, path: string, scratch: string): string | null {
  if (!isThere(path)) return null;
  const input = openSession(path, { scratch });
  try {
    return folderIn(agent, input, path);
  } catch {
    return null;
  } finally {
    input.close();
  }
}

function nothingToUndo(journal: Journal, n: string | undefined): SegueError {
  const what = n === undefined ? "there is nothing to undo" : `the journal has no write ${n}`;
  const [damage] = journal.damage();
  if (!damage) {
    return new SegueError("not-found", what, { hint: "`segue log` shows what can be undone" });
  }
  const hint = "what was written there cannot be undone; the sessions themselves are untouched";
  const about = `${what} that can be read: ${damageWords(damage)}`;
  return new SegueError("not-found", about, { where: journal.path, hint });
}

/**
 * After this write, there may be another one to the same file that the journal no longer lists.
 */
function refuseDamaged(journal: Journal, { n }: Write): void {
  const damage = journal.damageAfter(n);
  if (!damage) return;
  throw new SegueError("refused", `${damageWords(damage)}, after the write to undo`, {
    where: journal.path,
    hint: "a later write to the same session may be missing; use --force to undo it anyway",
  });
}

/**
 * A session and the subagents that came along with it. The subagents come first, because they refer
 * to the session.
 */
function writtenWith(write: Write, writes: readonly Write[]): Write[] {
  const first = write.with ?? write.n;
  return writes.filter((one) => one.n === first || one.with === first).reverse();
}

/** A later write to the same file must be undone first. */
function refuseBuried(write: Write, others: readonly Write[]): void {
  const later = others.find((other) => other.n > write.n && other.path === write.path);
  if (!later) return;
  throw new SegueError("refused", `write ${later.n} went to the same file later`, {
    where: write.path,
    hint: `undo ${later.n} first`,
  });
}

/** Returns the copy that was kept of rows; null for none. */
function takeBack(write: Write, how: How): string | null {
  const copy = takeSessionBack(write, how);
  for (const entry of write.entries ?? []) {
    withLock(how.env, entry.path, () => removeEntry(entry));
  }
  // An index may have been the last file in a folder that was made for the session.
  if (write.entries) removeEmptyFolders(dirname(write.path), write.madeFolder);
  return copy;
}

function takeSessionBack(write: Write, { env, force }: How): string | null {
  const { path, before, beforeSha256, target, madeFolder, companions = [] } = write;
  if (path.includes("#") && !existsSync(path)) {
    return takeRowsBack(write, force, env);
  }
  if (write.action === "create") {
    if (force) rmSync(path, { force: true });
    // Otherwise the process was killed before the session existed.
    else if (existsSync(path) || !isBegun(env, path)) removeFile(path, target, madeFolder);
    // What was copied from another account and has changed since stays, as on its own.
    const isCopy = write.source.agent === target.agent;
    for (const companion of companions) removeCompanion(companion, isCopy ? "" : dirname(path));
    removeEmptyFolders(dirname(path), madeFolder);
  } else {
    const pending = pendingPath(env, write.n);
    const was = { path, before, ...(beforeSha256 ? { beforeSha256 } : {}) };
    if (force) cutOff(path, before);
    else cutBack({ ...was, after: target, pending });
    // Those that have changed since stay.
    for (const companion of companions) removeCompanion(companion, "");
  }
  return null;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
