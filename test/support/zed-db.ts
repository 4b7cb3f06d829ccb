/** A database as Zed makes it: crates/agent/src/db.rs. */
import { DatabaseSync } from "node:sqlite";

const SCHEMA = `
CREATE TABLE IF NOT EXISTS threads (
    id TEXT PRIMARY KEY,
    summary TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    data_type TEXT NOT NULL,
    data BLOB NOT NULL
)`;

const ADDED = ["parent_id", "folder_paths", "folder_paths_order", "created_at"];

/** `added`: columns that later versions added, each by itself. */
export function makeZed(path: string, added: readonly string[] = ADDED): void {
  const db = new DatabaseSync(path);
  db.exec(SCHEMA);
  for (const name of added) db.exec(`ALTER TABLE threads ADD COLUMN ${name} TEXT`);
  db.close();
}
