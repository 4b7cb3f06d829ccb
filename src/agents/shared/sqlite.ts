/** How Segue opens the SQLite databases of agents, which the agents themselves may have open. */
import type { DatabaseSync, SQLOutputValue, StatementSync } from "node:sqlite";
import { SegueError } from "../../errors.ts";
import { headOf } from "../../io/door.ts";
import { sqlite } from "../../io/sqlite.ts";
import { eachReadable, isNoted, notADatabase, noteUnread } from "../../io/unread.ts";

const MAGIC = "SQLite format 3\0";

/** Does the file begin as SQLite's do? In a search, one that does not is noted. */
export function isSqlite(path: string): boolean {
  try {
    const head = headOf(path, MAGIC.length).toString("latin1");
    // SQLite takes an empty file for a new database.
    if (head !== MAGIC && head !== "") noteUnread(path, notADatabase(path));
    return head === MAGIC;
  } catch (error) {
    noteUnread(path, error);
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
  } catch (error) {
    noteUnread(path, error);
    return null;
  }
}

/** Has it what `test` looks for? No for one that cannot be read, which a search notes. */
export function holdsIn(path: string, test: (db: DatabaseSync) => boolean): boolean {
  if (!isSqlite(path)) return false;
  try {
    return reading(path, test);
  } catch (error) {
    noteUnread(path, error);
    return false;
  }
}

export type Row = Record<string, SQLOutputValue>;

/**
 * The sessions of a database, of which each is a row with its `id`: rows of another form are noted
 * and left out. Nothing for a database that cannot be read, which is noted.
 */
export function sessionsIn<T>(
  path: string,
  rows: (db: DatabaseSync) => Row[],
  session: (row: Row) => T,
): T[] {
  try {
    const all = reading(path, rows);
    return eachReadable(all, (row) => `${path}#${String(row.id)}`, session);
  } catch (error) {
    noteUnread(path, error);
    return [];
  }
}

/** All rows of a query. An integer beyond JavaScript's would end the query: it stays one of its own. */
export function allRows(query: StatementSync): Row[] {
  query.setReadBigInts(true);
  return query.all().map((row) => {
    for (const [name, value] of Object.entries(row)) {
      if (typeof value !== "bigint") continue;
      const number = Number(value);
      if (Number.isSafeInteger(number)) row[name] = number;
    }
    return row;
  });
}

/** Connections that stay open, while sessions are read one after the other. */
const kept = new Map<string, DatabaseSync>();
let keeping = false;

/**
 * Databases that `work` reads stay open until it ends: opening one, and asking for its columns, takes
 * as long as reading a short session.
 */
export function keepingOpen<T>(work: () => T): T {
  if (keeping) return work();
  keeping = true;
  try {
    return work();
  } finally {
    keeping = false;
    for (const db of kept.values()) db.close();
    kept.clear();
  }
}

/**
 * Reads in one transaction, so that writes of a running CLI are either all included or not at all.
 */
export function reading<T>(path: string, work: (db: DatabaseSync) => T): T {
  if (keeping) return readingAgain(path, work);
  const db = opened(path);
  try {
    db.exec("BEGIN");
    return work(db);
  } finally {
    db.close();
  }
}

function readingAgain<T>(path: string, work: (db: DatabaseSync) => T): T {
  const db = kept.get(path) ?? opened(path);
  kept.set(path, db);
  // One that is being read is read in the transaction that there is.
  if (db.isTransaction) return work(db);
  try {
    db.exec("BEGIN");
    noteSchema(db);
    return work(db);
  } finally {
    if (db.isTransaction) db.exec("ROLLBACK");
  }
}

function opened(path: string): DatabaseSync {
  const db = new (sqlite().DatabaseSync)(path, { readOnly: true });
  db.exec(`PRAGMA busy_timeout = ${patience(path)}`);
  return db;
}

/** How long to wait for a lock, in milliseconds: a list with a gap is better than one that hangs. */
function patience(path: string): number {
  const isKnown = isNoted(path);
  if (isKnown === null) return 5000;
  return isKnown ? 0 : 1000;
}

/** What is known of the layout of a connection's database. */
interface SchemaVersion {
  version: unknown;
}

const schemas = new WeakMap<DatabaseSync, SchemaVersion>();

/** SQLite counts the changes of a layout. */
function noteSchema(db: DatabaseSync): void {
  const version = db.prepare("PRAGMA schema_version").get()?.schema_version;
  if (schemas.get(db)?.version !== version) schemas.set(db, { version });
}

/** Finds something out about a table once for each layout, if the connection stays open. */
export function perSchema<T>(
  find: (db: DatabaseSync, table: string) => T,
): (db: DatabaseSync, table: string) => T {
  const found = new WeakMap<SchemaVersion, Map<string, T>>();
  return (db, table) => {
    const schema = schemas.get(db);
    if (schema === undefined) return find(db, table);
    const tables = found.get(schema) ?? new Map<string, T>();
    found.set(schema, tables);
    const value = tables.get(table) ?? find(db, table);
    tables.set(table, value);
    return value;
  };
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

/** A query for rows in this order; with `most`, for the last ones, which then come in reverse. */
export function ordered(query: string, columns: readonly string[], most?: number): string {
  if (most === undefined) return `${query} ORDER BY ${columns.join(", ")}`;
  return `${query} ORDER BY ${columns.map((name) => `${name} DESC`).join(", ")} LIMIT ${most}`;
}

/** Rows of such a query in their order. */
export function inOrder<T>(rows: readonly T[], most?: number): T[] {
  return most === undefined ? [...rows] : rows.toReversed();
}
