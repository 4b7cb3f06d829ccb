/** A database as OpenClaw 2026.9.6 makes it (version 23), as far as sessions go. */
import { DatabaseSync } from "node:sqlite";

const SCHEMA = `
CREATE TABLE schema_meta (meta_key TEXT PRIMARY KEY, role TEXT NOT NULL, schema_version INTEGER NOT NULL, agent_id TEXT);
CREATE TABLE session_nodes (session_key TEXT NOT NULL PRIMARY KEY, current_session_id TEXT NOT NULL,
  entry_json TEXT NOT NULL, entry_valid INTEGER NOT NULL DEFAULT 0, updated_at INTEGER NOT NULL,
  spawned_by TEXT, label TEXT, display_name TEXT, last_interaction_at INTEGER, last_activity_at INTEGER) STRICT;
CREATE TABLE session_windows (session_id TEXT NOT NULL PRIMARY KEY,
  session_key TEXT NOT NULL REFERENCES session_nodes(session_key) ON DELETE CASCADE,
  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, transcript_updated_at INTEGER,
  transcript_observed_at INTEGER, session_entry_provenance INTEGER NOT NULL DEFAULT 0, model TEXT) STRICT;
CREATE TABLE transcript_events (
  session_id TEXT NOT NULL REFERENCES session_windows(session_id) ON DELETE CASCADE, seq INTEGER NOT NULL,
  event_json TEXT, created_at INTEGER NOT NULL, event_zstd BLOB, event_utf8_bytes INTEGER,
  navigation_json TEXT, PRIMARY KEY (session_id, seq)) STRICT;
CREATE TABLE transcript_event_identities (session_id TEXT NOT NULL, event_id TEXT NOT NULL, seq INTEGER NOT NULL,
  event_type TEXT, parent_id TEXT, message_idempotency_key TEXT, created_at INTEGER NOT NULL,
  PRIMARY KEY (session_id, event_id),
  FOREIGN KEY (session_id, seq) REFERENCES transcript_events(session_id, seq) ON DELETE CASCADE) STRICT;
CREATE TABLE session_transcript_active_events (session_id TEXT NOT NULL, active_position INTEGER NOT NULL,
  event_seq INTEGER NOT NULL, message_position INTEGER, context_eligible INTEGER,
  PRIMARY KEY (session_id, active_position),
  FOREIGN KEY (session_id, event_seq) REFERENCES transcript_events(session_id, seq) ON DELETE CASCADE) STRICT;
CREATE TABLE session_transcript_index_state (
  session_id TEXT NOT NULL PRIMARY KEY REFERENCES session_windows(session_id) ON DELETE CASCADE,
  indexed_seq INTEGER NOT NULL, leaf_event_id TEXT, needs_rebuild INTEGER NOT NULL DEFAULT 0,
  active_event_count INTEGER NOT NULL DEFAULT 0, active_message_count INTEGER NOT NULL DEFAULT 0,
  updated_at INTEGER NOT NULL) STRICT;
CREATE VIRTUAL TABLE session_transcript_fts USING fts5(text, session_id UNINDEXED, message_id UNINDEXED,
  role UNINDEXED, timestamp UNINDEXED);
CREATE TABLE session_transcript_fts_rows (id INTEGER PRIMARY KEY, session_id TEXT NOT NULL, message_id TEXT) STRICT;
CREATE TABLE transcript_rewrite_watermarks (
  session_id TEXT NOT NULL PRIMARY KEY REFERENCES session_windows(session_id) ON DELETE CASCADE,
  generation TEXT NOT NULL, updated_at INTEGER NOT NULL) STRICT;
CREATE TABLE session_transcript_cold_archives (
  session_id TEXT NOT NULL PRIMARY KEY REFERENCES session_windows(session_id) ON DELETE CASCADE,
  archive_name TEXT NOT NULL, archive_sha256 TEXT NOT NULL, storage TEXT NOT NULL, archive_blob BLOB) STRICT;
CREATE TRIGGER entry_valid_after_insert AFTER INSERT ON session_nodes BEGIN
  UPDATE session_nodes SET entry_valid = 0 WHERE session_key = NEW.session_key; END;
CREATE TRIGGER fts_rows_after_delete AFTER DELETE ON session_transcript_fts_rows BEGIN
  DELETE FROM session_transcript_fts WHERE rowid = OLD.id; END;
INSERT INTO schema_meta VALUES ('primary', 'agent', 23, 'main');
`;

export function makeOpenClaw(path: string): void {
  const db = new DatabaseSync(path);
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA user_version = 23; ${SCHEMA}`);
  db.close();
}

const HELD = /^(?:session_|transcript_)/;

/** Every row of the tables that hold sessions, as text. What the index of the search is made of is not. */
export function dumpOpenClaw(path: string): string {
  const db = new DatabaseSync(path, { readOnly: true });
  const names = db
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    .all()
    .map(({ name }) => String(name))
    .filter((name) => HELD.test(name) && !/_fts_(?:config|data|docsize|idx)$/.test(name));
  const out = names.map((name) => {
    const rows = db.prepare(`SELECT * FROM "${name}"`).all();
    return `${name}\n${rows
      .map((row) => JSON.stringify(row))
      .sort()
      .join("\n")}`;
  });
  db.close();
  return out.join("\n\n");
}
