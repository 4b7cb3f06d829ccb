/** How the CLI makes a list of messages of what is written to it: by their ids. */
import { string } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";
import { saidOf } from "./records.ts";

/** The id that takes all messages out. */
const ALL = "__remove_all__";

/** An item of a list that messages are written to; its id is "" if it has none. */
export interface Held {
  id: string;
}

export interface Written<T extends Held> {
  item: T;
  isRemoval: boolean;
}

/** A list at one of its steps. Lists that only grew share their items, so that a long session is read in linear time. */
export class Messages<T extends Held> {
  readonly #items: T[];
  readonly #ids: Set<string>;
  readonly length: number;

  private constructor(items: T[], ids: Set<string>, length: number) {
    this.#items = items;
    this.#ids = ids;
    this.length = length;
  }

  static of<T extends Held>(items: readonly T[]): Messages<T> {
    const ids = new Set(items.map(({ id }) => id).filter((id) => id !== ""));
    return new Messages([...items], ids, items.length);
  }

  items(): T[] {
    return this.#items.slice(0, this.length);
  }

  /** The items that came after `earlier`, if nothing else changed since; null otherwise. */
  since(earlier: Messages<T>): T[] | null {
    return this.#items === earlier.#items ? this.#items.slice(earlier.length, this.length) : null;
  }

  /** The list after these were written to it: what has an id that is there takes its place. */
  with(written: readonly Written<T>[]): Messages<T> {
    if (!this.#grows(written)) return Messages.of(fold(this.items(), written));
    for (const { item } of written) {
      this.#items.push(item);
      if (item.id !== "") this.#ids.add(item.id);
    }
    return new Messages(this.#items, this.#ids, this.length + written.length);
  }

  #grows(written: readonly Written<T>[]): boolean {
    if (this.#items.length !== this.length) return false;
    const own = new Set<string>();
    return written.every(({ item: { id }, isRemoval }) => {
      if (isRemoval || (id !== "" && (this.#ids.has(id) || own.has(id)))) return false;
      own.add(id);
      return true;
    });
  }
}

function fold<T extends Held>(list: readonly T[], written: readonly Written<T>[]): T[] {
  const last = written.findLastIndex(({ item, isRemoval }) => isRemoval && item.id === ALL);
  const held: (T | null)[] = last < 0 ? [...list] : [];
  const places = new Map<string, number>();
  for (const [n, item] of held.entries()) {
    if (item !== null && item.id !== "") places.set(item.id, n);
  }
  for (const { item, isRemoval } of written.slice(last + 1)) {
    const place = item.id === "" ? undefined : places.get(item.id);
    if (isRemoval) {
      if (place !== undefined) held[place] = null;
      places.delete(item.id);
    } else if (place !== undefined) held[place] = item;
    else {
      if (item.id !== "") places.set(item.id, held.length);
      held.push(item);
    }
  }
  return held.filter((item) => item !== null);
}

export function idOf(message: Json): string {
  return string(saidOf(message)?.fields.id) ?? "";
}

export function isRemoval(message: Json): boolean {
  return saidOf(message)?.name === "RemoveMessage";
}
