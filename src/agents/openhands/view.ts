/** What of a conversation the model still sees: its condensations take events out of that. */
import { array, number, string } from "../../session/json.ts";
import type { JsonObject } from "../../session/types.ts";

export interface Seen {
  /** The event's id; of a summary, the condensation's with "-summary". */
  id: string;
  /** The words of a summary. */
  summary?: string;
  isPrompt: boolean;
}

/** What the SDK makes of a condensation. */
export interface Change {
  /** What is gone, in order. */
  forgotten: Seen[];
  /** What still stands before the place of the summary. */
  before: Seen[];
  after: Seen[];
  /** What is gone from among those after. */
  between: Seen[];
  summary: string | null;
}

export class View {
  #seen: Seen[] = [];

  /** An event that is sent to the model. */
  add(id: string, isPrompt = false): void {
    this.#seen.push({ id, isPrompt });
  }

  /** The events that the model sees, in order. */
  get seen(): readonly Seen[] {
    return this.#seen;
  }

  condense(event: JsonObject): Change {
    const ids = new Set(array(event.forgotten_event_ids));
    const forgotten = this.#seen.filter(({ id }) => ids.has(id));
    const left = this.#seen.filter(({ id }) => !ids.has(id));
    const summary = string(event.summary) ?? null;
    const offset = number(event.summary_offset);
    if (summary === null || offset === undefined) {
      this.#seen = left;
      return { forgotten, before: left, after: [], between: [], summary: null };
    }
    // As Python's list.insert: past the end is the end.
    const at = Math.max(0, Math.min(Math.trunc(offset), left.length));
    const [before, after] = [left.slice(0, at), left.slice(at)];
    const [next] = after;
    const from = next ? this.#seen.indexOf(next) : this.#seen.length;
    const between = this.#seen.slice(from).filter(({ id }) => ids.has(id));
    const own = { id: `${string(event.id) ?? ""}-summary`, summary, isPrompt: false };
    this.#seen = [...before, own, ...after];
    return { forgotten, before, after, between, summary };
  }
}
