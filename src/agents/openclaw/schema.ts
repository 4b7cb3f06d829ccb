/** The tables of OpenClaw's database that hold a session, as far as Segue knows them. */
import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { columnsOf } from "../shared/columns.ts";
import { unknownLayout } from "../shared/sqlite.ts";

/** A row that is to be, by column. What is not named has its default. */
export type Row = Readonly<Record<string, SQLInputValue>>;

/** Columns that every version since the first database has. Without them nothing is read or written. */
const NEEDED = {
  session_nodes: ["session_key", "current_session_id", "entry_json", "updated_at"],
  session_windows: ["session_id", "session_key", "created_at", "updated_at"],
  transcript_events: ["session_id", "seq", "event_json", "created_at"],
} as const;

/** Tables that are made from the events. A version may have them or not. */
const DERIVED = [
  "transcript_event_identities",
  "session_transcript_active_events",
  "session_transcript_index_state",
  "session_transcript_fts_rows",
  "session_transcript_fts",
  "transcript_rewrite_watermarks",
  "session_transcript_cold_archives",
] as const;

/** Columns that Segue fills, besides those with a default. */
const FILLED: { readonly [table: string]: readonly string[] } = {
  ...NEEDED,
  transcript_event_identities: ["session_id", "event_id", "seq", "created_at"],
  session_transcript_active_events: ["session_id", "active_position", "event_seq"],
  session_transcript_index_state: ["session_id", "indexed_seq", "updated_at"],
  transcript_rewrite_watermarks: ["session_id", "generation", "updated_at"],
};

type Table = keyof typeof NEEDED | (typeof DERIVED)[number];

/** The columns of the tables that there are. */
export class Schema {
  readonly #tables: ReadonlyMap<string, ReadonlySet<string>>;

  constructor(tables: ReadonlyMap<string, ReadonlySet<string>>) {
    this.#tables = tables;
  }

  has(table: Table, column?: string): boolean {
    const columns = this.#tables.get(table);
    return columns !== undefined && (column === undefined || columns.has(column));
  }

  /** Those columns of a row that the table has. */
  insert(db: DatabaseSync, table: Table, row: Row): void {
    const names = Object.keys(row).filter((name) => this.has(table, name));
    const list = names.map((name) => `"${name}"`).join(", ");
    const marks = names.map(() => "?").join(", ");
    db.prepare(`INSERT OR IGNORE INTO "${table}" (${list}) VALUES (${marks})`).run(
      ...names.map((name) => row[name] ?? null),
    );
  }
}

/** @throws SegueError if the layout is unknown. */
export function schemaOf(db: DatabaseSync, path: string, purpose: "read" | "write"): Schema {
  const tables = new Map<string, ReadonlySet<string>>();
  for (const [table, needed] of Object.entries(NEEDED)) {
    tables.set(table, namesOf(db, table, path, purpose));
    const missing = needed.find((name) => !tables.get(table)?.has(name));
    if (missing !== undefined) throw unknownLayout(path, `${table} has no column "${missing}"`);
  }
  for (const table of DERIVED) {
    const columns = namesOf(db, table, path, purpose);
    if (columns.size > 0) tables.set(table, columns);
  }
  return new Schema(tables);
}

function namesOf(
  db: DatabaseSync,
  table: string,
  path: string,
  purpose: "read" | "write",
): ReadonlySet<string> {
  const columns = columnsOf(db, table);
  const filled = FILLED[table];
  for (const { name, required } of columns.values()) {
    if (purpose === "read" || filled === undefined || filled.includes(name) || !required) continue;
    throw unknownLayout(path, `${table} has a new column "${name}" that must be filled`);
  }
  return new Set(columns.keys());
}
