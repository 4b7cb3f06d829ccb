/** `segue undo`: takes a write back exactly. */
import { existsSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { Command } from "commander";
import { findAgent } from "../agents/registry.ts";
import { refuseOpen } from "../agents/running.ts";
import type { Agent } from "../agents/types.ts";
import { folderIn } from "../convert/read/folder.ts";
import { isThere, openSession } from "../convert/read/open.ts";
import { takeRowsBack } from "../convert/store/rows.ts";
import { SegueError } from "../errors.ts";
import { cutBack, cutOff, removeCompanion, removeFile } from "../io/append.ts";
import { withScratch } from "../io/folders.ts";
import { damageWords, Journal, type Side, type Write } from "../io/journal.ts";
import { withLock } from "../io/lock.ts";
import { removeEmptyFolders } from "../io/made.ts";
import { dropBegun, dropPending, isBegun, keepCopy, markBegun, pendingPath } from "../io/state.ts";
import { print, say } from "./terminal.ts";

export function command(): Command {
  return new Command("undo")
    .description("take a write back: the newest, or the one that `segue log` numbers N")
    .argument("[n]", "number of the write")
    .option(
      "--force",
      "even if the session is open, or has changed since; a copy of it is kept first",
    )
    .action(run);
}

async function run(n: string | undefined, options: { force?: boolean }): Promise<void> {
  const journal = new Journal(process.env);
  const cut = n === undefined ? journal.cutOff() : undefined;
  if (cut) {
    journal.forget(cut);
    print(`already undone, because it had been interrupted: ${cut.action} ${cut.path}`);
    return;
  }
  const writes = journal.writes();
  const write = n === undefined ? writes.at(-1) : writes.find((w) => String(w.n) === n);
  if (!write) throw nothingToUndo(journal, n);
  const all = writtenWith(write, writes);
  const others = writes.filter((other) => !all.includes(other));
  for (const one of all) refuseBuried(one, others);
  const force = options.force ?? false;
  if (!force) {
    refuseDamaged(journal, write);
    await withScratch(async (scratch) => {
      for (const { target } of all) refuseOpenTarget(target, scratch);
    });
  }
  for (const one of all) withLock(process.env, one.path, () => undo(journal, one, force));
}

function undo(journal: Journal, write: Write, force: boolean): void {
  if (force && isFile(write.path)) say(`kept a copy: ${keepCopy(process.env, write.path)}`);
  takeBackMarked(write, force);
  journal.forget(write);
  dropPending(process.env, write.n);
  dropBegun(process.env, write.path);
  print(`undone: ${write.action} ${write.path}`);
}

/** Should the process be killed before the journal forgets it, it is no session that was moved away. */
function takeBackMarked(write: Write, force: boolean): void {
  const isMarked = write.action === "create" && isFile(write.path);
  if (isMarked) markBegun(process.env, write.path, write.n - 1);
  try {
    takeBack(write, force);
  } catch (error) {
    if (isMarked && isFile(write.path)) dropBegun(process.env, write.path);
    throw error;
  }
}

function refuseOpenTarget({ agent: name, id, path }: Side, scratch: string): void {
  const agent = findAgent(name);
  if (agent) refuseOpen(agent, { id, path, cwd: folderOf(agent, path, scratch) }, process.env);
}

/** null where that cannot be read. */
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

/** Behind this write there may be one to the same file, which nobody knows of any more. */
function refuseDamaged(journal: Journal, { n }: Write): void {
  const damage = journal.damageAfter(n);
  if (!damage) return;
  throw new SegueError("refused", `${damageWords(damage)}, after the write to undo`, {
    where: journal.path,
    hint: "a later write to the same session may be missing; use --force to undo it anyway",
  });
}

/** A session and the subagents that came along with it, those first: they hang on it. */
function writtenWith(write: Write, writes: readonly Write[]): Write[] {
  const first = write.with ?? write.n;
  return writes.filter((one) => one.n === first || one.with === first).reverse();
}

/** A later write to the same file must go first. */
function refuseBuried(write: Write, others: readonly Write[]): void {
  const later = others.find((other) => other.n > write.n && other.path === write.path);
  if (!later) return;
  throw new SegueError("refused", `write ${later.n} went to the same file later`, {
    where: write.path,
    hint: `undo ${later.n} first`,
  });
}

function takeBack(write: Write, force: boolean): void {
  const { path, before, beforeSha256, target, madeFolder, companions = [] } = write;
  if (path.includes("#") && !existsSync(path)) {
    const copy = takeRowsBack(write, force, process.env);
    if (copy !== null) say(`kept a copy: ${copy}`);
  } else if (write.action === "create") {
    if (force) rmSync(path, { force: true });
    // Else it was killed before the session was there.
    else if (existsSync(path) || !isBegun(process.env, path)) removeFile(path, target, madeFolder);
    for (const companion of companions) removeCompanion(companion, dirname(path));
    removeEmptyFolders(dirname(path), madeFolder);
  } else if (force) cutOff(path, before);
  else {
    const pending = pendingPath(process.env, write.n);
    cutBack({ path, before, ...(beforeSha256 ? { beforeSha256 } : {}), after: target, pending });
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
