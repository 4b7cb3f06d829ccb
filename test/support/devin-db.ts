/** A database as Devin CLI 3000.10 makes it: the statements are those of schema 17 (src/agents/devin/README.md). */
import { DatabaseSync } from "node:sqlite";

const SCHEMA = `
CREATE TABLE refinery_schema_history (
  version int4 PRIMARY KEY, name VARCHAR(255), applied_on VARCHAR(255), checksum VARCHAR(255)
);
CREATE TABLE sessions (
  id TEXT PRIMARY KEY, working_directory TEXT NOT NULL, backend_type TEXT NOT NULL, model TEXT NOT NULL,
  agent_mode TEXT NOT NULL, created_at INTEGER NOT NULL, last_activity_at INTEGER NOT NULL, title TEXT,
  main_chain_id INTEGER, shell_last_seen_index INTEGER DEFAULT 0, cogs_json TEXT, workspace_dirs TEXT,
  hidden INTEGER NOT NULL DEFAULT 0, metadata TEXT
);
CREATE TABLE message_nodes (
  row_id INTEGER PRIMARY KEY AUTOINCREMENT, session_id TEXT NOT NULL, node_id INTEGER NOT NULL,
  parent_node_id INTEGER, chat_message TEXT NOT NULL, created_at INTEGER NOT NULL, metadata TEXT,
  FOREIGN KEY (session_id) REFERENCES sessions(id), UNIQUE(session_id, node_id)
);
CREATE TABLE prompt_history (
  id INTEGER PRIMARY KEY AUTOINCREMENT, content TEXT NOT NULL, timestamp INTEGER NOT NULL,
  session_id TEXT NOT NULL, is_shell INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE tool_call_state (
  session_id TEXT NOT NULL, tool_call_id TEXT NOT NULL, tool_call_json TEXT, tool_call_update_json TEXT,
  PRIMARY KEY (session_id, tool_call_id), FOREIGN KEY (session_id) REFERENCES sessions(id)
);`;

const HEADS = `CREATE TABLE subagent_heads (
  session_id TEXT NOT NULL, agent_id TEXT NOT NULL, chain_node_id INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  PRIMARY KEY (session_id, agent_id), FOREIGN KEY (session_id) REFERENCES sessions(id)
);`;

/** `version`: 16 or 17; the latter added a table. */
export function makeDevin(path: string, version = 17): void {
  const db = new DatabaseSync(path);
  db.exec(SCHEMA);
  if (version > 16) db.exec(HEADS);
  const note = db.prepare("INSERT INTO refinery_schema_history VALUES (?, ?, ?, ?)");
  for (let n = 1; n <= version; n++) note.run(n, `migration_${n}`, "2026-01-01T00:00:00Z", "0");
  db.close();
}
