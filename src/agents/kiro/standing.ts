/** Which of Kiro CLI 3's records still count: later ones take back what came before them. */
import type { Json } from "../../session/types.ts";

const SAID = new Set(["user", "assistant", "tool_call", "tool_result"]);

interface Kept {
  id: string;
  /** The newest entry before it. */
  before: string | null;
  /** Is it one that the model is sent? */
  isSaid: boolean;
}

/**
 * A tombstone takes the records from one with a given id to the end off; without such a record it does nothing
 * (the vendor's resolver, see README.md). Where that is all there is, and a summary follows, the summary is what
 * is left; where something stays before it, the summary is a message after that.
 */
export class Standing {
  readonly #records: Kept[] = [];
  /** Did the last tombstone leave something before its summary? */
  isPart = false;

  add(id: string, type: string, before: string | null): void {
    this.#records.push({ id, before, isSaid: SAID.has(type) });
  }

  /** The entry that is the newest one now; undefined if that is as before, or a summary says what there was. */
  take(from: string, kind: Json | undefined): string | null | undefined {
    const at = this.#records.findLastIndex(({ id }) => id === from);
    this.isPart = false;
    const found = this.#records[at];
    if (found === undefined) return undefined;
    this.#records.length = at;
    if (kind !== "summarization") return found.before;
    this.isPart = this.#records.some(({ isSaid }) => isSaid);
    return this.isPart ? found.before : undefined;
  }
}
