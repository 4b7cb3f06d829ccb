/**
 * Which of a session's messages the CLI would resume with, according to its lines: messages are
 * added and changed by id, removed by `$rewindTo`, and replaced by a checkpoint (`$set.messages`).
 */

/** A message of the conversation, and the positions of its entries. */
export interface Item {
  id: string;
  /** Who said what, without calls and reasoning. */
  key: string;
  calls: Set<string>;
  /** The reasoning that it was read with. */
  thoughts: Set<string>;
  /** Said by the user, not by the harness. */
  isTurn: boolean;
  /** A checkpoint may leave it out: the CLI forgets it on resume, or it only contains results. */
  passing: boolean;
  hasUsage: boolean;
  /** The message before it, and its own first entry; null if it has none. */
  before: Item | null;
  first: string | null;
  /** What would follow the conversation if this were its last message. */
  tail: string | null;
  /** Further entries of this message are numbered. */
  entries: number;
  /**
   * It is part of a compaction: the conversation cannot continue from its tail, or, for a kept
   * message, from its place before the compaction.
   */
  compacted?: Compacted;
}

export interface Compacted {
  summary: string;
  /** The first kept entry, if this message is one of those. */
  keepFrom?: string;
}

export class Live {
  readonly #items = new Map<string, Item>();
  /** Of all messages ever, the last one with each id. */
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

  /** Removes a message and all after it; if it does not exist, all messages, as the CLI does. */
  rewind(id: string): void {
    const items = [...this.#items.values()];
    const at = items.findIndex((item) => item.id === id);
    this.clear();
    for (const item of items.slice(0, Math.max(0, at))) this.take(item);
  }

  /** Makes a known message the newest. */
  take(item: Item): void {
    this.#items.set(item.id, item);
    this.#last = item;
  }
}

/** The previous message, skipping those that a checkpoint may leave out. */
export function lastingBefore(item: Item): Item | null {
  return lasting(item.before);
}

export function lasting(item: Item | null): Item | null {
  let at = item;
  while (at?.passing) at = at.before;
  return at;
}

/** The user's turns from `item` back to `until`, exclusive. */
export function turnsBetween(item: Item | null, until: Item | null): number {
  let turns = 0;
  for (let at = item; at && at !== until; at = at.before) if (at.isTurn) turns++;
  return turns;
}
