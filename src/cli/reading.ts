/** Long reading, with its progress on the terminal. */
import { watchReading } from "../core/process.ts";
import { ProgressLine } from "./terminal.ts";

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
