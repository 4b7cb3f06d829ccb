/** Records that the conversation skips: a child of one counts as a child of its parent. */
import { IdTable } from "../../../session/id-table.ts";

/**
 * Progress records are part of the chain, thousands of them for a long-running subagent. Each takes
 * a few bytes: consecutive ones lead to the same record.
 */
export class Hidden {
  readonly #places = new IdTable();
  readonly #parents: (string | null)[] = [];

  add(id: string, parent: string | null): void {
    const resolved = this.resolve(parent);
    if (this.#parents.length === 0 || this.#parents.at(-1) !== resolved) {
      this.#parents.push(resolved);
    }
    this.#places.set(id, this.#parents.length - 1);
  }

  /** The record that a parent id refers to. */
  resolve(parent: string | null): string | null {
    const place = parent === null ? undefined : this.#places.get(parent);
    return place === undefined ? parent : (this.#parents[place] ?? null);
  }
}
