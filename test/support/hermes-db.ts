/** A database as Hermes makes it, as far as sessions go: version 22 (0.19.0), or with what version 30 adds. */
import { DatabaseSync } from "node:sqlite";

const SCHEMA = `
CREATE TABLE schema_version (version INTEGER NOT NULL);
CREATE TABLE sessions (id TEXT PRIMARY KEY, source TEXT NOT NULL, user_id TEXT, model TEXT, model_config TEXT,
  system_prompt TEXT, parent_session_id TEXT, started_at REAL NOT NULL, ended_at REAL, end_reason TEXT,
  message_count INTEGER DEFAULT 0, tool_call_count INTEGER DEFAULT 0, input_tokens INTEGER DEFAULT 0,
  cwd TEXT, git_branch TEXT, git_repo_root TEXT, title TEXT, rewind_count INTEGER NOT NULL DEFAULT 0,
  archived INTEGER NOT NULL DEFAULT 0, FOREIGN KEY (parent_session_id) REFERENCES sessions(id));
CREATE UNIQUE INDEX sessions_by_title ON sessions(title) WHERE title IS NOT NULL;
CREATE TABLE messages (id INTEGER PRIMARY KEY AUTOINCREMENT, session_id TEXT NOT NULL REFERENCES sessions(id),
  role TEXT NOT NULL, content TEXT, tool_call_id TEXT, tool_calls TEXT, tool_name TEXT, effect_disposition TEXT,
  timestamp REAL NOT NULL, token_count INTEGER, finish_reason TEXT, reasoning TEXT, reasoning_content TEXT,
  reasoning_details TEXT, codex_reasoning_items TEXT, codex_message_items TEXT, platform_message_id TEXT,
  observed INTEGER DEFAULT 0, active INTEGER NOT NULL DEFAULT 1, compacted INTEGER NOT NULL DEFAULT 0, api_content TEXT);
CREATE INDEX idx_messages_session ON messages(session_id, timestamp);
CREATE INDEX idx_messages_session_active ON messages(session_id, active, timestamp);
CREATE TABLE session_model_usage (session_id TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE, model TEXT NOT NULL);
CREATE VIRTUAL TABLE messages_fts USING fts5(content);
CREATE VIRTUAL TABLE messages_fts_trigram USING fts5(content, tokenize='trigram');
CREATE TRIGGER found_insert AFTER INSERT ON messages BEGIN
  INSERT INTO messages_fts(rowid, content) VALUES (new.id, coalesce(new.content, ''));
  INSERT INTO messages_fts_trigram(rowid, content) VALUES (new.id, coalesce(new.content, '')); END;
CREATE TRIGGER found_delete AFTER DELETE ON messages BEGIN
  DELETE FROM messages_fts WHERE rowid = old.id;
  DELETE FROM messages_fts_trigram WHERE rowid = old.id; END;
`;

const NEWER = `
ALTER TABLE sessions ADD COLUMN created_source TEXT;
ALTER TABLE sessions ADD COLUMN title_source TEXT;
ALTER TABLE sessions ADD COLUMN last_activity_at REAL;
ALTER TABLE sessions ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN _compressed_summary INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN display_kind TEXT;
ALTER TABLE messages ADD COLUMN display_metadata TEXT;
ALTER TABLE messages ADD COLUMN display_identity BLOB;
ALTER TABLE messages ADD COLUMN display_order INTEGER;
CREATE TRIGGER shown_insert AFTER INSERT ON messages WHEN new.display_order IS NULL BEGIN
  UPDATE messages SET display_order = new.id WHERE id = new.id; END;
`;

export function makeHermes(path: string): void {
  make(path, 22, "");
}

export function makeNewerHermes(path: string): void {
  make(path, 30, NEWER);
}

function make(path: string, version: number, more: string): void {
  const db = new DatabaseSync(path);
  db.exec(
    `PRAGMA journal_mode = WAL; ${SCHEMA} ${more} INSERT INTO schema_version VALUES (${version});`,
  );
  db.close();
}

/** Every row that belongs to sessions, as text, and what their search finds. */
export function dumpHermes(path: string): string {
  const db = new DatabaseSync(path, { readOnly: true });
  const tables = [
    "sessions",
    "messages",
    "session_model_usage",
    "messages_fts",
    "messages_fts_trigram",
  ];
  const out = tables.map((name) => {
    const rows = db.prepare(`SELECT * FROM "${name}"`).all();
    return [name, ...rows.map((row) => JSON.stringify(row))].join("\n");
  });
  db.close();
  return out.join("\n\n");
}
