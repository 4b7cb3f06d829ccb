/**
 * Rows of Crush's database as lines, and lines as rows. A line has a row under its table's name:
 * `{"sessions":{…}}`, then `{"messages":{…}}` for each message. README.md ("Lines") says what they leave out.
 */
import type { DatabaseSync, SQLInputValue, SQLOutputValue } from "node:sqlite";
import { parseValue } from "../../lossless/json-text.ts";
import { isObject, member, object, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";
import type { Column, Columns } from "../shared/columns.ts";
import { inOrder, ordered } from "../shared/sqlite.ts";
import { KNOWN, type Schema, type Table } from "./schema.ts";

/** A row to write, by column. Other columns have their defaults. */
export type Row = Readonly<Record<string, SQLInputValue>>;

type SqlRow = Record<string, SQLOutputValue>;

/** Columns that contain JSON. */
const JSON_COLUMNS: ReadonlySet<string> = new Set(["parts", "todos"]);

/** The lines of a session, or only the last `most` messages; null if it does not exist. */
export function readLines(
  db: DatabaseSync,
  schema: Schema,
  id: string,
  most?: number,
): string[] | null {
  const session = db.prepare("SELECT * FROM sessions WHERE id = ?").get(id);
  if (!session) return null;
  // Crush's own order: messages of the same second come in the order in which they were written.
  const query = "SELECT * FROM messages WHERE session_id = ?";
  const sql = ordered(query, ["created_at", "rowid"], most);
  const messages = inOrder(db.prepare(sql).all(id), most);
  const summary = lastSummary(messages);
  const row = jsonRow("sessions", session, schema.sessions);
  delete row.message_count;
  // It says nothing that the messages do not say, unless another one is meant, or none.
  const meant = session.summary_message_id ?? null;
  if (meant === summary) delete row.summary_message_id;
  else row.summary_message_id = jsonValue("summary_message_id", meant);
  const lines: JsonObject[] = [{ sessions: row }];
  for (const message of messages) {
    lines.push({ messages: jsonRow("messages", message, schema.messages) });
  }
  return lines.map((line) => JSON.stringify(line));
}

/** The id of the newest message that is a summary; null for none. */
function lastSummary(messages: readonly Readonly<Record<string, unknown>>[]): unknown {
  return messages.findLast(({ is_summary_message: is }) => is === 1)?.id ?? null;
}

/** A row as JSON: default values are left out; known columns come first, in their order. */
function jsonRow(table: Table, row: SqlRow, columns: Columns): JsonObject {
  const out: JsonObject = {};
  for (const name of new Set([...KNOWN[table], ...Object.keys(row)])) {
    const value = row[name];
    const column = columns.get(name);
    if (value === undefined || !column || isDefault(value, column)) continue;
    out[name] = jsonValue(name, value);
  }
  return out;
}

function isDefault(value: SQLOutputValue, { required, fallback }: Column): boolean {
  return !required && value === fallback;
}

/** Objects and lists represent their own text; any other text stays a string. */
function jsonValue(name: string, value: SQLOutputValue): Json {
  if (typeof value === "bigint") return { "segue.integer": String(value) };
  if (value instanceof Uint8Array) return { "segue.bytes": Buffer.from(value).toString("base64") };
  if (typeof value !== "string" || !JSON_COLUMNS.has(name)) return value;
  const parsed = parseValue(value);
  const isPlain = typeof parsed === "object" && parsed !== null && goText(parsed) === value;
  return isPlain ? parsed : value;
}

/** JSON as Go prints it: without these characters, which would mean something in HTML or JavaScript. */
function goText(value: Json): string | undefined {
  try {
    return JSON.stringify(value).replace(
      /[<>&\u2028\u2029]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
  } catch {
    // Nested too deep.
    return undefined;
  }
}

function sqlValue(value: Json | undefined): SQLInputValue {
  if (value === undefined || value === null) return null;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value !== "object") return value;
  const integer = string(member(value, "segue.integer"));
  if (integer !== undefined) return BigInt(integer);
  const bytes = string(member(value, "segue.bytes"));
  return bytes === undefined ? (goText(value) ?? null) : Buffer.from(bytes, "base64");
}

/** The rows that lines represent; a session without a row of its own has none. */
export function rowsOf(lines: readonly Json[]): { session: Row | null; messages: Row[] } {
  const messages = lines.flatMap((line) => rowIn(line, "messages"));
  const [session] = lines.flatMap((line) => rowIn(line, "sessions"));
  if (session === undefined) return { session: null, messages };
  const summary = Object.hasOwn(session, "summary_message_id")
    ? (session.summary_message_id ?? null)
    : sqlValue(string(lastSummaryOf(messages)));
  const counted = { ...session, message_count: messages.length, summary_message_id: summary };
  return { session: counted, messages };
}

function lastSummaryOf(messages: readonly Row[]): string | undefined {
  const id = lastSummary(messages);
  return typeof id === "string" ? id : undefined;
}

function rowIn(line: Json, table: Table): Row[] {
  const row = object(member(line, table));
  if (!row) return [];
  const values = Object.entries(row).map(([name, value]) => [name, sqlValue(value)] as const);
  return [Object.fromEntries(values)];
}

/** Those columns of a row that the table has. */
export function insert(db: DatabaseSync, table: Table, columns: Columns, row: Row): void {
  const names = Object.keys(row).filter((name) => columns.has(name));
  const list = names.map((name) => `"${name}"`).join(", ");
  const marks = names.map(() => "?").join(", ");
  db.prepare(`INSERT INTO "${table}" (${list}) VALUES (${marks})`).run(
    ...names.map((name) => row[name] ?? null),
  );
}

/** Does a record look like one of these lines? */
export function isRow(record: Json): boolean {
  const session = member(record, "sessions");
  if (isObject(session)) return typeof session.id === "string" && "created_at" in session;
  const message = member(record, "messages");
  return isObject(message) && typeof message.session_id === "string" && "role" in message;
}
