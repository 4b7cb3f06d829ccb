/** The ids of a file's messages in its order: Droid goes by that, whatever parents they name. */
import { IdTable } from "../../session/id-table.ts";

export class Order {
  readonly #at = new IdTable();
  readonly #ids: string[] = [];

  get length(): number {
    return this.#ids.length;
  }

  has(id: string): boolean {
    return this.#at.has(id);
  }

  /** `entry`: the first that is made of it, where that has another id. */
  add(id: string, entry = id): void {
    if (!this.#at.has(id)) this.#at.set(id, this.#ids.length);
    this.#ids.push(entry);
  }

  /** Where a message stands, from 0; -1 for none. */
  indexOf(id: string | undefined): number {
    return id === undefined ? -1 : (this.#at.get(id) ?? -1);
  }

  at(index: number): string | undefined {
    return this.#ids[index];
  }
}
