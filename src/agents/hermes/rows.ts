/** What Hermes's database tells of sessions, besides their messages. */
import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { columnsOf } from "../shared/columns.ts";
import { allRows, type Row, reading, sessionsIn } from "../shared/sqlite.ts";
import type { Found } from "../types.ts";

/** Marks of a subagent's session. */
const DELEGATED = `CASE WHEN json_valid(s.model_config) THEN json_extract(s.model_config, '$._delegate_from') END`;

/** The sessions of a database, but those of subagents. */
export function findRows(path: string): Found[] {
  return sessionsIn(path, rowsIn, (row) => foundOf(path, row));
}

function rowsIn(db: DatabaseSync): Row[] {
  const has = columnsOf(db, "sessions");
  const own = has.has("model_config") ? `WHERE ${DELEGATED} IS NULL` : "";
  const column = (name: string) => (has.has(name) ? `s.${name}` : "NULL");
  const active = columnsOf(db, "messages").has("active") ? "active = 1" : "1";
  // The first query reads an index alone, and so does not grow with what was said.
  const sql = `SELECT s.id, s.started_at AS started, ${column("title")} AS title,
          ${column("cwd")} AS cwd, ${column("model")} AS model, ${column("parent_session_id")} AS parent,
          c.spoken, iif(EXISTS (SELECT 1 FROM messages m WHERE m.session_id = s.id
            AND m.role IN ('user', 'assistant')), c.messages, 0) AS messages
        FROM sessions s LEFT JOIN (SELECT session_id, max(timestamp) AS spoken, sum(${active}) AS messages
          FROM messages GROUP BY session_id) c ON c.session_id = s.id ${own}`;
  return allRows(db.prepare(sql));
}

function foundOf(path: string, row: Row): Found {
  const mtime = Number(row.spoken ?? row.started) * 1000;
  return {
    agent: "hermes",
    id: String(row.id),
    path,
    mtime,
    bytes: 0,
    summary: {
      title: textOf(row.title),
      cwd: textOf(row.cwd),
      model: textOf(row.model),
      createdAt: isoTime(row.started),
      updatedAt: isoTime(row.spoken ?? row.started),
      messages: Number(row.messages),
      parent: textOf(row.parent),
    },
  };
}

function textOf(value: SQLOutputValue | undefined): string | null {
  return typeof value === "string" && value.trim() !== "" ? value : null;
}

function isoTime(seconds: SQLOutputValue | undefined): string | null {
  const ms = Number(seconds ?? Number.NaN) * 1000;
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : null;
}

/** The sessions of its subagents. */
export function childrenOf(path: string, id: string): string[] {
  return reading(path, (db) => {
    const has = columnsOf(db, "sessions");
    if (!has.has("model_config") || !has.has("parent_session_id")) return [];
    return db
      .prepare(
        `SELECT s.id FROM sessions s WHERE s.parent_session_id = ? AND ${DELEGATED} IS NOT NULL
          ORDER BY s.started_at, s.id`,
      )
      .all(id)
      .map((row) => String(row.id));
  });
}

/** All titles, each with the id of its session: none is given twice. */
export function titlesIn(path: string): [title: string, id: string][] {
  return reading(path, (db) => {
    if (!columnsOf(db, "sessions").has("title")) return [];
    return db
      .prepare("SELECT title, id FROM sessions WHERE title IS NOT NULL")
      .all()
      .map(({ title, id }) => [String(title), String(id)]);
  });
}
