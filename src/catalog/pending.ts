/** Which sessions the text index does not hold as they are now. */
import type { Catalog } from "./catalog.ts";

/** What is to be read. */
export interface Task {
  sid: number;
  agent: string;
  place: string;
  /** How far an earlier reading came; null when there is none. */
  state: State | null;
}

export interface State {
  /** Entries so far, as `show` counts them. */
  entries: number;
  messages: number;
  /** The message that the last entry is of: more of its fragments do not count again. */
  group: string | null;
  /** Bytes that have been read; 0 for what can only be read as a whole. */
  offset: number;
  /** Tells whether these bytes are still the same. */
  mark: string;
}

/** A session that the index does not hold as it is now. */
export interface Pending extends Task {
  /** As `session` has them: they are noted when all of it is filed. */
  size: number;
  mtime: number;
  inode: number;
  /** About how much is to be read. */
  bytes: number;
  /** Is it older than what the index holds? Of words that are everywhere, only the newest texts are weighed. */
  isOld: boolean;
}

/** A session in a database does not tell how large it is. */
const ROWS = 100_000;

/** What is to be read: what is newer than all that the index holds, then the others, newest first. */
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
            i.entries, i.messages, i.lastGroup, i.offset, i.mark
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
      bytes: size === 0 ? ROWS : Math.max(1, Number(size) - (state?.offset ?? 0)),
      isOld: Number(mtime) < latest,
    };
  });
}

function stateOf([entries, messages, group, offset, mark]: unknown[]): State | null {
  if (entries === null) return null;
  return {
    entries: Number(entries),
    messages: Number(messages),
    group: typeof group === "string" ? group : null,
    offset: Number(offset),
    mark: String(mark),
  };
}
