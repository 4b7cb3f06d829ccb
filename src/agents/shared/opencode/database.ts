/** Sessions as rows of OpenCode's SQLite database, or as files in the folder used before it. */
import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { SegueError } from "../../../errors.ts";
import { isFolder } from "../../../io/files.ts";
import { number, object, string } from "../../../session/json.ts";
import type { Json } from "../../../session/types.ts";
import type { Database, ImportRequest } from "../../types.ts";
import { columnsOf } from "../columns.ts";
import { type Lines, movedOn, sameLines } from "../lines.ts";
import { reading, tablesOf, writing } from "../sqlite.ts";
import type { Flavour } from "./flavour.ts";
import { exportOf, rowsOf as rowsOfExport, unwrap } from "./forms.ts";
import { ascendingId } from "./ids.ts";
import { projectOf } from "./project.ts";
import { type Row, type Rows, readLines, rowsOf, schemaOf, turn } from "./sqlite.ts";
import { holdsStorage, readStored } from "./storage.ts";

export function database(flavour: Flavour): Database {
  return {
    holds: (path) => holdsStorage(path, flavour) || holdsDatabase(path, flavour),
    read: (path, id) => (isFolder(path) ? readStored(path, id) : readRows(path, id)),
    end: (path, id, most) => (isFolder(path) ? readStored(path, id) : readRows(path, id, most)),
    replace: (path, id, before, after) => replace(flavour, path, id, before, after),
    renamed,
    import: (request) => importSession(flavour, request),
  };
}

/** Databases that were examined: lists ask about the same one for every session. */
const known = new Map<string, Flavour["id"]>();

function holdsDatabase(path: string, { id }: Flavour): boolean {
  if (/\.jsonl?$/.test(path)) return false;
  const owner = known.get(path) ?? ownerOf(path);
  if (owner !== null) known.set(path, owner);
  return owner === id;
}

/** Kilo's database has its own tables in addition to OpenCode's. */
function ownerOf(path: string): Flavour["id"] | null {
  const tables = tablesOf(path);
  if (!tables || !["project", "session", "message", "part"].every((it) => tables.has(it))) {
    return null;
  }
  return tables.has("kilo_board") ? "kilo" : "opencode";
}

function readRows(path: string, id: string, most?: number): string[] | null {
  return reading(path, (db) => readLines(db, schemaOf(db, path, "read"), id, most));
}

function replace(
  flavour: Flavour,
  path: string,
  id: string,
  before: readonly string[] | null,
  after: readonly string[] | null,
): void {
  if (isFolder(path)) {
    throw new SegueError("refused", "sessions in the folder of an older version are read-only", {
      where: path,
      hint: `start ${flavour.command} once so that it creates its database`,
    });
  }
  writing(path, (db) => {
    const schema = schemaOf(db, path, "write");
    const now = readLines(db, schema, id);
    if (!isSame(now, before)) throw movedOn(path, now, before, `session "${id}"`);
    const rows = rowsOf((after ?? []).map(parsed));
    checkOwn(rows, id, path);
    const session = rows.get("session")?.values().next().value;
    if (session) addProject(db, flavour, session);
    turn(db, schema, rowsOf((now ?? []).map(parsed)), rows);
    if (after === null) forget(db, id, rowsOf((before ?? []).map(parsed)));
  });
}

function parsed(line: string): Json {
  return JSON.parse(line);
}

/** Lines that remove messages stand for the remaining rows. */
function isSame(now: Lines, before: Lines): boolean {
  if (sameLines(now, before)) return true;
  if (now === null || before === null) return false;
  if (!before.some((line) => line.startsWith('{"removed":'))) return false;
  const [a, b] = [rowsOf(now.map(parsed)), rowsOf(before.map(parsed))];
  return JSON.stringify(plain(a)) === JSON.stringify(plain(b));
}

function plain(rows: Rows): [string, [string, Row][]][] {
  return [...rows].map(([table, own]) => [table, [...own].sort(([a], [b]) => (a < b ? -1 : 1))]);
}

/** Lines of one session never affect another session's rows. */
function checkOwn(rows: Rows, id: string, path: string): void {
  for (const [table, own] of rows) {
    for (const row of own.values()) {
      if (row[table === "session" ? "id" : "session_id"] === id) continue;
      throw new SegueError("refused", `a row of "${table}" belongs to another session`, {
        where: path,
      });
    }
  }
}

/** A session refers to its project. */
function addProject(db: DatabaseSync, flavour: Flavour, session: Row): void {
  const row = projectRow(flavour, session);
  const columns = columnsOf(db, "project");
  const names = Object.keys(row).filter((name) => columns.has(name));
  const sql = `INSERT INTO project (${names.map((name) => `"${name}"`).join(", ")})
    VALUES (${names.map(() => "?").join(", ")}) ON CONFLICT DO NOTHING`;
  db.prepare(sql).run(...names.map((name) => row[name] ?? null));
}

function projectRow(flavour: Flavour, session: Row): Row {
  const directory = String(session.directory ?? "/");
  const found = projectOf(directory, flavour.idFile, process.env);
  const id = String(session.project_id ?? "");
  const isGlobal = id === "global";
  return {
    id,
    worktree: isGlobal ? "/" : found.worktree,
    vcs: isGlobal ? null : "git",
    time_created: session.time_created ?? 0,
    time_updated: session.time_created ?? 0,
    sandboxes: "[]",
  };
}

/** For a removed session: its log, and the project if Segue itself added it. */
function forget(db: DatabaseSync, id: string, rows: Rows): void {
  for (const table of ["event", "event_sequence"]) {
    if (columnsOf(db, table).has("aggregate_id")) {
      db.prepare(`DELETE FROM "${table}" WHERE aggregate_id = ?`).run(id);
    }
  }
  const session = rows.get("session")?.values().next().value;
  if (!session) return;
  // OpenCode's own projects have other times.
  db.prepare(
    `DELETE FROM project WHERE id = ? AND time_created = ? AND time_updated = ?
      AND name IS NULL AND NOT EXISTS (SELECT 1 FROM session WHERE project_id = project.id)`,
  ).run(session.project_id ?? null, session.time_created ?? null, session.time_created ?? null);
}

/** Uses the CLI's own `import`, which takes what `export` prints. It needs the session's folder. */
function importSession(flavour: Flavour, request: ImportRequest): void {
  const { command, path, id, lines, scratch, cwd, env } = request;
  const file = join(scratch, `${id}.json`);
  const records = lines.map(parsed);
  writeFileSync(file, JSON.stringify(exportOf(records)), { mode: 0o600 });
  const projects = existsSync(path) ? reading(path, projectTimes) : new Map<string, Times>();
  try {
    execFileSync(command, ["import", file], {
      cwd,
      env: { ...env, [flavour.variable]: path },
      stdio: ["ignore", "ignore", "pipe"],
      timeout: 60_000,
    });
  } catch {
    // It may have done part of the work, or nothing: one transaction corrects the rows afterwards.
  }
  if (holdsDatabase(path, flavour)) settleProjects(path, projects, rowsOf(records));
}

interface Times {
  created: SQLOutputValue;
  updated: SQLOutputValue;
}

function projectTimes(db: DatabaseSync): Map<string, Times> {
  const rows = db.prepare("SELECT id, time_created, time_updated FROM project").all();
  return new Map(
    rows.map(({ id, time_created: created, time_updated: updated }) => [
      String(id),
      { created: created ?? null, updated: updated ?? null },
    ]),
  );
}

/**
 * At every start, the CLI records when it last saw a project. This is restored, and a project that
 * it created for this session is marked, so that undoing the session leaves nothing behind.
 */
function settleProjects(path: string, before: ReadonlyMap<string, Times>, rows: Rows): void {
  const session = rows.get("session")?.values().next().value;
  const own = { created: session?.time_created ?? 0, updated: session?.time_created ?? 0 };
  writing(path, (db) => {
    for (const id of projectTimes(db).keys()) {
      const { created, updated } = before.get(id) ?? own;
      db.prepare("UPDATE project SET time_created = ?, time_updated = ? WHERE id = ?").run(
        created,
        updated,
        id,
      );
    }
  });
}

/**
 * The same session under a new id, with new ids for its messages and parts, which are unique in a
 * database.
 */
function renamed(lines: readonly string[], newId: string): string[] {
  const records = lines.map(parsed);
  const rows = records.some((record) => object(record)?.session !== undefined);
  const own = rows ? records : [...rowsOfExport(exportDocument(records))];
  const ids = new Map<string, string>();
  const fresh = (old: Json | undefined, prefix: "msg" | "prt", ms: number, n: number): string => {
    const id = ascendingId(prefix, ms, n, `${newId}:${string(old) ?? ""}`);
    ids.set(string(old) ?? "", id);
    return id;
  };
  for (const line of own) {
    const session = object(object(line)?.session);
    if (session) ids.set(string(session.id) ?? "", newId);
    const message = object(object(line)?.message);
    const ms = number(message?.time_created) ?? 0;
    if (message) fresh(message.id, "msg", ms, 1);
    const parts = object(line)?.parts;
    (Array.isArray(parts) ? parts : []).forEach((part, n) => {
      fresh(object(part)?.id, "prt", ms, n + 2);
    });
  }
  return own
    .filter((line) => unwrap(line).kind !== "other")
    .map((line) => JSON.stringify(withIds(line, ids)));
}

function exportDocument(records: readonly Json[]): { [key: string]: Json } {
  const head = records.map(object).find((record) => Array.isArray(record?.messages));
  return { ...head, messages: records.filter((record) => Array.isArray(object(record)?.parts)) };
}

/** Replaces every string that is one of these ids. */
function withIds(value: Json, ids: ReadonlyMap<string, string>): Json {
  if (typeof value === "string") return ids.get(value) ?? value;
  if (Array.isArray(value)) return value.map((item) => withIds(item, ids));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withIds(item, ids)]));
}
