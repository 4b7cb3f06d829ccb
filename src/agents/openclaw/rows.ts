/** What OpenClaw's database tells of sessions, besides their events. */
import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { parseValue } from "../../lossless/json-text.ts";
import { member, string } from "../../session/json.ts";
import { columnsOf } from "../shared/columns.ts";
import { allRows, type Row, reading, sessionsIn } from "../shared/sqlite.ts";
import type { Found } from "../types.ts";

/** The sessions of a database, but those of subagents. */
export function findRows(path: string): Found[] {
  return sessionsIn(path, rowsIn, (row) => foundOf(path, row));
}

function rowsIn(db: DatabaseSync): Row[] {
  const has = columnsIn(db);
  const own = has("session_nodes", "spawned_by") ? "WHERE n.spawned_by IS NULL" : "";
  return allRows(db.prepare(`${summarySql(has)} ${own}`));
}

type Has = (table: string, column: string) => boolean;

function columnsIn(db: DatabaseSync): Has {
  return (table, column) => columnsOf(db, table).has(column);
}

function summarySql(has: Has): string {
  const of = (alias: string, table: string, column: string) =>
    has(table, column) ? `${alias}.${column}` : "NULL";
  const node = (column: string) => of("n", "session_nodes", column);
  const window = (column: string) => of("w", "session_windows", column);
  const event = (column: string) => of("e", "transcript_events", column);
  // A longer event is compressed, and beside it stands what OpenClaw needs to know of it.
  const known = `coalesce(e.event_json, ${event("navigation_json")})`;
  return `SELECT w.session_id AS id, w.created_at AS created, w.updated_at AS updated,
      ${window("transcript_updated_at")} AS spoken, ${window("model")} AS model,
      ${node("label")} AS label, ${node("display_name")} AS name,
      (SELECT e.event_json FROM transcript_events e
        WHERE e.session_id = w.session_id ORDER BY e.seq LIMIT 1) AS header,
      iif(EXISTS (SELECT 1 FROM transcript_events e WHERE e.session_id = w.session_id
        AND iif(json_valid(${known}), json_extract(${known}, '$.message.role'), 'user')
          IN ('user', 'assistant')),
        (SELECT count(*) FROM transcript_events e WHERE e.session_id = w.session_id), 0) AS messages
    FROM session_windows w LEFT JOIN session_nodes n ON n.session_key = w.session_key`;
}

function foundOf(path: string, row: Row): Found {
  const mtime = Number(row.spoken ?? row.updated);
  const header = typeof row.header === "string" ? parseValue(row.header) : undefined;
  return {
    agent: "openclaw",
    id: String(row.id),
    path,
    mtime,
    bytes: 0,
    summary: {
      title: textOf(row.label) ?? textOf(row.name),
      cwd: string(member(header, "cwd")) ?? null,
      model: textOf(row.model),
      createdAt: isoTime(row.created),
      updatedAt: isoTime(mtime),
      messages: Number(row.messages),
      parent: null,
    },
  };
}

function textOf(value: SQLOutputValue | undefined): string | null {
  return typeof value === "string" && value.trim() !== "" ? value : null;
}

function isoTime(ms: SQLOutputValue | undefined): string | null {
  const at = Number(ms ?? Number.NaN);
  return Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : null;
}

/** The key of the chat that a session belongs to: the CLI's arguments take that. */
export function keyOf(path: string, id: string): string | null {
  return reading(path, (db) =>
    textOf(
      db.prepare("SELECT session_key AS key FROM session_windows WHERE session_id = ?").get(id)
        ?.key,
    ),
  );
}

export function titleOf(path: string, id: string): string | null {
  return reading(path, (db) => {
    const row = db.prepare(`${summarySql(columnsIn(db))} WHERE w.session_id = ?`).get(id);
    return row ? (foundOf(path, row).summary?.title ?? null) : null;
  });
}

/** The sessions that the session's subagents have. */
export function childrenOf(path: string, id: string): string[] {
  return reading(path, (db) => {
    if (!columnsIn(db)("session_nodes", "spawned_by")) return [];
    const sql = `SELECT c.session_id AS id FROM session_nodes n
      JOIN session_windows c ON c.session_key = n.session_key
      WHERE n.spawned_by = (SELECT session_key FROM session_windows WHERE session_id = ?)`;
    return db
      .prepare(sql)
      .all(id)
      .map((row) => String(row.id));
  });
}
