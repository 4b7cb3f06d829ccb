/** The sessions in the catalog file. */
import type { SQLOutputValue } from "node:sqlite";
import { mayBeFolder } from "../convert/read/folder.ts";
import { forgetText } from "./blocks.ts";
import type { CatalogFile } from "./database.ts";
import type { Known } from "./known.ts";
import type { Job } from "./lines.ts";
import type { Line } from "./row.ts";
import { putSign } from "./signs.ts";
import type { Keeper, Walked } from "./stores.ts";

type Store = Pick<Walked, "agent" | "root">;

/** The sessions of each of these stores, by path. */
export function loadSessions(file: CatalogFile, stores: readonly Store[]): Map<string, Known>[] {
  const all = stores.map(() => new Map<string, Known>());
  const known = new Map(
    stores.map(({ agent, root }, n) => [storeIn(file, root, agent.id), [agent, all[n]]] as const),
  );
  known.delete(0);
  if (known.size === 0) return all;
  const folders = foldersIn(file);
  const [count] = file.all("SELECT count(*) FROM store");
  // To read most of them, one pass over the table in its own order is best: an index would be twice
  // the work.
  const column = known.size * 2 > Number(count?.[0] ?? 0) ? "+store" : "store";
  const rows = file.each(
    `SELECT sid, store, place, size, mtime, inode, time, folder, isLimited, isEmpty FROM session
     WHERE ${column} IN (${[...known.keys()].join()})`,
  );
  for (const row of rows) {
    const [, store, place] = row;
    const [agent, sessions] = known.get(Number(store)) ?? [];
    if (agent === undefined || sessions === undefined) continue;
    sessions.set(String(place), knownIn(row, agent, folders));
  }
  return all;
}

/**
 * A row `sid, store, place, size, mtime, inode, time, folder, isLimited, isEmpty`, without the
 * title.
 */
export function knownIn(
  [sid, , place, size, mtime, inode, time, folder, isLimited, isEmpty]: readonly SQLOutputValue[],
  { id: agent, profile }: Keeper,
  folders: ReadonlyMap<number, string>,
): Known {
  return {
    sid: Number(sid),
    agent,
    profile: profile?.name ?? null,
    place: String(place),
    id: "",
    size: Number(size),
    mtime: Number(mtime),
    inode: Number(inode),
    time: Number(time),
    cwd: folders.get(Number(folder)) ?? null,
    isLimited: isLimited === 1,
    isEmpty: isEmpty === 1,
  };
}

/** 0 if no session of it was stored. */
export function storeIn(file: CatalogFile, root: string, agent: string): number {
  const [row] = file.all("SELECT store FROM store WHERE root = ? AND agent = ?", root, agent);
  return Number(row?.[0] ?? 0);
}

/** What each folder is now: a worktree may have been removed since its sessions were read. */
export function foldersIn(file: CatalogFile): Map<number, string> {
  const rows = file.all("SELECT folder, cwd, home FROM folder");
  return new Map(
    rows.map(([folder, cwd, home]) => {
      const isGone = home !== "" && !mayBeFolder(String(cwd));
      return [Number(folder), String(isGone ? home : cwd)];
    }),
  );
}

/** Stores a session; returns its number. */
export function putSession(file: CatalogFile, known: Known, { root }: Job, line: Line): number {
  const [row] = file.all(
    `INSERT INTO session (store, place, size, mtime, inode, time, folder, isLimited, isEmpty)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (store, place) DO UPDATE SET
       size = excluded.size, mtime = excluded.mtime, inode = excluded.inode,
       time = excluded.time, folder = excluded.folder, isLimited = excluded.isLimited, isEmpty = excluded.isEmpty
     RETURNING sid`,
    putStore(file, root, known.agent),
    known.place,
    known.size,
    known.mtime,
    known.inode,
    known.time,
    putFolder(file, line),
    known.isLimited ? 1 : 0,
    known.isEmpty ? 1 : 0,
  );
  const sid = Number(row?.[0] ?? 0);
  noteChange(file, sid);
  const { sign, ...rest } = line;
  putSign(file, sid, sign);
  file.run(
    "INSERT INTO line (sid, line) VALUES (?, ?) ON CONFLICT (sid) DO UPDATE SET line = excluded.line",
    sid,
    JSON.stringify(rest),
  );
  return sid;
}

/** What is stored about a session, other than what is in its own columns and tables. */
export type Stored = Omit<Line, "sign">;

// Only this module writes them, in the format version that the file's name contains.
export function parseLine(text: string): Stored {
  return JSON.parse(text);
}

function putStore(file: CatalogFile, root: string, agent: string): number {
  file.run("INSERT OR IGNORE INTO store (root, agent) VALUES (?, ?)", root, agent);
  return storeIn(file, root, agent);
}

function putFolder(file: CatalogFile, { cwd, home }: Line): number | null {
  if (cwd === null) return null;
  const values = [cwd, home ?? ""] as const;
  file.run("INSERT OR IGNORE INTO folder (cwd, home) VALUES (?, ?)", ...values);
  const [row] = file.all("SELECT folder FROM folder WHERE cwd = ? AND home = ?", ...values);
  return Number(row?.[0] ?? 0);
}

/** See unchanged.ts. */
function noteChange(file: CatalogFile, sid: number): void {
  file.run("DELETE FROM unchanged WHERE store = (SELECT store FROM session WHERE sid = ?)", sid);
}

export function forgetSession(file: CatalogFile, sid: number): void {
  noteChange(file, sid);
  file.run("DELETE FROM session WHERE sid = ?", sid);
  file.run("DELETE FROM line WHERE sid = ?", sid);
  file.run("DELETE FROM sign WHERE sid = ?", sid);
  forgetText(file, sid);
}
