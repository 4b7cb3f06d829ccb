/** Long reading, with its progress on the terminal. */
import { onInterrupt, watchReading } from "../core/process.ts";
import type { Reading } from "../core/reading.ts";
import { counted } from "../words.ts";
import { ProgressLine, say } from "./terminal.ts";

/** `passes`: how often the files are read; the progress is complete after the last pass. */
export async function whileReading<T>(
  doing: string,
  passes: number,
  work: () => Promise<T>,
): Promise<T> {
  const line = new ProgressLine(doing);
  const passing = new Passes(passes);
  watchReading((done, total) => line.update(passing.share(done, total), 1));
  try {
    return await work();
  } finally {
    watchReading(null);
    line.clear();
  }
}

/** The completed share of the total, if each file is read several times. */
export class Passes {
  readonly #all: number;
  #begun = 1;
  #last = 0;

  constructor(all: number) {
    this.#all = all;
  }

  /** It only grows, and is 1 at the end of the last pass. */
  share(done: number, total: number): number {
    const now = done / Math.max(1, total);
    if (now < this.#last) this.#begun = Math.min(this.#begun + 1, this.#all);
    this.#last = now;
    return Math.min(0.99, (this.#begun - 1 + now) / this.#all);
  }
}

/** Announces long one-time work, and explains what happens if it is interrupted: `next` continues it. */
export function readMuch(next: string): Reading {
  return async (sessions, bytes, read) => {
    const many = counted(sessions, "new or changed session");
    say(`indexing ${many} (${Math.ceil(bytes / 1e6)} MB) first`);
    const progress = new ProgressLine("indexing");
    const interrupted = onInterrupt(() => {
      progress.clear();
      say(`what has been indexed is kept; ${next} continues from there`);
    });
    try {
      return await read(progress.update);
    } finally {
      interrupted();
      progress.clear();
    }
  };
}
