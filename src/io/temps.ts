/**
 * What this process has under temporary names, in agents' stores and elsewhere, noted in a file in
 * Segue's folder for as long as there is any: should it die, the next process removes it, see
 * leftovers.ts.
 */
import { appendFileSync, existsSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeFolders, missingFolder, removeEmptyFolders } from "./made.ts";
import { thisProcess } from "./process.ts";

export type Note =
  /** A temporary file or folder, and the topmost folder that was made for it. */
  | { temp: string; made: string | null }
  /** Two files that belong together: `temp` becomes `to` once `first` is what it says. */
  | { temp: string; to: string; first: { path: string; sha256: string } };

let ledger: string | null = null;
let open = 0;
/** Was the last line cut off, as the disk was full? */
let isTorn = false;
/** The topmost folder that had to be made for it; null for none. */
const made: { ledger: string | null } = { ledger: null };

/** From now on this process notes what it has under temporary names, in a file in this folder. */
export function noteTemps(folder: string): void {
  // The number of a process that is gone may be used again. Random bytes would load `node:crypto`.
  const now = process.hrtime.bigint().toString(16).padStart(8, "0").slice(-8);
  ledger = join(folder, `${process.pid}-${now}.jsonl`);
}

/** Says that there is a temporary file or folder; the function given back, that there is none any more. */
export function noteTemp(temp: string, madeFolder: string | null): () => void {
  if (ledger === null || !note({ temp, made: madeFolder })) return () => {};
  open++;
  let isOpen = true;
  return () => {
    if (!isOpen) return;
    isOpen = false;
    open--;
    if (open > 0 || ledger === null) return;
    try {
      rmSync(ledger, { force: true });
      removeEmptyFolders(dirname(ledger), made.ledger);
    } catch {
      // The next process removes it.
    }
  };
}

/** Says that `temp` will become `to` as soon as the file at `path` is what its digest says. */
export function notePair(temp: string, to: string, first: { path: string; sha256: string }): void {
  if (open > 0) note({ temp, to, first });
}

/** False where Segue's folder cannot be written: what needs it says so itself. */
function note(line: Note): boolean {
  if (ledger === null) return false;
  try {
    if (!existsSync(ledger)) begin(ledger);
    // A line that could not be written to its end is one of its own.
    appendFileSync(ledger, `${isTorn ? "\n" : ""}${JSON.stringify(line)}\n`);
    isTorn = false;
    return true;
  } catch {
    isTorn = true;
    removeUnused(ledger);
    return false;
  }
}

function begin(path: string): void {
  made.ledger = missingFolder(dirname(path));
  makeFolders(dirname(path));
  isTorn = false;
  appendFileSync(path, `${JSON.stringify(thisProcess())}\n`, { mode: 0o600 });
}

/** A file that notes nothing yet would stay. */
function removeUnused(path: string): void {
  if (open > 0) return;
  try {
    rmSync(path, { force: true });
    removeEmptyFolders(dirname(path), made.ledger);
  } catch {
    // The next process removes it.
  }
}
