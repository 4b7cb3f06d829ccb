/** Folders that are made only for a while. */
import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileError, SegueError } from "../errors.ts";
import { heedSignals, onInterrupt } from "./interrupt.ts";
import { noteTemp } from "./temps.ts";

/** A folder that is there until it is removed. */
export interface Scratch {
  folder: string;
  remove(): void;
}

/** Makes a temporary folder, for the caller to remove. @throws SegueError when it cannot be made. */
export function makeScratch(): Scratch {
  const folder = join(tmpdir(), `segue-${randomBytes(6).toString("hex")}`);
  // Noted first: a process may be killed right after it has made something.
  const gone = noteTemp(folder, null);
  const clear = (): void => {
    rmSync(folder, { recursive: true, force: true });
    gone();
  };
  make(folder, gone);
  const forget = onInterrupt(clear);
  const remove = (): void => {
    clear();
    forget();
  };
  return { folder, remove };
}

/** A temporary folder for as long as `work` takes. @throws SegueError when it cannot be made. */
export async function withScratch<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const { folder, remove } = makeScratch();
  try {
    // A signal that came before long work would wait for its end.
    await heedSignals();
    return await work(folder);
  } finally {
    remove();
  }
}

function make(folder: string, gone: () => void): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    gone();
    const place = dirname(folder);
    const known = fileError(error, place, "make a temporary folder");
    if (!(known instanceof SegueError)) throw known;
    const { message } = known;
    throw new SegueError("failed", message, {
      where: place,
      hint: "set TMPDIR to use another folder",
    });
  }
}
