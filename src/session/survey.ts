/**
 * A first pass over a session's entries, which determines which of them the agent's model would see
 * next. Takes a few bytes per entry, so that sessions of any size can be surveyed.
 */
import { IdTable } from "./id-table.ts";
import { FirstRequest } from "./title.ts";
import type { Entry, EventBody, Header, Part } from "./types.ts";

/**
 * `outside`: not part of the tree. Only `live` entries are in the model's view. `replaced`: they
 * would be live, but a handoff entry replaces them; see convert/survey/fit.ts. `foreign`: not live
 * because they belong to another session in the same file.
 */
export type Visibility = Surveyed | "replaced";

type Surveyed = "outside" | "live" | "branch" | "compacted" | "sidechain" | "hidden" | "foreign";

const CODES: readonly Surveyed[] = [
  "outside",
  "branch",
  "live",
  "compacted",
  "sidechain",
  "hidden",
  "foreign",
];
const [OUTSIDE, BRANCH, LIVE, COMPACTED, SIDECHAIN, HIDDEN, FOREIGN] = [0, 1, 2, 3, 4, 5, 6];

export interface Plan {
  header: Header;
  /** The first request, for sessions without a title. */
  request: string | null;
  /** The number of all entries. */
  entries: number;
  /** Is there no message, call or other content? */
  isEmpty: boolean;
  /** Receives each entry before it is asked about, and the header at the end. */
  see?(entry: Entry): void;
  finish?(header: Header): void;
  /** The visibility of entry number `n`, in reading order. */
  visibility(n: number): Visibility;
  /** The compaction in force, and its entry number. */
  compaction: (Extract<EventBody, { event: "compaction" }> & { n: number }) | null;
  /** The text of the handoff entry that replaces the `replaced` entries. */
  handoff?: string;
  /** Live compactions that keep earlier entries: their entry number, and the first kept entry. */
  keeps: ReadonlyMap<number, number>;
  /**
   * The number of entries whose parent does not precede them; they follow the entry before them.
   */
  orphans: number;
  /** The number of the entry that entry `n` follows; -1 for none. */
  parent(n: number): number;
  /** What the model sees in place of message `n`, if it was changed later. */
  instead?(n: number): Part[] | undefined;
}

export interface SurveyOptions {
  /** Look through compactions: all messages on the live branch are live. */
  fullHistory?: boolean;
}

export class Survey {
  readonly #ids = new IdTable();
  readonly #parents = new Int32List();
  readonly #codes = new Uint8List();
  readonly #compactions = new Map<number, Extract<EventBody, { event: "compaction" }>>();
  /** What is hidden or changed; the last change counts. */
  readonly #hidden = new Map<string, Part[] | null>();
  /**
   * The session that the entries belong to, from that number on; empty if all belong to the same
   * one.
   */
  readonly #sessions: { from: number; id: string }[] = [];
  #leaf = -1;
  /** The entry that the live branch goes through; see `opaque` in types.ts. */
  #anchor: string | null = null;
  #left = { at: -1, until: 0 };
  #orphans = 0;
  #isEmpty = true;
  readonly #request = new FirstRequest();

  /** The entry that the next one would follow. */
  get tip(): number {
    return this.#leaf;
  }

  /**
   * From now on, entries that follow one after `tip` follow `tip` instead: a file that another one
   * continues ends there.
   */
  leaveAt(tip: number): void {
    this.#left = { at: tip, until: this.#parents.length };
    this.#leaf = tip;
    this.#anchor = null;
  }

  add(entry: Entry): void {
    this.#request.note(entry);
    if (isContent(entry)) this.#isEmpty = false;
    const n = this.#parents.length;
    const inTree = isInTree(entry);
    const side = entry.kind === "message" && entry.sidechain !== undefined;
    this.#parents.push(inTree && !side ? this.#parentOf(entry) : -1);
    this.#codes.push(side ? SIDECHAIN : inTree ? BRANCH : OUTSIDE);
    if (entry.kind === "event") this.#event(entry, n);
    if (side) return;
    this.#ids.set(entry.id, n);
    if (inTree) this.#leaf = n;
  }

  #event(entry: Extract<Entry, { kind: "event" }>, n: number): void {
    if (entry.event === "compaction") {
      this.#compactions.set(n, entry);
      this.#anchor = null;
    }
    if (entry.event === "opaque" && entry.anchor !== undefined) {
      this.#anchor = entry.anchor;
      if (entry.anchor === null) this.#leaf = -1;
    }
    if (entry.event === "session") this.#session(entry, n);
    if (entry.event === "hide") this.#hidden.set(entry.target, entry.instead ?? null);
  }

  #session({ before, now }: Extract<EventBody, { event: "session" }>, n: number): void {
    if (this.#sessions.length === 0) this.#sessions.push({ from: 0, id: before });
    this.#sessions.push({ from: n, id: now });
  }

  #sessionOf(n: number): string | undefined {
    return this.#sessions.findLast(({ from }) => from <= n)?.id;
  }

  #parentOf(entry: Entry): number {
    if (entry.parentId === null) return -1;
    const parent = this.#ids.get(entry.parentId);
    if (parent !== undefined) return this.#follows(parent);
    this.#orphans++;
    return this.#leaf;
  }

  #follows(parent: number): number {
    const { at, until } = this.#left;
    return parent > at && parent < until ? at : parent;
  }

  finish(header: Header, options: SurveyOptions = {}): Plan {
    this.#leaf = this.#anchored();
    const compaction = this.#walk(options.fullHistory ?? false);
    this.#markForeign();
    const keeps = new Map<number, number>();
    for (const [n, { keepFrom }] of this.#compactions) {
      const from = this.#keptFrom(n, keepFrom);
      if (from >= 0 && this.#codes.at(n) === LIVE) keeps.set(n, from);
    }
    const changed = new Map<number, Part[]>();
    for (const [id, instead] of this.#hidden) {
      const n = this.#ids.get(id);
      if (n === undefined || this.#codes.at(n) !== LIVE) continue;
      if (instead === null) this.#codes.set(n, HIDDEN);
      else changed.set(n, instead);
    }
    const codes = this.#codes;
    return {
      header,
      request: this.#request.text,
      entries: this.#parents.length,
      isEmpty: this.#isEmpty,
      visibility: (n) => CODES[codes.at(n)] ?? "outside",
      compaction,
      keeps,
      orphans: this.#orphans,
      parent: (n) => this.#parents.at(n),
      instead: (n) => changed.get(n),
    };
  }

  /** The newest entry that is the anchor or follows it; without an anchor, the newest of all. */
  #anchored(): number {
    const anchor = this.#ids.get(this.#anchor ?? "") ?? -1;
    let at = this.#leaf;
    while (at > anchor) at = this.#parents.at(at);
    if (anchor < 0 || at === anchor) return this.#leaf;
    const follows = new Set([anchor]);
    let newest = anchor;
    for (let n = anchor + 1; n < this.#parents.length; n++) {
      if (!follows.has(this.#parents.at(n))) continue;
      follows.add(n);
      newest = n;
    }
    return newest;
  }

  /** If there are several sessions in a file, the session of the leaf counts. */
  #markForeign(): void {
    const own = this.#sessionOf(this.#leaf);
    for (const [i, { from, id }] of this.#sessions.entries()) {
      if (id === own) continue;
      const end = this.#sessions[i + 1]?.from ?? this.#parents.length;
      for (let n = from; n < end; n++) {
        if (this.#codes.at(n) === BRANCH) this.#codes.set(n, FOREIGN);
      }
    }
  }

  /**
   * The first entry that compaction `n` keeps; -1 for none. An entry that is not on the path to it
   * does not count: the CLIs then keep nothing, and a walk that waits for it would reach the root.
   */
  #keptFrom(n: number, keepFrom: string | undefined): number {
    const from = this.#ids.get(keepFrom ?? "") ?? -1;
    let at = n;
    while (at > from && at >= 0) at = this.#parents.at(at);
    return at === from && from < n ? from : -1;
  }

  /** Marks the path from the leaf to the root, up to the compaction in force and what it keeps. */
  #walk(fullHistory: boolean): Plan["compaction"] {
    let compaction: Plan["compaction"] = null;
    let code = LIVE;
    let keepFrom = -1;
    for (let n = this.#leaf; n >= 0; n = this.#parents.at(n)) {
      const found = fullHistory ? undefined : this.#compactions.get(n);
      this.#codes.set(n, found && compaction ? COMPACTED : code);
      if (found && !compaction) {
        compaction = { ...found, n };
        keepFrom = this.#keptFrom(n, found.keepFrom);
        if (keepFrom < 0) code = COMPACTED;
      }
      if (n === keepFrom) code = COMPACTED;
    }
    return compaction;
  }
}

/** Entry number `n` as the model sees it. */
export function asSeen(plan: Plan, entry: Entry, n: number): Entry {
  if (entry.kind !== "message") return entry;
  const parts = plan.instead?.(n);
  return parts === undefined ? entry : { ...entry, parts };
}

/** Is this a message, a call, or other content? */
export function isContent(entry: Entry): boolean {
  if (entry.kind === "event") return entry.event === "compaction";
  return !entry.scaffold && entry.parts.length > 0;
}

/**
 * Events without a parent are not a tip of the tree (others may follow them), except for
 * compactions.
 */
function isInTree(entry: Entry): boolean {
  return entry.kind === "message" || entry.parentId !== null || entry.event === "compaction";
}

/** A growable list of small numbers. */
class Int32List {
  #data = new Int32Array(1024);
  length = 0;

  push(value: number): void {
    if (this.length === this.#data.length) {
      const grown = new Int32Array(this.length * 2);
      grown.set(this.#data);
      this.#data = grown;
    }
    this.#data[this.length++] = value;
  }

  at(index: number): number {
    return this.#data[index] ?? -1;
  }
}

class Uint8List {
  #data = new Uint8Array(1024);
  #length = 0;

  push(value: number): void {
    if (this.#length === this.#data.length) {
      const grown = new Uint8Array(this.#length * 2);
      grown.set(this.#data);
      this.#data = grown;
    }
    this.#data[this.#length++] = value;
  }

  at(index: number): number {
    return this.#data[index] ?? 0;
  }

  set(index: number, value: number): void {
    this.#data[index] = value;
  }
}
