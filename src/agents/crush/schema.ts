/** The tables of Crush's database that hold a session, as far as Segue knows them. */
import type { DatabaseSync } from "node:sqlite";
import { SegueError } from "../../errors.ts";
import { type Columns, columnsOf } from "../shared/columns.ts";
import { unknownLayout } from "../shared/sqlite.ts";

export type Table = "sessions" | "messages";

export type Schema = Readonly<Record<Table, Columns>>;

/** Columns that every version since the first has. Without them nothing is read or written. */
const NEEDED: { readonly [table in Table]: readonly string[] } = {
  sessions: ["id", "parent_session_id", "title", "message_count", "updated_at", "created_at"],
  messages: ["id", "session_id", "role", "parts", "created_at", "updated_at"],
};

/** The columns of 0.90, in the order in which lines have them. */
export const KNOWN: { readonly [table in Table]: readonly string[] } = {
  sessions: [
    "id",
    "parent_session_id",
    "title",
    "message_count",
    "prompt_tokens",
    "completion_tokens",
    "cost",
    "updated_at",
    "created_at",
    "summary_message_id",
    "todos",
  ],
  messages: [
    "id",
    "session_id",
    "role",
    "parts",
    "model",
    "created_at",
    "updated_at",
    "finished_at",
    "provider",
    "is_summary_message",
  ],
};

/** The table in which Crush notes the migrations that it has made. */
export const MIGRATIONS = "goose_db_version";

/** @throws SegueError if the layout is unknown. */
export function schemaOf(db: DatabaseSync, path: string, purpose: "read" | "write"): Schema {
  // Without it, Crush would make all tables again, and fail.
  if (purpose === "write" && columnsOf(db, MIGRATIONS).size === 0) {
    throw unknownLayout(path, `it has no table "${MIGRATIONS}"`);
  }
  return {
    sessions: checked(db, "sessions", path, purpose),
    messages: checked(db, "messages", path, purpose),
  };
}

function checked(db: DatabaseSync, table: Table, path: string, purpose: "read" | "write"): Columns {
  const columns = columnsOf(db, table);
  if (columns.size === 0) throw unknownLayout(path, `it has no table "${table}"`);
  const missing = NEEDED[table].find((name) => !columns.has(name));
  if (missing !== undefined) throw unknownLayout(path, `${table} has no column "${missing}"`);
  if (purpose === "write" && KNOWN[table].some((name) => !columns.has(name))) throw outdated(path);
  for (const { name, required } of columns.values()) {
    if (purpose === "write" && required && !KNOWN[table].includes(name)) {
      throw unknownLayout(path, `${table} has a new column "${name}" that must be filled`);
    }
  }
  return columns;
}

/** Crush brings its database up to date when it starts. */
function outdated(where: string): SegueError {
  return new SegueError("refused", "an older version of Crush made this database", {
    where,
    hint: "nothing was changed; start crush there once, then try again",
  });
}

/** The tables whose rows belong to a session, besides its messages: Crush's copies of files. */
export function tablesOfSession(db: DatabaseSync): { table: string; column: string }[] {
  const names = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
  return names.flatMap(({ name }) => {
    const keys = db.prepare(`PRAGMA foreign_key_list("${String(name)}")`).all();
    const key = keys.find(
      ({ table, on_delete }) => table === "sessions" && on_delete === "CASCADE",
    );
    return key && name !== "messages" ? [{ table: String(name), column: String(key.from) }] : [];
  });
}
