/** Which sessions are not up to date in the text index. */
import type { Catalog } from "./catalog.ts";
import { type Span, sessionKey } from "./foreign.ts";
import type { Known } from "./known.ts";
import type { UseState } from "./use.ts";

/** What to read. */
export interface Task {
  sid: number;
  agent: string;
  place: string;
  /** How far an earlier reading came; null if there is none. */
  state: State | null;
  /** When other agents did its work. */
  foreign: readonly Span[];
}

export interface State {
  /** The number of entries so far, as `show` counts them. */
  entries: number;
  messages: number;
  /** The message of the last entry: further fragments of it are not counted again. */
  group: string | null;
  /** Bytes that have been read; 0 if the session can only be read as a whole. */
  offset: number;
  /** Shows whether these bytes are unchanged. */
  mark: string;
  use: UseState | null;
}

/** A session that is not up to date in the index. */
export interface Pending extends Task {
  /** As in `session`: recorded once all of it is stored. */
  size: number;
  mtime: number;
  inode: number;
  /** Approximately how much is to be read. */
  bytes: number;
  /**
   * Is it older than everything in the index? For very common words, only the newest texts are
   * ranked.
   */
  isOld: boolean;
}

/** The size of a session in a database is unknown. */
const ROWS = 100_000;

/**
 * What to read: first what is newer than everything in the index, then the others, newest first.
 */
export function pending(catalog: Catalog): Pending[] {
  const [newest] = catalog.file.all("SELECT max(mtime) FROM indexed");
  const latest = Number(newest?.[0] ?? Number.POSITIVE_INFINITY);
  const all = unread(catalog, latest);
  return [
    ...all.filter(({ isOld }) => !isOld),
    ...all.filter(({ isOld }) => isOld).sort((a, b) => b.mtime - a.mtime),
  ];
}

function unread(catalog: Catalog, latest: number): Pending[] {
  const rows = catalog.file.all(
    `SELECT s.sid, store.agent, s.place, s.size, s.mtime, s.inode,
            i.entries, i.messages, i.lastGroup, i.offset, i.mark, i.use
     FROM session AS s JOIN store USING (store) LEFT JOIN indexed AS i USING (sid)
     WHERE i.sid IS NULL OR NOT i.isWhole
        OR i.size <> s.size OR i.mtime <> s.mtime OR i.inode <> s.inode
     ORDER BY s.mtime`,
  );
  const there = catalog.numbers;
  const ours = rows.filter(([sid]) => there.has(Number(sid)));
  return ours.map(([sid, agent, place, size, mtime, inode, ...known]) => {
    const state = stateOf(known);
    return {
      sid: Number(sid),
      agent: String(agent),
      place: String(place),
      size: Number(size),
      mtime: Number(mtime),
      inode: Number(inode),
      state,
      foreign: foreignOf(catalog, there.get(Number(sid))),
      bytes: size === 0 ? ROWS : Math.max(1, Number(size) - (state?.offset ?? 0)),
      isOld: Number(mtime) < latest,
    };
  });
}

function foreignOf({ foreign }: Catalog, known: Known | undefined): readonly Span[] {
  return (known && foreign.get(sessionKey(known))) ?? [];
}

function stateOf([entries, messages, group, offset, mark, use]: unknown[]): State | null {
  if (entries === null) return null;
  return {
    entries: Number(entries),
    messages: Number(messages),
    group: typeof group === "string" ? group : null,
    offset: Number(offset),
    mark: String(mark),
    use: typeof use === "string" ? useIn(use) : null,
  };
}

// Only indexing.ts writes them, in the format version that the file's name contains.
function useIn(text: string): UseState {
  return JSON.parse(text);
}
