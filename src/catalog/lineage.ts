/** Which sessions form one conversation, according to Segue's journal. */
import type { Damage, Write } from "../io/journal.ts";
import type { Relative } from "./row.ts";

/** A session in which another one was continued. */
export interface Continuation extends Relative {
  /** When it was handed over: milliseconds since the epoch. */
  time: number;
  /** The session's size at that time. */
  bytes: number;
}

export class Lineage {
  readonly #from = new Map<string, Relative>();
  readonly #continuedIn = new Map<string, Continuation[]>();
  /**
   * Includes sessions that no longer exist: what came before and after a deleted session belongs
   * together.
   */
  readonly #origins = new Map<string, Relative>();
  /** Damage to the journal: what it no longer contains is unknown here as well. */
  readonly damage: readonly Damage[];

  /** `isThere`: sessions that no longer exist, or whose writes were undone, do not count. */
  constructor(
    writes: readonly Write[],
    isThere: (session: Relative) => boolean,
    damage: readonly Damage[] = [],
  ) {
    this.damage = damage;
    for (const write of writes) {
      const source = this.#nearest(write.source, isThere);
      if (write.action === "create") this.#origins.set(keyOf(write.target), write.source);
      if (source && isThere(write.target)) this.#note(write, source);
    }
  }

  /** The session that this one was made from; null for one that began in its own agent. */
  from(session: Relative): Relative | null {
    return this.#from.get(keyOf(session)) ?? null;
  }

  /** The sessions that it was handed over to, in order, each once. */
  continuedIn(session: Relative): readonly Continuation[] {
    return this.#continuedIn.get(keyOf(session)) ?? [];
  }

  /** The session itself, or its nearest predecessor that still exists. */
  #nearest(session: Relative, isThere: (session: Relative) => boolean): Relative | null {
    const seen = new Set<string>();
    let one: Relative | undefined = session;
    while (one && !isThere(one) && !seen.has(keyOf(one))) {
      seen.add(keyOf(one));
      one = this.#origins.get(keyOf(one));
    }
    return one && isThere(one) ? one : null;
  }

  #note({ source: given, target, action, time }: Write, source: Relative): void {
    const [from, to] = [keyOf(source), keyOf(target)];
    if (from === to) return;
    // An original existed before.
    if (action === "create") this.#from.set(to, nameIn(source));
    const others = this.continuedIn(source).filter((one) => keyOf(one) !== to);
    const bytes = keyOf(given) === from ? given.bytes : 0;
    const newest = { ...nameIn(target), time: Date.parse(time), bytes };
    this.#continuedIn.set(from, [...others, newest]);
  }
}

/** No profile has the name of an agent. */
export function keyOf({ agent, profile, id }: Relative): string {
  return `${profile ?? agent}:${id}`;
}

function nameIn({ agent, profile = null, id }: Relative): Relative {
  return { agent, profile, id };
}
