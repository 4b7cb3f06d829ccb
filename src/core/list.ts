/** Lists sessions. */
import { type Listed, openCatalog, type Problem } from "../catalog/catalog.ts";
import { keyOf } from "../catalog/lineage.ts";
import type { Damage } from "../io/journal.ts";
import type { LimitState } from "../limits/state.ts";
import { statesIn } from "./evidence.ts";
import { keeperNamed, type Places } from "./places.ts";

export type { Listed, Problem } from "../catalog/catalog.ts";
export { conversations, wasLeft } from "../catalog/conversations.ts";
export type { Limit, Relative, Row } from "../catalog/row.ts";
export { type Damage, damageWords } from "../io/journal.ts";

export interface ListOptions {
  /** Id or alias of an agent, or name of a profile: only its sessions. */
  agent?: string | undefined;
  /** Only sessions updated since: milliseconds since the epoch. */
  since?: number | undefined;
  /** Only sessions that stopped at a usage limit. */
  limited?: boolean | undefined;
  /** Only sessions of the project. */
  here?: boolean | undefined;
  /** The maximum number of sessions. */
  most?: number | undefined;
  /** Count a session and its subagents as one towards `most`. */
  folded?: boolean;
}

/** What a list may lack, and why. */
export interface Gaps {
  /** A remark about the catalog file; null for none. */
  note: string | null;
  /** Stores that do not respond, and sessions that cannot be read. */
  problems: readonly Problem[];
}

export interface SessionList extends Gaps {
  /** The project's sessions first, then the others, each newest first. */
  sessions: readonly Listed[];
  /** How many more matching sessions there are. */
  more: number;
  /** For each full id, the shortest unambiguous id. */
  ids: ReadonlyMap<string, string>;
  /** Damage to the journal, because of which it may be unknown which sessions continue others. */
  damage: readonly Damage[];
  /** Files without messages, which are not listed. */
  empty: number;
}

/** @throws SegueError `not-found` for an unknown agent. */
export async function listSessions(
  places: Places,
  { agent, most, folded = false, ...filter }: ListOptions = {},
): Promise<SessionList> {
  const only = agent === undefined ? undefined : await keeperNamed(agent, places.profiles);
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

/** The first `most` sessions, with the subagents that they started. */
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
export function unitOf({ agent, profile, id, isSubagent, parent }: Listed): string {
  return keyOf({ agent, profile, id: isSubagent && parent !== null ? parent : id });
}

export interface Browsing {
  /** The first sessions, and then all of them; `total` is their number. */
  sessions(sessions: readonly Listed[], total: number): void;
  /** The state of each account that has sessions. */
  limits(states: readonly LimitState[]): void;
  /** What could not be read. */
  problems(problems: readonly Problem[]): void;
}

/** Passes on what there is, piece by piece. */
export async function browse(places: Places, first: number, to: Browsing): Promise<void> {
  const catalog = await openCatalog(places);
  try {
    const some = catalog.sessions({ most: first });
    to.sessions(some, catalog.size);
    to.problems(catalog.problems);
    await new Promise(setImmediate);
    if (some.length < catalog.size) to.sessions(catalog.sessions(), catalog.size);
    to.limits(statesIn(catalog, places.env, Date.now()));
  } finally {
    catalog.close();
  }
}
