/** What a session's entries say about whether its agent gets answers. */
import type { Allowance, Entry, Event, Fault, Json } from "../session/types.ts";
import type { Signal } from "./types.ts";

/** Times are milliseconds since the epoch; null if the record has none. */
export type Moment = { at: number | null } & Told;

/**
 * `answer`: a clean one of the model (`ends`: it ended the turn, as far as the record says).
 * `fault`: a request was refused. `error`: something else went wrong.
 */
type Told =
  | { what: "prompt" }
  | { what: "answer"; ends: boolean }
  | { what: "fault"; fault: Fault; resetsAt: number | null; text: string }
  | { what: "error"; text: string }
  | { what: "interruption" }
  | { what: "allowances"; allowances: readonly Allowance[] };

/** null for an entry that says nothing about that. Subagents are answered like the session itself. */
export function momentOf(entry: Entry): Moment | null {
  const at = timeOf(entry.time);
  if (entry.kind === "event") return eventMoment(entry, at);
  if (entry.scaffold || entry.parts.length === 0) return null;
  if (entry.role === "user") {
    return entry.told || entry.sidechain !== undefined ? null : { at, what: "prompt" };
  }
  if (entry.role !== "assistant" || entry.stop === "error" || entry.stop === "aborted") return null;
  const calls = entry.parts.some(({ kind }) => kind === "tool-call");
  const says = entry.parts.some(({ kind }) => kind === "text");
  const isLast = entry.stop === undefined ? says && !calls : entry.stop !== "tool";
  return { at, what: "answer", ends: isLast && entry.sidechain === undefined };
}

function eventMoment(entry: Event, at: number | null): Moment | null {
  switch (entry.event) {
    case "limit": {
      const { fault = UNTOLD, text, resetsAt } = entry;
      return { at, what: "fault", fault, resetsAt: timeOf(resetsAt ?? null), text };
    }
    case "error": {
      const { fault, text } = entry;
      if (fault === undefined) return { at, what: "error", text };
      return { at, what: "fault", fault, resetsAt: null, text };
    }
    case "interruption":
      return { at, what: "interruption" };
    default:
      return null;
  }
}

/** Of a limit of which nothing more is recorded. */
const UNTOLD: Fault = { kind: "quota", retryable: false, source: "record" };

/** What a record says about the allowances, if its agent records them. */
export function allowanceMoment(
  record: Json,
  at: number | null,
  read: ((record: Json) => readonly Allowance[] | undefined) | undefined,
): Moment | null {
  const allowances = read?.(record) ?? [];
  return allowances.length === 0 ? null : { at, what: "allowances", allowances };
}

/** null for anything that is not a time. */
export function timeOf(time: string | null): number | null {
  const at = time === null ? Number.NaN : Date.parse(time);
  return Number.isNaN(at) ? null : at;
}

/** Of whom a signal is. */
interface Whose {
  agent: string;
  profile: string | null;
  session: string | null;
}

/** The signal that a fault is. `now`: for one whose record has no time. */
export function signalOf(
  { at, fault, resetsAt, text }: Extract<Moment, { what: "fault" }>,
  whose: Whose,
  now: number,
): Signal {
  const { kind, scope = "unknown", retryable, source } = fault;
  return {
    ...whose,
    ...{ kind, scope, retryable, source, resetsAt, text },
    usedPercent: null,
    at: at ?? now,
  };
}

/** The most that is remembered of one reading. */
const MOST_MOMENTS = 200;

/** A moment, with a name that it keeps when the session is read again. */
interface Named {
  moment: Moment;
  name: string;
}

/**
 * The moments of one reading, in order. Of several answers in a row only the last one counts, and of a
 * long reading only its end.
 */
export class Moments {
  #all: Named[] = [];
  /** How many of each kind have no time: such moments are numbered. */
  readonly #untimed: Map<string, number>;

  /** `untimed`: of what was read before. It is updated. */
  constructor(untimed: Map<string, number> = new Map()) {
    this.#untimed = untimed;
  }

  add(moment: Moment | null): void {
    if (moment === null) return;
    const last = this.#all.at(-1)?.moment;
    const repeats = moment.what === "answer" || moment.what === "allowances";
    if (repeats && last?.what === moment.what) this.#all.pop();
    this.#all.push({ moment, name: this.#nameOf(moment) });
    if (this.#all.length > 2 * MOST_MOMENTS) this.#all = this.#all.slice(-MOST_MOMENTS);
  }

  #nameOf(moment: Moment): string {
    const { at, what } = moment;
    const text = moment.what === "fault" || moment.what === "error" ? moment.text.slice(0, 80) : "";
    if (at !== null) return `${what} ${at} ${text}`;
    const number = (this.#untimed.get(what) ?? 0) + 1;
    this.#untimed.set(what, number);
    return `${what} #${number} ${text}`;
  }

  get all(): readonly Named[] {
    return this.#all.slice(-MOST_MOMENTS);
  }
}

/** Tells which moments of a session that is read again as a whole are new. */
export class Seen {
  /** In the order in which they were seen. */
  readonly #names = new Set<string>();
  #hasRead = false;

  /**
   * `since`: what is older is not new. If nothing was read before, neither is what has no time and
   * comes before the last prompt.
   */
  fresh(moments: Moments, since: number): Moment[] {
    const { all } = moments;
    const isFirst = !this.#hasRead;
    const prompt = all.findLastIndex(({ moment }) => moment.what === "prompt");
    const fresh = all.filter(({ moment: { at }, name }, i) => {
      const isOld = at === null ? isFirst && i < prompt : at < since;
      return !isOld && !this.#names.has(name);
    });
    return this.#note(all, fresh);
  }

  /** They are all new: they were appended. */
  appended({ all }: Moments): Moment[] {
    return this.#note(all, all);
  }

  #note(all: readonly Named[], fresh: readonly Named[]): Moment[] {
    this.#hasRead = true;
    for (const { name } of all) {
      this.#names.delete(name);
      this.#names.add(name);
    }
    for (const name of this.#names) {
      if (this.#names.size <= 2 * MOST_MOMENTS) break;
      this.#names.delete(name);
    }
    return fresh.map(({ moment }) => moment);
  }
}
