/** Temporary folders. */
import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileError, SegueError } from "../errors.ts";
import { heedSignals, onInterrupt } from "./interrupt.ts";
import { noteTemp } from "./temps.ts";

/** A folder that exists until it is removed. */
export interface Scratch {
  folder: string;
  remove(): void;
}

/**
 * Creates a temporary folder, which the caller removes.
 * @throws SegueError if it cannot be created.
 */
export function makeScratch(): Scratch {
  const folder = join(tmpdir(), `segue-${randomBytes(6).toString("hex")}`);
  // Recorded first: a process may be killed right after it created something.
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

/** Creates a temporary folder while `work` runs. @throws SegueError if it cannot be created. */
export async function withScratch<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const { folder, remove } = makeScratch();
  try {
    // Otherwise a signal that arrived before long work would wait for its end.
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
