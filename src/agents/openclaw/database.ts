/**
 * Sessions as rows of OpenClaw's SQLite database. A session's lines are its events, each as the
 * database has it. What else it has of a session is made from these.
 */
import { createHash } from "node:crypto";
import { basename, dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { SegueError } from "../../errors.ts";
import { parseValue } from "../../lossless/json-text.ts";
import { isObject, member, string } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";
import { movedOn, sameLines } from "../shared/lines.ts";
import { reading, tablesOf, writing } from "../shared/sqlite.ts";
import type { Database } from "../types.ts";
import { noteBranch } from "./branch.ts";
import { type Stored, storedIn } from "./events.ts";
import type { Event } from "./projection.ts";
import { type Schema, schemaOf } from "./schema.ts";

export const database: Database = { holds, read, end: read, replace, renamed };

/** Databases that were examined: lists ask about the same one for every session. */
const known = new Set<string>();

export function holds(path: string): boolean {
  if (known.has(path)) return true;
  if (/\.jsonl?$/.test(path)) return false;
  const tables = tablesOf(path);
  const isOurs = tables !== null && OURS.every((name) => tables.has(name));
  if (isOurs) known.add(path);
  return isOurs;
}

const OURS = ["session_nodes", "session_windows", "transcript_events"];

function read(path: string, id: string, most?: number): string[] | null {
  return reading(path, (db) => {
    const stored = storedIn(db, schemaOf(db, path, "read"), path, id, most);
    return stored?.map(({ line }) => line) ?? null;
  });
}

function replace(
  path: string,
  id: string,
  before: readonly string[] | null,
  after: readonly string[] | null,
): void {
  writing(path, (db) => {
    const schema = schemaOf(db, path, "write");
    const now = storedIn(db, schema, path, id);
    const lines = now?.map(({ line }) => line) ?? null;
    if (!sameLines(lines, before)) throw movedOn(path, now, before, `session "${id}"`);
    if (after === null) {
      if (now !== null) removeSession(db, schema, path, id);
    } else {
      if (now === null) addSession(db, schema, path, id, after);
      turn(db, schema, id, now ?? [], after);
    }
  });
}

/** The key of the chat that a new session gets: it stands in OpenClaw's lists, and its arguments take it. */
export function keyFor(path: string, id: string): string {
  const agent = basename(dirname(dirname(path)));
  return `agent:${agent}:segue-${id.toLowerCase()}`;
}

/** A chat of its own for a new session, and the session without its events. */
function addSession(
  db: DatabaseSync,
  schema: Schema,
  path: string,
  id: string,
  lines: readonly string[],
): void {
  const records = lines.map((line) => parseValue(line) ?? null);
  const own = string(member(records.find(isHeader), "id"));
  if (own !== id) {
    throw new SegueError("refused", "the session's header names another session", { where: path });
  }
  const key = keyFor(path, id);
  const now = Date.now();
  const title = titleIn(records);
  const entry = {
    sessionId: id,
    updatedAt: now,
    sessionStartedAt: now,
    delivery: { kind: "none" },
    lastInteractionAt: now,
    lastActivityAt: now,
    ...(title === null ? {} : { displayName: title }),
  };
  const node = {
    session_key: key,
    current_session_id: id,
    entry_json: JSON.stringify(entry),
    updated_at: now,
    display_name: title,
    last_interaction_at: now,
    last_activity_at: now,
  };
  schema.insert(db, "session_nodes", node);
  const window = {
    session_id: id,
    session_key: key,
    session_entry_provenance: 1,
    created_at: timeOf(records.find(isHeader), now),
    updated_at: now,
    transcript_updated_at: now,
    transcript_observed_at: now,
  };
  schema.insert(db, "session_windows", window);
  // OpenClaw marks what it did not write itself as not checked, and would ask for a repair.
  if (schema.has("session_nodes", "entry_valid")) {
    db.prepare("UPDATE session_nodes SET entry_valid = 1 WHERE session_key = ?").run(key);
  }
  if (schema.has("transcript_rewrite_watermarks")) {
    const generation = createHash("md5").update(id).digest("hex");
    schema.insert(db, "transcript_rewrite_watermarks", {
      session_id: id,
      generation,
      updated_at: now,
    });
  }
}

function isHeader(record: Json): boolean {
  return member(record, "type") === "session";
}

function titleIn(records: readonly Json[]): string | null {
  const named = records.findLast((record) => member(record, "type") === "session_info");
  const title = string(member(named, "name"))?.trim();
  return title === undefined || title === "" ? null : title;
}

/** All of a session, and its chat where it was the only session there. */
function removeSession(db: DatabaseSync, schema: Schema, path: string, id: string): void {
  const key = db
    .prepare("SELECT session_key AS key FROM session_windows WHERE session_id = ?")
    .get(id)?.key;
  const all = "SELECT count(*) AS n FROM session_windows WHERE session_key = ?";
  if (key === undefined || db.prepare(all).get(key)?.n !== 1) {
    const what = "OpenClaw has begun another session in this chat";
    throw new SegueError("refused", `${what}: nothing was changed`, { where: path });
  }
  if (schema.has("session_transcript_fts_rows")) {
    db.prepare("DELETE FROM session_transcript_fts_rows WHERE session_id = ?").run(id);
  }
  db.prepare("DELETE FROM session_windows WHERE session_id = ?").run(id);
  db.prepare("DELETE FROM session_nodes WHERE session_key = ?").run(key);
}

/** Makes the events those of `lines`: what both begin with stays untouched. */
function turn(
  db: DatabaseSync,
  schema: Schema,
  id: string,
  now: readonly Stored[],
  lines: readonly string[],
): void {
  const differs = now.findIndex(({ line }, n) => line !== lines[n]);
  const same = differs < 0 ? now.length : differs;
  const from = now[same]?.seq ?? (now.at(-1)?.seq ?? -1) + 1;
  db.prepare("DELETE FROM transcript_events WHERE session_id = ? AND seq >= ?").run(id, from);
  const events = now.slice(0, same).map((stored) => ({ ...stored, record: parsed(stored.line) }));
  for (const [n, line] of lines.slice(same).entries()) {
    const record = parsed(line);
    const event = { seq: from + n, record, at: timeOf(record, events.at(-1)?.at ?? 0) };
    schema.insert(db, "transcript_events", {
      session_id: id,
      seq: event.seq,
      event_json: line,
      created_at: event.at,
      event_utf8_bytes: Buffer.byteLength(line),
    });
    addIdentity(db, schema, id, event);
    events.push({ ...event, line });
  }
  const was = now.map((stored) => ({ ...stored, record: parsed(stored.line) }));
  noteBranch(db, schema, id, { was, is: events, from });
}

function parsed(line: string): Json {
  const record = parseValue(line) ?? null;
  if (isObject(record)) return record;
  throw new SegueError(
    "refused",
    "OpenClaw's database holds JSON objects only, and a line is none",
  );
}

function timeOf(record: Json | undefined, otherwise: number): number {
  const ms = Date.parse(string(member(record, "timestamp")) ?? "");
  return Number.isNaN(ms) ? otherwise : ms;
}

function addIdentity(db: DatabaseSync, schema: Schema, id: string, event: Event): void {
  const { record, seq, at } = event;
  const own = string(member(record, "id"));
  if (own === undefined || !schema.has("transcript_event_identities")) return;
  schema.insert(db, "transcript_event_identities", {
    session_id: id,
    event_id: own,
    seq,
    event_type: string(member(record, "type")) ?? null,
    parent_id: string(member(record, "parentId")) ?? null,
    message_idempotency_key: string(member(member(record, "message"), "idempotencyKey")) ?? null,
    created_at: at,
  });
}

/** The same session under a new id. The ids of its entries are its own already. */
function renamed(lines: readonly string[], newId: string): string[] {
  return lines.map((line) => {
    const record = parseValue(line) ?? null;
    return isObject(record) && isHeader(record) ? JSON.stringify({ ...record, id: newId }) : line;
  });
}
