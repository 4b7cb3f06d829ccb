/** Chats of Cursor's CLI: each has a database of its own. */
import { existsSync, mkdirSync, rmdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { SegueError } from "../../errors.ts";
import { sqlite } from "../../io/sqlite.ts";
import { parseValue } from "../../lossless/json-text.ts";
import { member, number, string } from "../../session/json.ts";
import { movedOn, sameLines } from "../shared/lines.ts";
import { reading, tablesOf, writing } from "../shared/sqlite.ts";
import { blobOf, grown, rootOf, type Said } from "./graph.ts";
import { isMessage } from "./records.ts";
import {
  checkLayout,
  FACTS,
  linesOf,
  OWN,
  rootIn,
  type Stored,
  storedIn,
  type Written,
  withRoot,
  writtenIn,
} from "./rows.ts";

const NAME = "store.db";

/** `chats/<md5 of the folder>/<id>/store.db`, whether it is there yet or not. */
export function isPlace(path: string): boolean {
  return /[\\/]chats[\\/][0-9a-f]{32}[\\/][^\\/]+[\\/]store\.db$/.test(path);
}

/** A copy may have any name: then its row of facts tells what it is. */
export function holdsChat(path: string): boolean {
  if (!existsSync(path)) return isPlace(path);
  const tables = tablesOf(path);
  if (tables === null || !tables.has("blobs") || !tables.has("meta")) return false;
  return basename(path) === NAME || (factsAt(path)?.agentId ?? null) !== null;
}

/** The session's id is the name of its folder; a copy elsewhere has it in its facts. */
export function readChat(path: string, id: string): string[] | null {
  if (!existsSync(path)) return null;
  return reading(path, (db) => {
    checkLayout(db, path, "read");
    const stored = storedIn(db);
    // As Cursor leaves it behind where nothing was said.
    if (isEmpty(stored)) return null;
    const lines = linesOf(stored);
    return idOf(lines) === id || basename(dirname(path)) === id ? lines : null;
  });
}

/** What lists show, from the row of facts alone. */
export function factsAt(path: string): { [name: string]: unknown } | null {
  return reading(path, (db) => {
    const row = db.prepare("SELECT value FROM meta WHERE key = ?").get(FACTS);
    if (!row) return null;
    const head =
      linesOf({ facts: textOf(row.value), odd: null, more: [], rows: [], own: null })[0] ?? "";
    const facts = member(parseValue(head), "chat");
    return typeof facts === "object" && facts !== null && !Array.isArray(facts) ? facts : null;
  });
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function idOf([head = ""]: readonly string[]): string {
  return string(member(member(parseValue(head), "chat"), "agentId")) ?? "";
}

/** Makes the chat's rows those of `after`, with the tree that the messages need: see graph.ts. */
export function replaceChat(
  path: string,
  id: string,
  before: readonly string[] | null,
  after: readonly string[] | null,
): void {
  const isNew = !existsSync(path);
  if (isNew && before !== null) throw movedOn(path, null, before, `session "${id}"`);
  if (isNew && after === null) return;
  if (isNew) make(path);
  try {
    writing(path, (db) => {
      checkLayout(db, path, "write");
      const stored = storedIn(db);
      const now = isEmpty(stored) ? null : linesOf(stored);
      if (!sameLines(now, before)) throw movedOn(path, now, before, `session "${id}"`);
      if (after === null) db.exec("DELETE FROM blobs; DELETE FROM meta");
      else turn(db, path, stored, after);
    });
  } catch (error) {
    if (isNew) remove(path);
    throw error;
  }
  if (after === null) remove(path);
}

function isEmpty({ facts, odd, more, rows }: Stored): boolean {
  return facts === null && odd === null && more.length === 0 && rows.length === 0;
}

/** As Cursor makes it: @cursor/sdk 1.0.32 opens any database with these tables. */
function make(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const db = new (sqlite().DatabaseSync)(path);
  try {
    db.exec(`PRAGMA user_version = 1;
      CREATE TABLE IF NOT EXISTS blobs (id TEXT PRIMARY KEY, data BLOB);
      CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT);`);
  } finally {
    db.close();
  }
}

/** The database, and its folders if nothing else is in them. */
function remove(path: string): void {
  for (const end of ["", "-wal", "-shm"]) rmSync(`${path}${end}`, { force: true });
  try {
    rmdirSync(dirname(path));
    rmdirSync(dirname(dirname(path)));
  } catch {
    // There is more in it: what Cursor noted beside the database, or another chat of the project.
  }
}

function turn(db: DatabaseSync, path: string, stored: Stored, lines: readonly string[]): void {
  const written = writtenIn(lines);
  if (written === null) throw notAChat(path);
  const added = addedTo(written);
  const own = added && {
    was: rootIn(written.text),
    root: added.at(-1)?.id ?? "",
    blobs: newOf(added, written),
  };
  const rows = [...written.rows, ...(added ?? []).filter(({ id }) => own?.blobs.includes(id))];
  setBlobs(db, stored, rows);
  const isText = own !== null && written.text !== null;
  const facts = isText
    ? Buffer.from(withRoot(written.text ?? "", own.root)).toString("hex")
    : written.facts;
  const meta = [
    { key: FACTS, value: facts },
    ...written.more,
    ...(own === null ? [] : [{ key: OWN, value: JSON.stringify(own) }]),
  ];
  db.exec("DELETE FROM meta");
  const set = db.prepare("INSERT INTO meta (key, value) VALUES (?, ?)");
  for (const { key, value } of meta) set.run(key, value);
  if (!sameLines(linesOf(storedIn(db)), lines)) {
    throw refusal("the database does not return these rows as they are: nothing was changed", path);
  }
}

function newOf(added: readonly { id: string }[], { rows }: Written): string[] {
  const there = new Set(rows.map(({ id }) => id));
  return [...new Set(added.map(({ id }) => id))].filter((id) => !there.has(id));
}

/** Rows that stay are left alone; the others are removed, and new ones come last. */
function setBlobs(db: DatabaseSync, { rows: old }: Stored, rows: Written["rows"]): void {
  const keyOf = ({ id, data }: { id: string; data: unknown }) =>
    `${id}\n${data instanceof Uint8Array ? blobOf(Buffer.from(data)).id : `${typeof data}${data}`}`;
  const wanted = new Set(rows.map(keyOf));
  const drop = db.prepare("DELETE FROM blobs WHERE id = ?");
  for (const row of old) if (!wanted.has(keyOf(row))) drop.run(row.id);
  const there = new Set(old.map(keyOf));
  const add = db.prepare("INSERT INTO blobs (id, data) VALUES (?, ?)");
  for (const row of rows) {
    const key = keyOf(row);
    if (!there.has(key)) add.run(row.id, row.data);
    there.add(key);
  }
}

/** The blobs that a tree over all messages needs; null if the newest root names them all. */
function addedTo({ text, rows }: Written) {
  const was = rootIn(text);
  const at = rows.findIndex(({ id }) => id === was);
  const said = rows.map(({ id, data }) => messageIn(id, data));
  const isMore = (one: Said | null): one is Said => one !== null;
  const before = said.slice(0, Math.max(0, at)).filter(isMore);
  const more = said.slice(at + 1).filter(isMore);
  if (more.length === 0 || text === null) return null;
  const root = rows[at]?.data;
  const facts = parseValue(text) ?? null;
  return grown(
    {
      root: root instanceof Uint8Array ? Buffer.from(root) : null,
      cwd: string(member(facts, "workspacePath")) ?? null,
      createdAt: Math.floor(number(member(facts, "createdAt")) ?? 0),
      before: at < 0 ? [] : sentOf(before, root),
    },
    more,
  );
}

/** Those of the messages that the root names, in its order. */
function sentOf(said: readonly Said[], root: unknown): Said[] {
  const byId = new Map(said.map((one) => [one.id, one]));
  const prompt = root instanceof Uint8Array ? (rootOf(Buffer.from(root))?.prompt ?? []) : [];
  return prompt.map((id) => byId.get(id) ?? { id, message: {} });
}

function messageIn(id: string, data: unknown): Said | null {
  if (!(data instanceof Uint8Array) || data[0] !== 0x7b) return null;
  const message = parseValue(Buffer.from(data).toString("utf8"));
  return isMessage(message) ? { id, message } : null;
}

/** The lines of a transcript, or of a chat of the editor. */
function notAChat(where: string): SegueError {
  return new SegueError("refused", "a line is none of a Cursor chat's rows", {
    where,
    hint: "chats of Cursor's editor and transcripts can be opened in another agent (--in)",
  });
}

function refusal(what: string, where: string): SegueError {
  return new SegueError("refused", what, { where });
}

/** Where the chat's own facts for its list stand. */
export function besideChat(path: string): string {
  return join(dirname(path), "meta.json");
}
