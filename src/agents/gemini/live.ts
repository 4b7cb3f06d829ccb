/**
 * Which of a session's messages the CLI would take up again, as its lines leave them: messages are
 * added and amended by id, taken back by `$rewindTo`, and replaced by a checkpoint (`$set.messages`).
 */

/** A message of the conversation, and where the entries that it gave stand. */
export interface Item {
  id: string;
  /** Who said what, without calls and reasoning. */
  key: string;
  calls: Set<string>;
  /** The reasoning that it was told with. */
  thoughts: Set<string>;
  /** Said by the user, not by the harness. */
  isTurn: boolean;
  /** A checkpoint may leave it out: the CLI forgets it on resume, or it only holds results. */
  passing: boolean;
  hasUsage: boolean;
  /** The message before it, and its own first entry; null when it gave none. */
  before: Item | null;
  first: string | null;
  /** What would follow the conversation, were this its last message. */
  tail: string | null;
  /** Further entries of this message are numbered. */
  entries: number;
  /**
   * It stands in a compaction: its tail is no place to go on from, or, of a message that was kept,
   * is the place in the conversation before.
   */
  compacted?: Compacted;
}

export interface Compacted {
  summary: string;
  /** The first entry that was kept, when this message is one of those. */
  keepFrom?: string;
}

export class Live {
  readonly #items = new Map<string, Item>();
  /** Of every message that there ever was, the last one by that id. */
  readonly #known = new Map<string, Item>();
  #last: Item | null = null;

  /** The newest message. */
  get last(): Item | null {
    return this.#last;
  }

  get(id: string): Item | undefined {
    return this.#items.get(id);
  }

  known(id: string): Item | undefined {
    return this.#known.get(id);
  }

  add(item: Item): void {
    this.#items.set(item.id, item);
    this.#known.set(item.id, item);
    this.#last = item;
  }

  clear(): void {
    this.#items.clear();
    this.#last = null;
  }

  /** Takes back a message and all after it; all there are when it is not there, as the CLI does. */
  rewind(id: string): void {
    const items = [...this.#items.values()];
    const at = items.findIndex((item) => item.id === id);
    this.clear();
    for (const item of items.slice(0, Math.max(0, at))) this.take(item);
  }

  /** Makes a message that is known the newest. */
  take(item: Item): void {
    this.#items.set(item.id, item);
    this.#last = item;
  }
}

/** The message before, leaving out those that a checkpoint may leave out. */
export function lastingBefore(item: Item): Item | null {
  return lasting(item.before);
}

export function lasting(item: Item | null): Item | null {
  let at = item;
  while (at?.passing) at = at.before;
  return at;
}

/** Turns of the user from `item` back to `until`, which is not counted. */
export function turnsBetween(item: Item | null, until: Item | null): number {
  let turns = 0;
  for (let at = item; at && at !== until; at = at.before) if (at.isTurn) turns++;
  return turns;
}
