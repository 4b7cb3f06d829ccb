/** `segue undo`: takes a write back exactly. */
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { Command } from "commander";
import { takeRowsBack } from "../convert/rows.ts";
import { SegueError } from "../errors.ts";
import { cutBack, removeCompanion, removeFile } from "../io/append.ts";
import { removeEmptyFolders } from "../io/folders.ts";
import { Journal, type Write } from "../io/journal.ts";
import { dropCarry } from "../io/state.ts";
import { print } from "./terminal.ts";

export function command(): Command {
  return new Command("undo")
    .description("take a write back: the newest, or the one that `segue log` numbers N")
    .argument("[n]", "number of the write")
    .option("--force", "also when the session went on since: what was added is lost")
    .action(run);
}

function run(n: string | undefined, options: { force?: boolean }): void {
  const journal = new Journal(process.env);
  const writes = journal.writes();
  const write = n === undefined ? writes.at(-1) : writes.find((w) => String(w.n) === n);
  if (!write) {
    throw new SegueError(
      "not-found",
      n === undefined ? "there is nothing to undo" : `there is no write ${n}`,
      {
        hint: "`segue log` shows what was written",
      },
    );
  }
  const all = writtenWith(write, writes);
  const others = writes.filter((other) => !all.includes(other));
  for (const one of all) refuseBuried(one, others);
  for (const one of all) {
    takeBack(one, options.force ?? false);
    journal.undone(one.n);
    const { carry } = one;
    const isNeeded = journal.writes().some((other) => other.carry === carry);
    if (carry !== null && !isNeeded) dropCarry(process.env, carry);
    print(`undone: ${one.action} ${one.path}`);
  }
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
  const { path, before, target, madeFolder, companions = [] } = write;
  if (path.includes("#") && !existsSync(path)) takeRowsBack(write, force, process.env);
  else if (write.action === "create") {
    removeFile(path, target, madeFolder, force);
    for (const companion of companions) removeCompanion(companion, dirname(path));
    removeEmptyFolders(dirname(path), madeFolder);
  } else cutBack(path, before, target, force);
}
