/** Listing sessions. */
import { type Listed, openCatalog, type Problem } from "../catalog/catalog.ts";
import type { Damage } from "../io/journal.ts";
import { keeperNamed, type Places } from "./places.ts";

export type { Listed, Problem } from "../catalog/catalog.ts";
export { conversations, wasLeft } from "../catalog/conversations.ts";
export type { Limit, Row } from "../catalog/row.ts";
export { type Damage, damageWords } from "../io/journal.ts";

export interface ListOptions {
  /** Id or alias of an agent: only its sessions. */
  agent?: string | undefined;
  /** Only those that went on since: milliseconds since the epoch. */
  since?: number | undefined;
  /** Only those that stopped at a usage limit. */
  limited?: boolean | undefined;
  /** Only those of the project. */
  here?: boolean | undefined;
  /** At most so many. */
  most?: number | undefined;
  /** Count a session and its subagents as one towards `most`. */
  folded?: boolean;
}

/** What a list may lack, and why. */
export interface Gaps {
  /** What there is to know of the catalogue's own file; null for nothing. */
  note: string | null;
  /** Stores that do not answer, and sessions that cannot be read. */
  problems: readonly Problem[];
}

export interface SessionList extends Gaps {
  /** The project's first, each kind newest first. */
  sessions: readonly Listed[];
  /** How many more there are of the kind that is asked for. */
  more: number;
  /** The sessions' ids by their whole ids, as short as they can be typed. */
  ids: ReadonlyMap<string, string>;
  /** What is wrong with the journal, so that it may not be known which sessions continue others. */
  damage: readonly Damage[];
  /** Files that an agent began, and in which nobody said anything: they are not listed. */
  empty: number;
}

/** @throws SegueError `not-found` for an agent that there is not. */
export async function listSessions(
  places: Places,
  { agent, most, folded = false, ...filter }: ListOptions = {},
): Promise<SessionList> {
  const only = agent === undefined ? undefined : await keeperNamed(agent);
  const catalog = await openCatalog(places, only);
  try {
    const sessions =
      folded && most !== undefined
        ? firstFolded(most, (number) => catalog.sessions({ ...filter, most: number }))
        : catalog.sessions({ ...filter, most });
    const more = catalog.count(filter) - sessions.length;
    const ids = catalog.shortIds(sessions.map(({ id }) => id));
    const { damage } = catalog.lineage;
    const { empty, note, problems } = catalog;
    return { sessions, more, ids, damage, empty, note, problems };
  } finally {
    catalog.close();
  }
}

/** The first so many sessions, and with them subagents that they started. */
function firstFolded(most: number, first: (number: number) => Listed[]): Listed[] {
  for (let number = most * 2; ; number *= 2) {
    const sessions = first(number);
    const names = [...new Set(sessions.map(unitOf))];
    if (names.length < most && sessions.length === number) continue;
    const shown = new Set(names.slice(0, most));
    return sessions.filter((session) => shown.has(unitOf(session)));
  }
}

/** A name for a session that its subagents' sessions share. */
export function unitOf({ agent, id, isSubagent, parent }: Listed): string {
  return `${agent}:${isSubagent && parent !== null ? parent : id}`;
}

/** Shows the first of the sessions at once, and all of them thereafter; `total` is how many there are. */
export async function browse(
  places: Places,
  first: number,
  show: (sessions: readonly Listed[], total: number) => void,
): Promise<void> {
  const catalog = await openCatalog(places);
  try {
    const some = catalog.sessions({ most: first });
    show(some, catalog.size);
    if (some.length === catalog.size) return;
    await new Promise(setImmediate);
    show(catalog.sessions(), catalog.size);
  } finally {
    catalog.close();
  }
}
