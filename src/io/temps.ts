/**
 * The temporary files of this process, in agents' stores and elsewhere, recorded in a file in
 * Segue's folder for as long as there are any: if the process dies, the next one removes them, see
 * leftovers.ts.
 */
import { appendFileSync, existsSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeFolders, missingFolder, removeEmptyFolders } from "./made.ts";
import { thisProcess } from "./process.ts";

export type Note =
  /** A temporary file or folder, and the topmost folder that was created for it. */
  | { temp: string; made: string | null }
  /** Two files that belong together: `temp` becomes `to` once `first` is what its digest says. */
  | { temp: string; to: string; first: { path: string; sha256: string } };

let ledger: string | null = null;
let open = 0;
/** Was the last line truncated because the disk was full? */
let isTorn = false;
/** The topmost folder that had to be created for it; null for none. */
const made: { ledger: string | null } = { ledger: null };

/** From now on, this process records its temporary files in a file in this folder. */
export function noteTemps(folder: string): void {
  // The number of a dead process may be used again. Random bytes would load `node:crypto`.
  const now = process.hrtime.bigint().toString(16).padStart(8, "0").slice(-8);
  ledger = join(folder, `${process.pid}-${now}.jsonl`);
}

/** Records a temporary file or folder; the returned function removes the record. */
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

/** Records that `temp` will become `to` as soon as the file at `path` matches its digest. */
export function notePair(temp: string, to: string, first: { path: string; sha256: string }): void {
  if (open > 0) note({ temp, to, first });
}

/** False if Segue's folder cannot be written to: code that needs it reports that itself. */
function note(line: Note): boolean {
  if (ledger === null) return false;
  try {
    if (!existsSync(ledger)) begin(ledger);
    // A line that could not be written completely ends here.
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

/** A file without any records would stay behind. */
function removeUnused(path: string): void {
  if (open > 0) return;
  try {
    rmSync(path, { force: true });
    removeEmptyFolders(dirname(path), made.ledger);
  } catch {
    // The next process removes it.
  }
}
