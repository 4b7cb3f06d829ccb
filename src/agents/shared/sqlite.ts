/** How Segue opens the SQLite databases of agents, which the agents themselves may have open. */
import type { DatabaseSync } from "node:sqlite";
import { SegueError } from "../../errors.ts";
import { headOf } from "../../io/door.ts";
import { sqlite } from "../../io/sqlite.ts";

const MAGIC = "SQLite format 3\0";

/** Does the file begin as SQLite's do? */
export function isSqlite(path: string): boolean {
  try {
    return headOf(path, MAGIC.length).toString("latin1") === MAGIC;
  } catch {
    return false;
  }
}

/** The names of its tables; null if the file is not a SQLite database, or cannot be read. */
export function tablesOf(path: string): ReadonlySet<string> | null {
  if (!isSqlite(path)) return null;
  try {
    const sql = "SELECT name FROM sqlite_master WHERE type = 'table'";
    const rows = reading(path, (db) => db.prepare(sql).all());
    return new Set(rows.map(({ name }) => String(name)));
  } catch {
    return null;
  }
}

/**
 * Reads in one transaction, so that writes of a running CLI are either all included or not at all.
 */
export function reading<T>(path: string, work: (db: DatabaseSync) => T): T {
  const db = new (sqlite().DatabaseSync)(path, { readOnly: true });
  try {
    db.exec("PRAGMA busy_timeout = 5000; BEGIN");
    return work(db);
  } finally {
    db.close();
  }
}

/**
 * Writes in one transaction: when `work` throws, nothing was changed.
 * @throws SegueError `refused`, with SQLite's words, when the database does not take it
 */
export function writing(
  path: string,
  work: (db: DatabaseSync) => void,
  { foreignKeys = true }: { foreignKeys?: boolean } = {},
): void {
  const enableForeignKeyConstraints = foreignKeys;
  const db = new (sqlite().DatabaseSync)(path, { enableForeignKeyConstraints });
  try {
    db.exec("PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE");
    work(db);
    db.exec("COMMIT");
  } catch (error) {
    throw error instanceof SegueError ? error : refusedBySqlite(error, path);
  } finally {
    // Uncommitted changes are rolled back.
    db.close();
  }
}

function refusedBySqlite(error: unknown, path: string): SegueError {
  const why = error instanceof Error ? error.message : String(error);
  const what = `the database rejected the session (${why}): nothing was changed`;
  return new SegueError("refused", what, { where: path });
}

/** @param why what is unknown: `it has no table "session"` */
export function unknownLayout(path: string, why: string): SegueError {
  return new SegueError("refused", `Segue does not know this database's layout: ${why}`, {
    where: path,
    hint: "nothing was changed; a newer version of Segue may support it",
  });
}
