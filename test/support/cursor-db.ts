/** Databases as Cursor makes them: one for each chat of its CLI, and one for the state of its editor. */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { cursor } from "../../src/agents/cursor/index.ts";
import type { Entry, Message } from "../../src/session/types.ts";

/** @cursor/sdk 1.0.32, run-store/sqlite-blob-store. */
export function makeCursor(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const db = new DatabaseSync(path);
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA user_version = 1;
    CREATE TABLE IF NOT EXISTS blobs (id TEXT PRIMARY KEY, data BLOB);
    CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT)`);
  db.close();
}

/** What the tests put into the editor's state: values by key. */
export function makeState(
  path: string,
  values: { [table in "ItemTable" | "cursorDiskKV"]?: { [key: string]: string } },
): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true });
  const db = new DatabaseSync(path);
  db.exec("PRAGMA journal_mode = WAL");
  for (const [table, members] of Object.entries({ ItemTable: {}, ...values })) {
    db.exec(`CREATE TABLE "${table}" (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB)`);
    const add = db.prepare(`INSERT INTO "${table}" VALUES (?, ?)`);
    for (const [key, value] of Object.entries(members)) add.run(key, value);
  }
  return db;
}

/** What lines of a chat say, but for what Cursor itself put there. */
export function messagesIn(lines: readonly string[]): Message[] {
  const reader = cursor.reader();
  const entries: Entry[] = lines.flatMap((line, at) => reader.read(JSON.parse(line), at));
  return entries.filter(
    (entry): entry is Message => entry.kind === "message" && entry.scaffold !== true,
  );
}
