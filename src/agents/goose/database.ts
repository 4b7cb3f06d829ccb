/** Sessions as rows of Goose's SQLite database. */
import { execFileSync } from "node:child_process";
import type { DatabaseSync } from "node:sqlite";
import { SegueError } from "../../errors.ts";
import { parseValue } from "../../lossless/json-text.ts";
import { member } from "../../session/json.ts";
import { columnsOf } from "../shared/columns.ts";
import { movedOn, sameLines } from "../shared/lines.ts";
import { membersIn, objectText } from "../shared/spans.ts";
import { holdsIn, reading, writing } from "../shared/sqlite.ts";
import type { Database, ImportRequest } from "../types.ts";
import {
  insert,
  NEEDED,
  type Row,
  readLines,
  rowsOf,
  type Schema,
  type StoredLine,
  schemaOf,
  update,
} from "./rows.ts";

export const database: Database = {
  ...{ holds, read, end: read, replace, renamed },
  import: makeDatabase,
};

/** Databases that were examined: lists ask about the same one for every session. */
const known = new Set<string>();

export function holds(path: string): boolean {
  if (known.has(path)) return true;
  if (/\.jsonl?$/.test(path)) return false;
  const isOurs = hasTables(path);
  if (isOurs) known.add(path);
  return isOurs;
}

/** Other agents, too, have tables of these names, but not these columns. */
function hasTables(path: string): boolean {
  return holdsIn(path, (db) =>
    (["sessions", "messages"] as const).every((table) => {
      const columns = columnsOf(db, table);
      return NEEDED[table].every((name) => columns.has(name));
    }),
  );
}

function read(path: string, id: string, most?: number): string[] | null {
  return reading(path, (db) => {
    const stored = readLines(db, schemaOf(db, path, "read"), id, most);
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
    const now = readLines(db, schema, id);
    if (!isSame(now, before)) throw movedOn(path, now, before, `session "${id}"`);
    if (after === null) remove(db, schema, id);
    else turn(db, schema, { path, id }, now, withHidden(after));
  });
}

function isSame(now: readonly StoredLine[] | null, before: readonly string[] | null): boolean {
  return sameLines(now?.map(({ line }) => line) ?? null, before);
}

interface Place {
  path: string;
  id: string;
}

/** Makes the session's rows those of `lines`: messages that both begin with stay untouched. */
function turn(
  db: DatabaseSync,
  schema: Schema,
  { path, id }: Place,
  now: readonly StoredLine[] | null,
  lines: readonly string[],
): void {
  const [head, ...messages] = lines;
  const own = rowsOf(head ?? "").session;
  if (own?.id !== id) {
    throw new SegueError("refused", "the session's row names another session", { where: path });
  }
  if (now === null) insert(db, schema, "sessions", own);
  else if (now[0]?.line !== head) update(db, schema, own);
  if (now?.[0]?.line !== head) setUsage(db, schema, id, rowsOf(head ?? "").usage);
  const old = now?.slice(1) ?? [];
  const differs = old.findIndex(({ line }, n) => line !== messages[n]);
  const same = differs < 0 ? old.length : differs;
  const drop = db.prepare("DELETE FROM messages WHERE id = ?");
  for (const { row } of old.slice(same)) drop.run(row);
  for (const line of messages.slice(same)) {
    const { message } = rowsOf(line);
    if (!message) throw notARow(path);
    insert(db, schema, "messages", { session_id: id, ...without(message, "id") });
  }
  const written = readLines(db, schema, id);
  if (!isSame(written, lines)) {
    const what = "the database does not return these rows as they are: nothing was changed";
    throw new SegueError("refused", what, { where: path });
  }
}

/**
 * A compaction that Segue adds to a session hides from the model what came before, as Goose's own does:
 * with a mark in each of those messages.
 */
function withHidden(lines: readonly string[]): readonly string[] {
  const at = lines.findLastIndex(isCompaction);
  return at < 1 ? lines : lines.map((line, n) => (n === 0 || n >= at ? line : hidden(line)));
}

function isCompaction(line: string): boolean {
  if (!line.includes('"isCompaction":true')) return false;
  const message = member(parseValue(line), "message");
  const usage = member(member(message, "metadata_json"), "usage");
  return member(message, "role") === "user" && member(usage, "isCompaction") === true;
}

function hidden(line: string): string {
  const members = membersIn(line);
  const message = membersIn(members.get("message") ?? "{}");
  const metadata = message.get("metadata_json") ?? "";
  const seen = '{"userVisible":true,"agentVisible":false}';
  const isOwn = metadata.startsWith("{") && metadata.includes('"agentVisible"');
  const now = metadata.replace(/"agentVisible":\s*true/, '"agentVisible":false');
  message.set("metadata_json", isOwn ? now : seen);
  members.set("message", objectText(message));
  return objectText(members);
}

function without(row: Row, name: string): Row {
  const { [name]: _, ...rest } = row;
  return rest;
}

function notARow(path: string): SegueError {
  return new SegueError("refused", "Goose's database holds messages only, and a line is none", {
    where: path,
  });
}

function setUsage(db: DatabaseSync, schema: Schema, id: string, usage: readonly Row[]): void {
  if (!schema.has("usage_ledger")) return;
  db.prepare("DELETE FROM usage_ledger WHERE session_id = ?").run(id);
  for (const row of usage) insert(db, schema, "usage_ledger", { ...row, session_id: id });
}

function remove(db: DatabaseSync, schema: Schema, id: string): void {
  if (schema.has("usage_ledger")) {
    db.prepare("DELETE FROM usage_ledger WHERE session_id = ?").run(id);
  }
  db.prepare("DELETE FROM messages WHERE session_id = ?").run(id);
  db.prepare("DELETE FROM sessions WHERE id = ?").run(id);
}

/** The same session under a new id: messages may have the same ids, as in Goose's own forks. */
function renamed(lines: readonly string[], newId: string): string[] {
  return lines.map((line) => {
    if (!line.startsWith('{"session":')) return line;
    const members = membersIn(line);
    const own = membersIn(members.get("session") ?? "{}");
    own.set("id", JSON.stringify(newId));
    members.set("session", objectText(own));
    return objectText(members);
  });
}

/** Any command of Goose's makes a database that is missing. */
function makeDatabase({ command, path, cwd, env }: ImportRequest): void {
  if (holds(path)) return;
  try {
    execFileSync(command, ["session", "list"], { cwd, env, stdio: "ignore", timeout: 60_000 });
  } catch {
    // Then there is none, and the caller says so.
  }
}
