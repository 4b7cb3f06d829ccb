/** A database as Deep Agents Code makes it, as far as sessions go (0.1.88). */
import { DatabaseSync } from "node:sqlite";

const SCHEMA = `
CREATE TABLE checkpoints (thread_id TEXT NOT NULL, checkpoint_ns TEXT NOT NULL DEFAULT '',
  checkpoint_id TEXT NOT NULL, parent_checkpoint_id TEXT, type TEXT, checkpoint BLOB, metadata BLOB,
  PRIMARY KEY (thread_id, checkpoint_ns, checkpoint_id));
CREATE TABLE writes (thread_id TEXT NOT NULL, checkpoint_ns TEXT NOT NULL DEFAULT '',
  checkpoint_id TEXT NOT NULL, task_id TEXT NOT NULL, task_path TEXT NOT NULL DEFAULT '', idx INTEGER NOT NULL,
  channel TEXT NOT NULL, type TEXT, value BLOB,
  PRIMARY KEY (thread_id, checkpoint_ns, checkpoint_id, task_id, idx));
`;

export function makeDeepAgents(path: string): void {
  const db = new DatabaseSync(path);
  db.exec(`PRAGMA journal_mode = WAL; ${SCHEMA}`);
  db.close();
}

/** Every row that belongs to sessions, as text. */
export function dumpDeepAgents(path: string): string {
  const db = new DatabaseSync(path, { readOnly: true });
  const out = ["checkpoints", "writes", "dcode_thread_names"].map((name) => {
    const exists = db.prepare("SELECT 1 FROM sqlite_master WHERE name = ?").get(name);
    const rows = exists ? db.prepare(`SELECT * FROM "${name}"`).all() : [];
    return [name, ...rows.map((row) => JSON.stringify(row, hex)).sort()].join("\n");
  });
  db.close();
  return out.join("\n\n");
}

function hex(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value;
}
