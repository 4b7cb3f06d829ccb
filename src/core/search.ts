/** Full-text search over all sessions, and updating the index that it needs. */
import { type Catalog, openCatalog } from "../catalog/catalog.ts";
import { keyOf } from "../catalog/lineage.ts";
import { pending } from "../catalog/pending.ts";
import type { Query } from "../catalog/query.ts";
import type { Relative } from "../catalog/row.ts";
import { type Match, type Results, search } from "../catalog/search.ts";
import { SegueError } from "../errors.ts";
import { type Gaps, type Listed, type ListOptions, unitOf } from "./list.ts";
import { keeperNamed, type Places } from "./places.ts";
import { catchUpWith, type Reading } from "./reading.ts";
import { timeAgo } from "./time.ts";

export { type Background, indexInBackground } from "../catalog/background.ts";
export { parseQuery, type Query } from "../catalog/query.ts";
export type { Hit, Match } from "../catalog/search.ts";
export { KINDS, MARK_OFF, MARK_ON } from "../catalog/text.ts";
export type { Reading } from "./reading.ts";

export interface SearchOptions extends ListOptions {
  /** Runs a long read and reports it: `read` gets a function to call with its progress. */
  reading?: Reading;
  /** Count a session and its subagents as one towards `most`. */
  folded?: boolean;
}

export interface SearchResults extends Gaps, Pick<Results, "matches" | "isCut"> {
  /** The number of sessions that could not be read, and so were not searched. */
  missing: number;
  /** For each full id, the shortest unambiguous id. */
  ids: ReadonlyMap<string, string>;
  /**
   * The sessions that started the subagents among the matches, by agent and id; see
   * `withSubagents`.
   */
  starters: ReadonlyMap<string, Listed>;
}

/** A match, with those in the subagents that its session started. */
export interface FoldedMatch extends Match {
  subagents: Match[];
}

/** Each session once, with its subagents below it, in the position of their best match. */
export function withSubagents(
  matches: readonly Match[],
  starters: SearchResults["starters"],
): FoldedMatch[] {
  const all = new Map<string, FoldedMatch>();
  for (const match of matches) {
    const { session, hits } = match;
    const starter = starters.get(starterKey(session) ?? "");
    const shown = starter ?? session;
    const name = keyOf(shown);
    const group = all.get(name) ?? { session: shown, hits: [], subagents: [] };
    all.set(name, group);
    if (starter) group.subagents.push(match);
    else group.hits = hits;
  }
  return [...all.values()];
}

/**
 * Searches all sessions. First reads what changed since the last time; the first time, everything.
 * The agent and time in the query apply if the options do not set them.
 * @throws SegueError `usage` for an invalid time, `not-found` for an unknown agent.
 */
export async function searchSessions(
  places: Places,
  query: Query,
  {
    agent = query.agent,
    reading = (_, __, read) => read(() => {}),
    ...options
  }: SearchOptions = {},
): Promise<SearchResults> {
  const only = agent === undefined ? undefined : await keeperNamed(agent, places.profiles);
  const catalog = await openCatalog(places, only);
  try {
    let missing = await catchUp(catalog, only?.id, reading);
    const { limited, here = query.cwd !== undefined } = options;
    const filter = { since: options.since ?? sinceOf(query), limited, here };
    const { rebuilds } = catalog.file;
    const most = options.most ?? Number.POSITIVE_INFINITY;
    const unit = options.folded ? unitOf : keyOf;
    const look = () => search(catalog, query, filter, most, unit);
    let found = await catalog.file.guardedLater(look);
    if (catalog.file.rebuilds !== rebuilds) {
      await catalog.refresh();
      missing = await catchUp(catalog, only?.id, reading);
      found = await look();
    }
    const { matches, isCut, unread } = found;
    const { note, problems } = catalog;
    const starters = startersOf(matches, catalog);
    const shown = [...matches.map(({ session }) => session), ...starters.values()];
    const ids = catalog.shortIds(shown.map(({ id }) => id));
    return { matches, isCut, missing: missing + unread, ids, starters, note, problems };
  } finally {
    catalog.close();
  }
}

function starterKey(session: Listed): string | null {
  const starter = starterOf(session);
  return starter && keyOf(starter);
}

function starterOf({ agent, profile, isSubagent, parent }: Listed): Relative | null {
  return isSubagent && parent !== null ? { agent, profile, id: parent } : null;
}

function startersOf(matches: readonly Match[], catalog: Catalog): Map<string, Listed> {
  const starters = new Map<string, Listed>();
  for (const { session } of matches) {
    const named = starterOf(session);
    if (named === null || starters.has(keyOf(named))) continue;
    const starter = catalog.named(named);
    if (starter) starters.set(keyOf(named), starter);
  }
  return starters;
}

function sinceOf({ since: text }: Query): number | undefined {
  if (text === undefined) return undefined;
  const time = timeAgo(text);
  if (time !== undefined) return time;
  throw new SegueError("usage", `since:${text} is not a time`, {
    hint: "use a time such as since:3h, since:2d or since:2026-01-31",
  });
}

/** Reads what is new or has changed; returns the number of sessions that cannot be read. */
async function catchUp(
  catalog: Catalog,
  agent: string | undefined,
  reading: Reading,
): Promise<number> {
  const tasks = pending(catalog).filter((task) => agent === undefined || task.agent === agent);
  return catchUpWith(catalog, tasks, reading);
}

export interface Scanned extends Gaps {
  /** The number of all sessions. */
  sessions: number;
  /** How many sessions were read, and their size. */
  read: number;
  bytes: number;
  /** Sessions that cannot be searched, because reading them failed. */
  failed: number;
}

/** Updates the catalog and its text index; `rebuild`: creates them again. */
export async function scanSessions(
  places: Places,
  { rebuild = false, progress }: { rebuild?: boolean; progress?: (n: number, all: number) => void },
): Promise<Scanned> {
  const catalog = await openCatalog(places);
  try {
    if (rebuild) {
      catalog.file.empty();
      await catalog.refresh();
    }
    const { indexSessions } = await import("../catalog/indexing.ts");
    const done = await indexSessions(catalog, pending(catalog), progress ? { progress } : {});
    const { size, note, problems } = catalog;
    const { sessions: read, bytes, failed } = done;
    return { sessions: size, read, bytes, failed: failed.length, note, problems };
  } finally {
    catalog.close();
  }
}
