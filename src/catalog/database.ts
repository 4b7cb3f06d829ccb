/**
 * The catalog file: one SQLite database in Segue's cache folder, which several processes may have
 * open at once. It contains only what is also in the stores: if it is damaged, or was made by
 * another version, it is created again; if it cannot be written, one in memory is used.
 */
import { closeSync, existsSync, openSync, readdirSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from "node:sqlite";
import { hostOf } from "../io/host.ts";
import { makeFolders } from "../io/made.ts";
import { sqlite } from "../io/sqlite.ts";
import type { Env } from "../io/state.ts";

/**
 * Part of the file's name: increase it whenever the tables, or what readers put into them, change.
 */
const EDITION = 11;

/** How the index splits texts into words. */
export const TOKENIZER = 'tokenize = "unicode61 remove_diacritics 2"';

// The index stores which words are in a text, but neither the text nor the words' positions, which
// would take several times as much space. Both are read from the session's file when needed.
const TABLES = `
  CREATE TABLE IF NOT EXISTS store (
    store INTEGER PRIMARY KEY,
    root TEXT NOT NULL,
    agent TEXT NOT NULL,
    UNIQUE (root, agent)
  );
  CREATE TABLE IF NOT EXISTS unchanged (
    store INTEGER PRIMARY KEY,
    mark TEXT NOT NULL
  );
  CREATE TABLE IF NOT EXISTS folder (
    folder INTEGER PRIMARY KEY,
    cwd TEXT NOT NULL,
    home TEXT NOT NULL,
    UNIQUE (cwd, home)
  );
  CREATE TABLE IF NOT EXISTS session (
    sid INTEGER PRIMARY KEY AUTOINCREMENT,
    store INTEGER NOT NULL,
    place TEXT NOT NULL,
    size INTEGER NOT NULL,
    mtime REAL NOT NULL,
    inode INTEGER NOT NULL,
    time REAL NOT NULL,
    folder INTEGER,
    isLimited INTEGER NOT NULL,
    isEmpty INTEGER NOT NULL,
    UNIQUE (store, place)
  );
  CREATE TABLE IF NOT EXISTS line (
    sid INTEGER PRIMARY KEY,
    line TEXT NOT NULL
  );
  CREATE TABLE IF NOT EXISTS sign (
    sid INTEGER PRIMARY KEY,
    sign TEXT NOT NULL
  );
  CREATE TABLE IF NOT EXISTS used (
    sid INTEGER NOT NULL,
    key INTEGER NOT NULL,
    same INTEGER NOT NULL,
    step INTEGER NOT NULL,
    model TEXT NOT NULL,
    input INTEGER NOT NULL,
    output INTEGER NOT NULL,
    cacheRead INTEGER NOT NULL,
    cacheWrite INTEGER NOT NULL,
    longWrite INTEGER NOT NULL,
    PRIMARY KEY (sid, key)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS indexed (
    sid INTEGER PRIMARY KEY,
    size INTEGER NOT NULL,
    mtime REAL NOT NULL,
    inode INTEGER NOT NULL,
    isWhole INTEGER NOT NULL,
    entries INTEGER NOT NULL,
    messages INTEGER NOT NULL,
    lastGroup TEXT,
    offset INTEGER NOT NULL,
    mark TEXT NOT NULL,
    use TEXT
  );
  CREATE TABLE IF NOT EXISTS block (
    first INTEGER PRIMARY KEY,
    sid INTEGER NOT NULL,
    entry INTEGER NOT NULL,
    count INTEGER NOT NULL,
    offset INTEGER,
    bytes INTEGER,
    isTitled INTEGER NOT NULL
  );
  CREATE INDEX IF NOT EXISTS blockOfSession ON block (sid);
  CREATE VIRTUAL TABLE IF NOT EXISTS text USING fts5 (
    words, content = '', contentless_delete = 1, detail = none, ${TOKENIZER}
  );
  INSERT INTO text (text, rank) VALUES ('hashsize', ${16 << 20});
`;

export function cacheFolder(env: Env): string {
  if (env.SEGUE_HOME) return join(env.SEGUE_HOME, "cache");
  const { platform, home } = hostOf(env);
  const cache = join(home, ".cache");
  const own = env.XDG_CACHE_HOME || (platform === "win32" ? env.LOCALAPPDATA || cache : cache);
  return join(own, "segue");
}

export function databasePath(env: Env): string {
  return join(cacheFolder(env), `catalog-${EDITION}.sqlite`);
}

type Sqlite = typeof import("node:sqlite");

/** SQLite's codes for a file that is damaged, or not a database. */
const DAMAGED = new Set([11, 26]);

export class CatalogFile {
  readonly #sqlite: Sqlite;
  /** null: in memory only. */
  readonly #path: string | null;
  #db: DatabaseSync;
  #statements = new Map<string, StatementSync>();
  /** Was a damaged file replaced, or can no file be written? For the user. */
  note: string | null = null;
  /**
   * How often it was created again since it was opened: whatever was read from it before is
   * invalid.
   */
  rebuilds = 0;

  private constructor(sqlite: Sqlite, path: string) {
    this.#sqlite = sqlite;
    let kept: string | null = path;
    try {
      this.#db = this.#openFile(path);
    } catch (error) {
      kept = null;
      const why = error instanceof Error ? error.message : String(error);
      this.note = `cannot save the session catalog, so every run reads all sessions again: ${why}`;
      this.#db = new sqlite.DatabaseSync(":memory:");
      this.#db.exec(TABLES);
    }
    this.#path = kept;
  }

  static open(env: Env): CatalogFile {
    return new CatalogFile(sqlite(), databasePath(env));
  }

  get isKept(): boolean {
    return this.#path !== null;
  }

  #openFile(path: string): DatabaseSync {
    try {
      return this.#connect(path);
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.note = "the session catalog was damaged and is rebuilt";
      removeFile(path);
      return this.#connect(path);
    }
  }

  #connect(path: string): DatabaseSync {
    makeFolders(dirname(path));
    // Opening a pipe would wait for the other end.
    if (existsSync(path) && !statSync(path).isFile()) removeFile(path);
    // Sessions contain private data.
    closeSync(openSync(path, "a", 0o600));
    const db = new this.#sqlite.DatabaseSync(path, { timeout: 10_000 });
    try {
      // The last writes may be lost in a power failure: then they are made again.
      db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16000");
      const { user_version: edition } = db.prepare("PRAGMA user_version").get() ?? {};
      if (edition !== EDITION) {
        db.exec(`BEGIN IMMEDIATE; ${TABLES} PRAGMA user_version = ${EDITION}; COMMIT`);
        removeOlder(path);
      }
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  }

  /** Runs `work`, and once more with a new file if this one turns out to be damaged. */
  guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      this.#renew(error);
      return work();
    }
  }

  /** The same for asynchronous work. */
  async guardedLater<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.#renew(error);
      return work();
    }
  }

  /** @throws the error, unless it is about a damaged file. */
  #renew(error: unknown): void {
    if (!isDamage(error) || this.#path === null) throw error;
    this.note = "the session catalog was damaged and is rebuilt";
    this.close();
    removeFile(this.#path);
    this.#db = this.#connect(this.#path);
    this.rebuilds++;
  }

  /** Rows as lists of their columns. */
  all(sql: string, ...values: SQLInputValue[]): SQLOutputValue[][] {
    return this.#prepared(sql)
      .all(...values)
      .map((row) => (Array.isArray(row) ? row : Object.values(row)));
  }

  /** The same, one after the other, so that large results are never in memory completely. */
  *each(sql: string, ...values: SQLInputValue[]): Generator<SQLOutputValue[]> {
    for (const row of this.#prepared(sql).iterate(...values)) {
      yield Array.isArray(row) ? row : Object.values(row);
    }
  }

  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#prepared(sql).run(...values).changes);
  }

  /** Either all changes of `work` are in the file, or none; others wait as long as it takes. */
  transaction<T>(work: () => T): T {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.#db.exec("COMMIT");
      return result;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  /** Removes everything. */
  empty(): void {
    this.#statements = new Map();
    const tables = ["text", "block", "indexed", "used", "sign", "line", "session", "folder"];
    tables.push("unchanged", "store");
    const drop = tables.map((name) => `DROP TABLE IF EXISTS ${name};`);
    this.#db.exec(`BEGIN IMMEDIATE; ${drop.join(" ")} ${TABLES} COMMIT`);
    this.#db.exec("VACUUM");
  }

  #prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#db.prepare(sql);
    // Much faster for many rows.
    statement.setReturnArrays(true);
    this.#statements.set(sql, statement);
    return statement;
  }

  close(): void {
    this.#statements = new Map();
    if (this.#db.isOpen) this.#db.close();
  }
}

export function isDamage(error: unknown): boolean {
  const code = error instanceof Error && "errcode" in error ? error.errcode : undefined;
  return typeof code === "number" && DAMAGED.has(code & 0xff);
}

/** Is another process writing to the database for longer than we wait? */
export function isBusy(error: unknown): boolean {
  const code = error instanceof Error && "errcode" in error ? error.errcode : undefined;
  return typeof code === "number" && [5, 6].includes(code & 0xff);
}

/** Is the disk full, or read-only? */
export function isFull(error: unknown): boolean {
  const code = error instanceof Error && "errcode" in error ? error.errcode : undefined;
  return typeof code === "number" && [8, 10, 13].includes(code & 0xff);
}

function removeFile(path: string): void {
  for (const ending of ["", "-wal", "-shm"]) rmSync(path + ending, { force: true });
}

/** Files of older format versions, which no installed Segue reads any more. */
function removeOlder(path: string): void {
  const folder = dirname(path);
  for (const name of readdirSync(folder)) {
    const edition = Number(/^catalog-(\d+)\.sqlite(?:-wal|-shm)?$/.exec(name)?.[1] ?? EDITION);
    if (edition < EDITION) rmSync(join(folder, name), { force: true });
  }
}
