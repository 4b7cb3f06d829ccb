/** Keeps up what OpenClaw notes of a session's events: see projection.ts. */
import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { type Active, type Event, type Projection, project } from "./projection.ts";
import type { Row, Schema } from "./schema.ts";

interface Change {
  /** The events as they were; none for a new session. */
  was: readonly Event[];
  is: readonly Event[];
  /** The number of the first that is new or gone. */
  from: number;
}

/**
 * Without these notes OpenClaw shows no history until it has made them itself. It does that for all
 * notes that are not there, or not of the newest event: so those that it has not made yet, or made
 * otherwise, stay as they are, and undo is exact.
 */
export function noteBranch(db: DatabaseSync, schema: Schema, id: string, change: Change): void {
  if (!schema.has("session_transcript_active_events")) return;
  if (!schema.has("session_transcript_index_state")) return;
  const { was, is, from } = change;
  const [before, after] = [was.length > 0 ? project(was) : EMPTY, project(is)];
  const state = db
    .prepare("SELECT * FROM session_transcript_index_state WHERE session_id = ?")
    .get(id);
  const isOurs =
    was.length === 0 || (state && isAs(state, stateOf(was, before)) && isActive(db, id, before));
  // It would take notes of events that are gone for good ones.
  const isAhead = state?.needs_rebuild === 0 && Number(state.indexed_seq) >= from;
  if (!isOurs && !isAhead) return;
  noteActive(db, schema, id, isOurs ? (before?.active ?? []) : [], after?.active ?? []);
  const row = stateOf(is, after);
  if (state) updateState(db, schema, id, row);
  else {
    const at = is.at(-1)?.at ?? 0;
    schema.insert(db, "session_transcript_index_state", {
      session_id: id,
      ...row,
      updated_at: at,
    });
  }
  noteTexts(db, schema, id, before?.found ?? [], after?.found ?? []);
}

const EMPTY: Projection = { active: [], found: [], leaf: null };

function stateOf(events: readonly Event[], notes: Projection | null): Row {
  return {
    indexed_seq: notes ? (events.at(-1)?.seq ?? -1) : -1,
    leaf_event_id: notes?.leaf ?? null,
    needs_rebuild: notes ? 0 : 1,
    active_event_count: notes?.active.length ?? 0,
    active_message_count: notes?.active.filter(({ message }) => message !== null).length ?? 0,
  };
}

function isAs(row: Record<string, SQLOutputValue>, like: Row): boolean {
  return Object.entries(like).every(([name, value]) => !(name in row) || row[name] === value);
}

function isActive(db: DatabaseSync, id: string, notes: Projection | null): boolean {
  const rows = db
    .prepare(
      "SELECT * FROM session_transcript_active_events WHERE session_id = ? ORDER BY active_position",
    )
    .all(id);
  const active = notes?.active ?? [];
  const isSame = rows.every((row, n) => {
    const one = active[n];
    return one !== undefined && isAs(row, rowOf(one, n));
  });
  return isSame && rows.length === active.length;
}

function rowOf({ seq, message, isEligible }: Active, n: number): Row {
  return {
    active_position: n,
    event_seq: seq,
    message_position: message,
    context_eligible: isEligible ? 1 : 0,
  };
}

/** Those that both begin with stay untouched. */
function noteActive(
  db: DatabaseSync,
  schema: Schema,
  id: string,
  was: readonly Active[],
  is: readonly Active[],
): void {
  const key = (one: Active | undefined) => JSON.stringify(one);
  const differs = is.findIndex((one, n) => key(one) !== key(was[n]));
  const same = differs < 0 ? is.length : differs;
  db.prepare(
    "DELETE FROM session_transcript_active_events WHERE session_id = ? AND active_position >= ?",
  ).run(id, same);
  for (const [n, one] of is.entries()) {
    if (n < same) continue;
    schema.insert(db, "session_transcript_active_events", { session_id: id, ...rowOf(one, n) });
  }
}

/** The time stays as it is, so that undo is exact: OpenClaw goes by the rest. */
function updateState(db: DatabaseSync, schema: Schema, id: string, row: Row): void {
  const names = Object.keys(row).filter((name) =>
    schema.has("session_transcript_index_state", name),
  );
  const list = names.map((name) => `"${name}" = ?`).join(", ");
  db.prepare(`UPDATE session_transcript_index_state SET ${list} WHERE session_id = ?`).run(
    ...names.map((name) => row[name] ?? null),
    id,
  );
}

type Searched = Projection["found"];

/** The index of its search: only what is new or gone is touched. */
function noteTexts(
  db: DatabaseSync,
  schema: Schema,
  id: string,
  was: Searched,
  is: Searched,
): void {
  if (!schema.has("session_transcript_fts_rows") || !schema.has("session_transcript_fts")) return;
  const rows = db
    .prepare("SELECT id, message_id FROM session_transcript_fts_rows WHERE session_id = ?")
    .all(id);
  const there = new Map(rows.map((row) => [String(row.message_id), row.id ?? null]));
  const [old, now] = [new Set(was.map((one) => one.id)), new Set(is.map((one) => one.id))];
  for (const { id: message, role, text, at } of is) {
    if (there.has(message) || old.has(message)) continue;
    const row = db
      .prepare("INSERT INTO session_transcript_fts_rows (session_id, message_id) VALUES (?, ?)")
      .run(id, message);
    db.prepare(
      "INSERT INTO session_transcript_fts (rowid, text, session_id, message_id, role, timestamp) VALUES (?, ?, ?, ?, ?, ?)",
    ).run(row.lastInsertRowid, text, id, message, role, at);
  }
  for (const message of old) {
    const row = there.get(message);
    if (row === undefined || now.has(message)) continue;
    db.prepare("DELETE FROM session_transcript_fts_rows WHERE id = ?").run(row);
  }
}
