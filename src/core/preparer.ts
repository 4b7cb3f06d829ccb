/** Converts a session ahead, and takes the copy away again. */
import { dirname } from "node:path";
import { agentNamed } from "../agents/registry.ts";
import type { Places } from "../catalog/stores.ts";
import type { ReasoningFate } from "../convert/project/project.ts";
import { SegueError } from "../errors.ts";
import { withScratch } from "../io/folders.ts";
import { Journal } from "../io/journal.ts";
import { removeEmptyFolders } from "../io/made.ts";
import type { FollowedSession } from "./follow.ts";
import { commit, prepare } from "./handover.ts";
import { undoWrite } from "./journal.ts";

export interface PrepareOptions {
  places: Places;
  reasoning: ReasoningFate;
}

/** A session, and the agent that it is prepared for. */
export interface Order {
  session: FollowedSession;
  target: string;
}

export interface Copy {
  id: string;
  path: string;
  /** The numbers of the writes to undo: none, if it was handed over before by someone else. */
  writes: readonly number[];
  /** The topmost folder that was made for it, or for one before. */
  madeFolder: string | null;
}

export interface Kept extends Order, Copy {}

/** Calls must not overlap. */
export interface Preparer {
  /**
   * `newest`: the number of the newest write of the copy that there is already; null if there is none.
   * @throws SegueError, or an error with the same words.
   */
  handOver(order: Order, newest: number | null): Promise<Copy>;
  /** False if it was used, or is open: then it stays. */
  undo(copy: Copy): Promise<boolean>;
}

/** In this thread, which it keeps busy: 2.4 s for 100 MB, say. */
export class OwnPreparer implements Preparer {
  readonly #options: PrepareOptions;

  constructor(options: PrepareOptions) {
    this.#options = options;
  }

  async handOver({ session, target: to }: Order, newest: number | null): Promise<Copy> {
    const { places, reasoning } = this.#options;
    const agent = agentNamed(session.profile ?? session.agent, places.profiles);
    const target = agentNamed(to, places.profiles);
    const journal = new Journal(places.env);
    const { last } = journal;
    const { path, id } = session;
    const extend = journal.writes().find(({ n }) => n === newest)?.target;
    return await withScratch(async (scratch) => {
      const selected = { agent, path, id, name: path };
      const outcome = await prepare(selected, target, places, { scratch, reasoning, extend });
      commit(outcome);
      const added = journal.writes().filter((one) => one.n > last && one.path === outcome.path);
      const writes = added.map(({ n }) => n);
      const madeFolder = added[0]?.madeFolder ?? null;
      return { id: outcome.id, path: outcome.path, writes, madeFolder };
    });
  }

  async undo({ writes, path, madeFolder }: Copy): Promise<boolean> {
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
