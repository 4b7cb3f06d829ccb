/** The listed sessions: those that match, each conversation folded into one row. */
import { conversations, wasLeft } from "../../core/list.ts";
import { limitText } from "./facts.ts";
import { folded, rank, wordsIn } from "./match.ts";
import type { Session } from "./types.ts";

export interface Row {
  session: Session;
  /** A number for its conversation. */
  group: number;
  /** How many more sessions of the conversation match. */
  parts: number;
  isOpen: boolean;
  /** Is it below the row of its conversation? */
  isPart: boolean;
}

interface Item {
  session: Session;
  /** The text that is searched. */
  text: string;
  group: number;
  /** Its position in its conversation. */
  order: number;
}

export interface Filter {
  query: string;
  /** Only sessions of this agent; null for all. */
  agent: string | null;
  /** Only those of the project. */
  here: boolean;
  /** Only these sessions, in this order, whatever the query is; null for all. */
  paths: readonly string[] | null;
}

export class Rows {
  #items: readonly Item[] = [];
  #matches: readonly Item[] = [];
  readonly #open = new Set<number>();
  #rows: readonly Row[] = [];
  /**
   * How many match for each agent, whichever one is selected; the agents in the order of the chips.
   */
  counts: ReadonlyMap<string, number> = new Map();

  load(sessions: readonly Session[], now: number): void {
    const places = new Map<Session, [group: number, order: number]>();
    conversations(sessions).forEach((group, n) => {
      group.forEach((session, order) => {
        places.set(session, [n, order]);
      });
    });
    this.#open.clear();
    this.#items = sessions.map((session) => {
      const [group, order] = places.get(session) ?? [-1, 0];
      return { session, text: textOf(session, now), group, order };
    });
  }

  filter({ query, agent, here, paths }: Filter): void {
    const some = paths ? this.#found(paths) : this.#named(wordsIn(query));
    const there = here ? some.filter(({ session }) => session.here) : some;
    this.counts = this.#countsOf(there);
    this.#matches = agent === null ? there : there.filter(({ session }) => session.agent === agent);
    this.#rows = paths ? this.#matches.map(alone) : this.#folded();
  }

  get all(): readonly Row[] {
    return this.#rows;
  }

  /** How many sessions match, including those in folded rows. */
  get size(): number {
    return this.#matches.length;
  }

  get sessions(): Iterable<Session> {
    return this.#items.map(({ session }) => session);
  }

  /** Shows or hides the sessions of a conversation. Returns whether anything changed. */
  open({ group, parts }: Row, yes: boolean): boolean {
    if (yes ? parts === 0 || this.#open.has(group) : !this.#open.has(group)) return false;
    if (yes) this.#open.add(group);
    else this.#open.delete(group);
    this.#rows = this.#folded();
    return true;
  }

  /** The best first: those with exact words, then those with letters left out. */
  #named(words: readonly string[]): Item[] {
    if (words.length === 0) return [...this.#items];
    return this.#items
      .flatMap((item) => {
        const fit = rank(words, item.text);
        return fit === null ? [] : [{ item, fit }];
      })
      .sort((a, b) => a.fit - b.fit)
      .map(({ item }) => item);
  }

  #found(paths: readonly string[]): Item[] {
    const items = new Map(this.#items.map((item) => [item.session.path, item]));
    return paths.flatMap((path) => items.get(path) ?? []);
  }

  #countsOf(items: readonly Item[]): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { session } of this.#items) counts.set(session.agent, 0);
    for (const { session } of items)
      counts.set(session.agent, (counts.get(session.agent) ?? 0) + 1);
    return counts;
  }

  #folded(): Row[] {
    const groups = new Map<number, Item[]>();
    for (const item of this.#matches) {
      const group = groups.get(item.group);
      if (group) group.push(item);
      else groups.set(item.group, [item]);
    }
    return [...groups.values()].flatMap((items) => {
      const [head, ...parts] = items.toSorted((a, b) => a.order - b.order);
      if (!head) return [];
      const isOpen = this.#open.has(head.group);
      const row = { ...alone(head), parts: parts.length, isOpen };
      return isOpen ? [row, ...parts.map((part) => ({ ...alone(part), isPart: true }))] : [row];
    });
  }
}

function alone({ session, group }: Item): Row {
  return { session, group, parts: 0, isOpen: false, isPart: false };
}

function textOf(session: Session, now: number): string {
  const { title, cwd, agent, id, model } = session;
  return folded([labelOf(session, now), title, cwd, agent, id, model].join(" ").trim());
}

/** The label before a title: it stopped at a limit, or is a subagent's. */
export function labelOf(session: Session, now: number): string {
  const limit = limitText(session, now) === null ? "" : "[limit] ";
  return `${limit}${session.isSubagent ? "[subagent] " : ""}`;
}

/** The title of a session below another: where its conversation went, or its own title. */
export function partTitle(session: Session): string {
  const newest = session.continuedIn.at(-1);
  if (newest && wasLeft(session)) return `continued in ${newest.agent}`;
  return session.title ?? session.id;
}
