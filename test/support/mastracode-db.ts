/** A database as Mastra Code 0.32.1 makes it, as far as sessions go. */
import { DatabaseSync } from "node:sqlite";

const SCHEMA = `
CREATE TABLE mastra_threads ( "id" TEXT NOT NULL PRIMARY KEY, "resourceId" TEXT NOT NULL, "title" TEXT NOT NULL,
  "metadata" TEXT, "createdAt" TEXT NOT NULL, "updatedAt" TEXT NOT NULL );
CREATE TABLE mastra_messages ( "id" TEXT NOT NULL PRIMARY KEY, "thread_id" TEXT NOT NULL, "content" TEXT NOT
  NULL, "role" TEXT NOT NULL, "type" TEXT NOT NULL, "createdAt" TEXT NOT NULL, "resourceId" TEXT );
CREATE TABLE mastra_observational_memory ( "id" TEXT NOT NULL PRIMARY KEY, "lookupKey" TEXT NOT NULL, "scope"
  TEXT NOT NULL, "resourceId" TEXT, "threadId" TEXT, "activeObservations" TEXT NOT NULL,
  "activeObservationsPendingUpdate" TEXT, "originType" TEXT NOT NULL, "config" TEXT NOT NULL, "generationCount"
  INTEGER NOT NULL, "lastObservedAt" TEXT, "lastReflectionAt" TEXT, "pendingMessageTokens" INTEGER NOT NULL,
  "totalTokensObserved" INTEGER NOT NULL, "observationTokenCount" INTEGER NOT NULL, "isObserving" INTEGER NOT
  NULL, "isReflecting" INTEGER NOT NULL, "observedMessageIds" TEXT, "observedTimezone" TEXT,
  "bufferedObservations" TEXT, "bufferedObservationTokens" INTEGER, "bufferedMessageIds" TEXT,
  "bufferedReflection" TEXT, "bufferedReflectionTokens" INTEGER, "bufferedReflectionInputTokens" INTEGER,
  "reflectedObservationLineCount" INTEGER, "bufferedObservationChunks" TEXT, "isBufferingObservation" INTEGER
  NOT NULL, "isBufferingReflection" INTEGER NOT NULL, "lastBufferedAtTokens" INTEGER NOT NULL,
  "lastBufferedAtTime" TEXT, "metadata" TEXT, "createdAt" TEXT NOT NULL, "updatedAt" TEXT NOT NULL );
CREATE INDEX idx_messages_thread_created_at ON mastra_messages (thread_id, "createdAt");
CREATE INDEX idx_messages_thread_resource_created_at ON mastra_messages (thread_id, "resourceId", "createdAt");
CREATE INDEX idx_om_lookup_key ON "mastra_observational_memory" ("lookupKey");
CREATE TABLE mastra_thread_state ( "threadId" TEXT NOT NULL, "type" TEXT NOT NULL, "value" TEXT NOT NULL,
  "createdAt" TEXT NOT NULL, "updatedAt" TEXT NOT NULL, PRIMARY KEY ("threadId", "type") );
`;

export function makeMastraCode(path: string): void {
  const db = new DatabaseSync(path);
  db.exec(`PRAGMA journal_mode = WAL; ${SCHEMA}`);
  db.close();
}

const TABLES = [
  "mastra_threads",
  "mastra_thread_state",
  "mastra_observational_memory",
  "mastra_messages",
];

/** Every row of the tables that hold sessions, as text. */
export function dumpMastraCode(path: string): string {
  const db = new DatabaseSync(path, { readOnly: true });
  const out = TABLES.map((name) => {
    const statement = db.prepare(`SELECT * FROM ${name} ORDER BY rowid`);
    statement.setReadBigInts(true);
    const print = (_: string, value: unknown) => (typeof value === "bigint" ? `${value}n` : value);
    return [name, ...statement.all().map((row) => JSON.stringify(row, print))].join("\n");
  });
  db.close();
  return out.join("\n\n");
}
