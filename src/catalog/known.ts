/** A session as the catalog keeps it in memory, and the check which of them are unchanged. */
import type { Found, Summary } from "../agents/types.ts";
import type { Job } from "./lines.ts";
import type { Line } from "./row.ts";
import { placeOf, type Walked } from "./stores.ts";

/** The columns that sorting and filtering need. */
export interface Known {
  /** 0: not in the database, because it could not be read. */
  sid: number;
  agent: string;
  /** Name of the profile whose store it is in; null in the agent's own. */
  profile: string | null;
  place: string;
  id: string;
  size: number;
  mtime: number;
  inode: number;
  /**
   * The time of the conversation's last activity according to its records; else `mtime`.
   * Milliseconds since the epoch.
   */
  time: number;
  cwd: string | null;
  isLimited: boolean;
  /** It contains no message, so it is not listed. */
  isEmpty: boolean;
  /** What the store currently reports about it, without its file. */
  summary?: Summary;
  /** Set if it was read in this run, and could not be stored. */
  line?: Line;
}

/** The totals of a store's sessions. */
export interface Plan {
  kept: Known[];
  jobs: Job[];
  /** Numbers of sessions that no longer exist; what cannot be read now is not gone. */
  gone: number[];
}

/** `old`: by path. */
export function compare(
  { agent, root, found, unread }: Walked,
  old: ReadonlyMap<string, Known>,
): Plan {
  const plan: Plan = { kept: [], jobs: [], gone: [] };
  let there = 0;
  for (const session of found) {
    const place = placeOf(session, agent);
    const known = old.get(place);
    if (known) there++;
    if (known && isSame(known, session)) plan.kept.push(summarised(known, session));
    else plan.jobs.push({ agent: agent.id, root, place, found: session });
  }
  if (there === old.size) return plan;
  const places = new Set(found.map((session) => placeOf(session, agent)));
  for (const { sid, place } of old.values()) {
    if (!places.has(place) && !unread.some(({ path }) => isAt(place, path))) plan.gone.push(sid);
  }
  return plan;
}

/** Is the place this path, below it, or in a database there? */
function isAt(place: string, path: string): boolean {
  return place.startsWith(path) && /^(?:$|[#/\\])/.test(place.slice(path.length));
}

function isSame(known: Known, { bytes, mtime, inode = 0 }: Found): boolean {
  return known.size === bytes && known.mtime === mtime && known.inode === inode;
}

function summarised(known: Known, { id, summary }: Found): Known {
  // An unchanged session has the same id: it is in the path or the file.
  known.id = id;
  if (!summary) return known;
  const time = timeOf(summary.updatedAt, known.time);
  return { ...known, summary, time, cwd: summary.cwd ?? known.cwd };
}

/**
 * In a store that was copied, synced or restored, all files are new: the conversations in them are
 * older.
 */
function timeOf(updatedAt: string | null, otherwise: number): number {
  const time = updatedAt === null ? Number.NaN : Date.parse(updatedAt);
  return Number.isNaN(time) ? otherwise : time;
}

export function knownOf({ agent, place, found }: Job, line: Line): Known {
  return {
    sid: 0,
    agent,
    profile: found.profile ?? null,
    place,
    id: found.id,
    size: found.bytes,
    mtime: found.mtime,
    inode: found.inode ?? 0,
    time: timeOf(line.updatedAt, found.mtime),
    cwd: line.cwd,
    isLimited: line.limit !== null,
    isEmpty: line.isEmpty,
    line,
  };
}
