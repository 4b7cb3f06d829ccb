/** Remembers what compactions keep of the earlier conversation until it is repeated. */
import type { Plan } from "../../session/survey.ts";
import type { Entry } from "../../session/types.ts";

export class Kept {
  readonly #ranges: { n: number; from: number; entries: Entry[] }[];
  #seen = -1;

  /** Only compactions at entry number `since` or later matter. */
  constructor(plan: Plan, since: number) {
    this.#ranges = [...plan.keeps]
      .filter(([n]) => n >= since)
      .map(([n, from]) => ({ n, from, entries: [] }));
    this.#visible = (n) => plan.visibility(n) === "live";
  }

  readonly #visible: (n: number) => boolean;

  /** Takes entry number `n`; an entry that was seen before is not taken twice. */
  see(entry: Entry, n: number): void {
    if (n <= this.#seen) return;
    this.#seen = n;
    if (entry.kind !== "message" || !this.#visible(n)) return;
    for (const range of this.#ranges) if (range.from <= n && n < range.n) range.entries.push(entry);
  }

  /** The messages that the compaction at entry `n` keeps. */
  after(n: number): Entry[] {
    const range = this.#ranges.find((one) => one.n === n);
    return range?.entries.splice(0) ?? [];
  }
}
