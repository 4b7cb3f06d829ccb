/** The events of a session in OpenClaw's database, as lines. */
import { createHash } from "node:crypto";
import { basename, dirname, join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { zstdDecompressSync } from "node:zlib";
import { SegueError } from "../../errors.ts";
import { bytesIn } from "../../io/door.ts";
import { parseValue } from "../../lossless/json-text.ts";
import { member, number, string } from "../../session/json.ts";
import { inOrder, ordered } from "../shared/sqlite.ts";
import type { Schema } from "./schema.ts";

export interface Stored {
  seq: number;
  line: string;
  /** Milliseconds since the epoch. */
  at: number;
}

/** The events of a session (the first and the last `most`) in their order; null when it is not there. */
export function storedIn(
  db: DatabaseSync,
  schema: Schema,
  path: string,
  id: string,
  most?: number,
): Stored[] | null {
  const there = db.prepare("SELECT 1 FROM session_windows WHERE session_id = ?").get(id);
  if (!there) return null;
  const packed = schema.has("transcript_events", "event_zstd") ? "event_zstd" : "NULL";
  const query = `SELECT seq, created_at AS at, event_json AS text, ${packed} AS packed
    FROM transcript_events WHERE session_id = ?`;
  const last = inOrder(db.prepare(ordered(query, ["seq"], most)).all(id), most);
  const first = most === undefined ? [] : db.prepare(`${query} ORDER BY seq LIMIT 1`).all(id);
  const rows = [...first.filter(({ seq }) => seq !== last[0]?.seq), ...last];
  const stored = rows.map(({ seq, at, text, packed: bytes }) => ({
    seq: Number(seq),
    line: lineOf(typeof text === "string" ? text : unpacked(bytes, path)),
    at: Number(at),
  }));
  return stored.length > 0 ? stored : coldIn(db, schema, path, id);
}

/** White space between tokens: no string in JSON holds a line's end as it is. */
function lineOf(text: string): string {
  return text.replace(/[\r\n]+/g, " ");
}

/** Longer events are compressed. */
function unpacked(bytes: unknown, path: string): string {
  try {
    if (bytes instanceof Uint8Array) return zstdDecompressSync(bytes).toString("utf8");
  } catch {
    // As for one that is not there.
  }
  throw new SegueError("unreadable", "an event of this session is damaged", { where: path });
}

/** The events of a session that was not used for long: in an archive, in the database or beside it. */
function coldIn(db: DatabaseSync, schema: Schema, path: string, id: string): Stored[] {
  if (!schema.has("session_transcript_cold_archives")) return [];
  const archive = db
    .prepare("SELECT * FROM session_transcript_cold_archives WHERE session_id = ?")
    .get(id);
  if (!archive) return [];
  const { archive_blob: blob, archive_name: name, archive_sha256: sha256 } = archive;
  const bytes = blob instanceof Uint8Array ? Buffer.from(blob) : archiveFile(path, String(name));
  if (createHash("sha256").update(bytes).digest("hex") !== sha256) {
    throw new SegueError("unreadable", "the archive of this session is damaged", { where: path });
  }
  return zstdDecompressSync(bytes).toString("utf8").split("\n").flatMap(archived);
}

function archived(text: string): Stored[] {
  const record = parseValue(text);
  if (string(member(record, "kind")) !== "event") return [];
  const row = member(record, "row");
  const line = string(member(row, "event_json"));
  const seq = number(member(row, "seq"));
  if (line === undefined || seq === undefined) return [];
  return [{ seq, line: lineOf(line), at: number(member(row, "created_at")) ?? 0 }];
}

function archiveFile(database: string, name: string): Buffer {
  const folder = dirname(database);
  const sessions = basename(folder) === "agent" ? join(dirname(folder), "sessions") : folder;
  if (!/^[a-f0-9]{64}\.jsonl\.zst$/.test(name)) {
    const what = "the archive of this session has a name that is not OpenClaw's";
    throw new SegueError("unreadable", what, { where: database });
  }
  try {
    return bytesIn(join(sessions, "cold", name), Number.POSITIVE_INFINITY);
  } catch {
    throw new SegueError("unreadable", "the archive of this session is missing", {
      where: join(sessions, "cold", name),
    });
  }
}
