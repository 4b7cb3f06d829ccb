/**
 * Sessions that were converted ahead, so that switching is instant: `resume` finds that they are already
 * handed over. Of one that continues, what is new is added to its copy, or it is converted again where that
 * cannot be; all are undone when they are no longer needed, unless they were used meanwhile.
 */
import { dirname } from "node:path";
import { agentNamed } from "../agents/registry.ts";
import type { Places } from "../catalog/stores.ts";
import type { ReasoningFate } from "../convert/project/project.ts";
import { SegueError, wordsOf } from "../errors.ts";
import { withScratch } from "../io/folders.ts";
import { Journal } from "../io/journal.ts";
import { removeEmptyFolders } from "../io/made.ts";
import type { FollowedSession } from "./follow.ts";
import { commit, prepare } from "./handover.ts";
import { undoWrite } from "./journal.ts";

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

interface Kept {
  session: FollowedSession;
  target: string;
  id: string;
  path: string;
  /** The numbers of the writes to undo: none, if it was handed over before by someone else. */
  writes: number[];
  /** The topmost folder that was made for it, or for one before. */
  madeFolder: string | null;
}

export interface PrepareOptions {
  places: Places;
  reasoning: ReasoningFate;
}

export class Prepared {
  readonly #options: PrepareOptions;
  /** By session and target. */
  readonly #kept = new Map<string, Kept>();

  constructor(options: PrepareOptions) {
    this.#options = options;
  }

  /** Does this session have to be prepared again once it has continued? */
  has({ path }: FollowedSession): boolean {
    return [...this.#kept.values()].some(({ session }) => session.path === path);
  }

  async prepare(session: FollowedSession, target: string): Promise<Preparation> {
    const key = keyOf(session, target);
    const before = this.#kept.get(key);
    try {
      const { id, path, added } = await this.#handOver(session, target, before);
      const isSame = before?.path === path;
      const own = added.map(({ n }) => n);
      const writes = isSame ? [...before.writes, ...own] : own;
      const madeFolder = before?.madeFolder ?? added[0]?.madeFolder ?? null;
      this.#kept.set(key, { session, target, id, path, writes, madeFolder });
      // Only now: until then, the older one is better than none.
      if (before && !isSame) await this.#undo(before);
      return { event: "prepared", session, target, id, path, why: null };
    } catch (error) {
      return { event: "failed", session, target, id: null, path: null, why: wordsOf(error) };
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
      if (await this.#undo(kept)) {
        all.push({ event: "removed", session, target, id, path, why: null });
      }
    }
    return all;
  }

  async #handOver(session: FollowedSession, to: string, before: Kept | undefined) {
    const { places, reasoning } = this.#options;
    const agent = agentNamed(session.profile ?? session.agent, places.profiles);
    const target = agentNamed(to, places.profiles);
    const journal = new Journal(places.env);
    const { last } = journal;
    const { path, id } = session;
    const newest = before?.writes.at(-1);
    const extend = journal.writes().find(({ n }) => n === newest)?.target;
    return await withScratch(async (scratch) => {
      const selected = { agent, path, id, name: path };
      const outcome = await prepare(selected, target, places, { scratch, reasoning, extend });
      commit(outcome);
      const added = journal.writes().filter((one) => one.n > last && one.path === outcome.path);
      return { id: outcome.id, path: outcome.path, added };
    });
  }

  /** False if it was used, or is open: then it stays. */
  async #undo({ writes, path, madeFolder }: Kept): Promise<boolean> {
    const { env, profiles = [] } = this.#options.places;
    try {
      for (const n of writes.toReversed()) {
        await undoWrite(env, { n: String(n), profiles, undone: () => {} });
      }
      removeEmptyFolders(dirname(path), madeFolder);
      return writes.length > 0;
    } catch (error) {
      if (error instanceof SegueError) return false;
      throw error;
    }
  }
}

function keyOf({ path }: FollowedSession, target: string): string {
  return `${target}\0${path}`;
}
