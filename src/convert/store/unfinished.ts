/**
 * Writes into stores that a process began but did not finish, because it was killed or the disk
 * failed: what they left is removed, and the journal forgets them, as if they had never begun.
 * Writes that did take effect stay, and so does anything not known to be Segue's.
 */
import { existsSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { cutBack, progressOf, removeCompanion } from "../../io/append.ts";
import { addEntry } from "../../io/index-entry.ts";
import { Journal, type Write } from "../../io/journal.ts";
import { isLocked, withLock } from "../../io/lock.ts";
import { removeEmptyFolders } from "../../io/made.ts";
import { isDead } from "../../io/process.ts";
import {
  begunPath,
  dropPending,
  type Env,
  pendingPath,
  readBegun,
  unfinishedIn,
} from "../../io/state.ts";
import { rowsProgress } from "./rows.ts";

export function settleUnfinished(env: Env): void {
  const journal = new Journal(env);
  for (const name of unfinishedIn(env)) {
    if (/^\d+$/.test(name)) settlePending(journal, Number(name), env);
    else settleMarked(journal, pendingPath(env, name), env);
  }
}

function settleMarked(journal: Journal, mark: string, env: Env): void {
  const begun = readBegun(mark);
  if (begun && !isDead(begun)) return;
  const write = journal
    .writes()
    .findLast(({ n, path }) => n > (begun?.after ?? 0) && begunPath(env, path) === mark);
  if (!write || settle(journal, write, env)) rmSync(mark, { force: true });
}

/** What an interrupted append leaves. */
function settlePending(journal: Journal, n: number, env: Env): void {
  const write = journal.writes().find((one) => one.n === n);
  if (write) settle(journal, write, env);
  else if (journal.damage().length === 0) dropPending(env, n);
}

/** False if its result is unknown, or another process is working on it. */
function settle(journal: Journal, write: Write, env: Env): boolean {
  if (isLocked(env, write.path) || journal.damageAfter(write.n)) return false;
  return withLock(env, write.path, () => {
    const isRows = write.path.includes("#") && !existsSync(write.path);
    if (isRows) return settleRows(journal, write, env);
    return write.action === "create"
      ? settleNew(journal, write, env)
      : settleAppend(journal, write, env);
  });
}

function settleRows(journal: Journal, write: Write, env: Env): boolean {
  const progress = rowsProgress(write, env);
  if (progress === "not begun") journal.forget(write, { cut: true });
  if (progress === "done") addEntries(write, env);
  return progress !== "unknown";
}

/** Completes a session that was written: its entries in the agent's indexes come last. */
function addEntries({ entries = [] }: Write, env: Env): void {
  for (const entry of entries) withLock(env, entry.path, () => addEntry(entry));
}

/** The session's own file comes last, and is complete if it exists. */
function settleNew(journal: Journal, write: Write, env: Env): boolean {
  if (existsSync(write.path)) {
    addEntries(write, env);
    return true;
  }
  const folder = dirname(write.path);
  for (const companion of write.companions ?? []) removeCompanion(companion, folder);
  removeEmptyFolders(folder, write.madeFolder);
  journal.forget(write, { cut: true });
  return true;
}

function settleAppend(journal: Journal, write: Write, env: Env): boolean {
  const { n, path, before, beforeSha256, target: after } = write;
  if (beforeSha256 === undefined) return false;
  const appended = { path, before, beforeSha256, after, pending: pendingPath(env, n) };
  const progress = progressOf(appended);
  if (progress === "unknown") return false;
  if (progress !== "done") {
    cutBack(appended);
    journal.forget(write, { cut: true });
  }
  dropPending(env, n);
  return true;
}
