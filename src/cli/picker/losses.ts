/** What a handover would lose: a dry run, one at a time. */
import type { Places } from "../../core/places.ts";
import { Child, storeOptions } from "./child.ts";
import type { Session, Target } from "./types.ts";

const MOST_LINES = 60;

export class Losses {
  readonly #places: Places;
  readonly #changed: () => void;
  readonly #known = new Map<string, readonly string[]>();
  #running: { key: string; child: Child } | null = null;

  constructor(places: Places, changed: () => void) {
    this.#places = places;
    this.#changed = changed;
  }

  of(session: Session, target: Target): readonly string[] | undefined {
    if (session.agent === target.id) return ["It opens unchanged: nothing is converted or lost."];
    return this.#known.get(keyOf(session, target));
  }

  /** Computes this one next, and cancels the current one. */
  async want(session: Session, target: Target): Promise<void> {
    const key = keyOf(session, target);
    if (this.of(session, target) || this.#running?.key === key) return;
    this.stop();
    const what = ["resume", session.path, "--from", session.agent, "--in", target.id, "--dry-run"];
    const child = new Child([...what, ...storeOptions(this.#places)], this.#places);
    this.#running = { key, child };
    const { err } = await child.ended;
    if (this.#running?.child !== child) return;
    this.#running = null;
    const lines = err.split("\n").filter((line) => line.trim() !== "" && !/^dry run:/.test(line));
    this.#known.set(key, lines.slice(0, MOST_LINES));
    this.#changed();
  }

  stop(): void {
    this.#running?.child.stop();
    this.#running = null;
  }
}

function keyOf({ path }: Session, { id }: Target): string {
  return `${id} ${path}`;
}
