/**
 * Sessions that were converted ahead, so that switching is instant: `resume` finds that they are already
 * handed over. Of one that continues, what is new is added to its copy, or it is converted again where that
 * cannot be; all are undone when they are no longer needed, unless they were used meanwhile.
 */
import { wordsOf } from "../errors.ts";
import type { FollowedSession } from "./follow.ts";
import type { Copy, Kept, Preparer } from "./preparer.ts";

/** What happened to a session that is prepared. */
export interface Preparation {
  event: "prepared" | "removed" | "failed";
  session: FollowedSession;
  /** The agent that it is prepared for, and its id and path there. */
  target: string;
  id: string | null;
  path: string | null;
  /** Why it failed. */
  why: string | null;
}

/** One call at a time. */
export class Prepared {
  readonly #preparer: Preparer;
  /** By session and target. */
  readonly #kept = new Map<string, Kept>();
  /** The path of the session that is being prepared. */
  #current: string | null = null;

  constructor(preparer: Preparer) {
    this.#preparer = preparer;
  }

  /** Does this session have to be prepared again once it has continued? */
  has({ path }: FollowedSession): boolean {
    return (
      this.#current === path ||
      [...this.#kept.values()].some(({ session }) => session.path === path)
    );
  }

  async prepare(session: FollowedSession, target: string): Promise<Preparation> {
    const key = keyOf(session, target);
    const before = this.#kept.get(key);
    this.#current = session.path;
    try {
      const copy = await this.#preparer.handOver(
        { session, target },
        before?.writes.at(-1) ?? null,
      );
      const { id, path } = copy;
      this.#kept.set(key, keptOf({ session, target }, copy, before));
      // Only now: until then, the older one is better than none.
      if (before && before.path !== path) await this.#preparer.undo(before);
      return { event: "prepared", session, target, id, path, why: null };
    } catch (error) {
      return { event: "failed", session, target, id: null, path: null, why: wordsOf(error) };
    } finally {
      this.#current = null;
    }
  }

  /** After a session has continued. */
  async renew(place: string): Promise<Preparation[]> {
    const all: Preparation[] = [];
    for (const { session, target } of [...this.#kept.values()]) {
      if (session.path === place) all.push(await this.prepare(session, target));
    }
    return all;
  }

  /** Removes those of an account; without one, all. */
  async remove(account?: { agent: string; profile: string | null }): Promise<Preparation[]> {
    const all: Preparation[] = [];
    for (const [key, kept] of [...this.#kept]) {
      const { session, target, id, path } = kept;
      const isOther = session.agent !== account?.agent || session.profile !== account.profile;
      if (account && isOther) continue;
      this.#kept.delete(key);
      if (await this.#preparer.undo(kept)) {
        all.push({ event: "removed", session, target, id, path, why: null });
      }
    }
    return all;
  }
}

function keptOf(
  one: { session: FollowedSession; target: string },
  { id, path, writes, madeFolder }: Copy,
  before: Kept | undefined,
): Kept {
  const all = before?.path === path ? [...before.writes, ...writes] : writes;
  return { ...one, id, path, writes: all, madeFolder: before?.madeFolder ?? madeFolder };
}

function keyOf({ path }: FollowedSession, target: string): string {
  return `${target}\0${path}`;
}
