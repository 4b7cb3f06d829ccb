/** Keeps one session: what is new or changed of it goes into the archive. */
import { lineOf } from "../catalog/line.ts";
import { placeOf } from "../catalog/stores.ts";
import { SegueError } from "../errors.ts";
import type { Archive } from "./archive.ts";
import { type Chunk, chunksOf, isSame, type Kept, type KeptFile } from "./manifest.ts";
import { Putter } from "./putter.ts";
import { type Origin, piecesOf, stateAt, stateOf } from "./whole.ts";

export interface Put {
  how: "new" | "changed" | "unchanged";
  /** Bytes that were read from the store. */
  read: number;
  /** Bytes that were written to the archive. */
  written: number;
  /** Chunks that the session no longer consists of. */
  left: Chunk[];
}

export interface PutOptions {
  /** Names of the chunks that this machine keeps. */
  present: ReadonlySet<string>;
  /** Read everything, even what looks unchanged. */
  afresh: boolean;
}

const UNCHANGED: Put = { how: "unchanged", read: 0, written: 0, left: [] };

/** @throws SegueError, or the system's error: then the archive has what it had before. */
export async function putSession(
  archive: Archive,
  origin: Origin,
  { present, afresh }: PutOptions,
): Promise<Put> {
  const { agent, found } = origin;
  const place = placeOf(found, agent);
  const before = archive.own(agent.id, found.id, place);
  if (before && !afresh && isCurrent(before, origin, present)) return UNCHANGED;
  const pieces = await piecesOf(origin);
  return archive.locked(() => {
    // Another process may have been faster.
    const last = archive.own(agent.id, found.id, place);
    const putter = new Putter(archive.objects, last, afresh);
    const files = pieces.flatMap((piece) => putter.put(piece) ?? []);
    if (files[0]?.place !== place) throw gone(place);
    const kept = keptOf(archive, origin, files);
    const fellShort = last !== null && (putter.changed.size > 0 || misses(kept, last));
    archive.put(kept, fellShort ? last : null);
    const now = new Set(chunksOf(kept).map(({ sha256 }) => sha256));
    const left = last ? chunksOf(last).filter(({ sha256 }) => !now.has(sha256)) : [];
    const { read, written } = putter;
    return { how: last ? "changed" : "new", read, written, left: fellShort ? [] : left };
  });
}

function gone(where: string): SegueError {
  return new SegueError("not-found", "the session is no longer there", { where });
}

/** Only states are compared: nothing is read. */
function isCurrent(kept: Kept, { found }: Origin, present: ReadonlySet<string>): boolean {
  if (!isSame(kept.state, stateOf(found))) return false;
  if (!chunksOf(kept).every(({ sha256 }) => present.has(sha256))) return false;
  return kept.files.every(({ mode, place, state }) => {
    // Rows change with their session.
    const now = mode === null ? state : stateAt(place);
    return now !== null && isSame(now, state);
  });
}

/** Is a file gone that was kept? Whatever took it must not take it out of the archive as well. */
function misses(now: Kept, before: Kept): boolean {
  const places = new Set(now.files.map(({ place }) => place));
  return before.files.some(({ place }) => !places.has(place));
}

function keptOf(archive: Archive, { agent, found, root }: Origin, files: KeptFile[]): Kept {
  return {
    machine: archive.machine,
    agent: agent.id,
    profile: agent.profile?.name ?? null,
    id: found.id,
    place: placeOf(found, agent),
    root,
    ...headOf({ agent, found }),
    mtime: found.mtime,
    keptAt: new Date().toISOString(),
    state: stateOf(found),
    files,
  };
}

function headOf({ agent, found }: Pick<Origin, "agent" | "found">): Pick<Kept, "title" | "cwd"> {
  try {
    const { title, cwd } = lineOf(agent, found);
    return { title, cwd };
  } catch {
    // What is kept need not be readable.
    return { title: null, cwd: null };
  }
}
