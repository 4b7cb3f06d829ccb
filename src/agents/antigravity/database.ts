/** Conversations in databases: each has one of its own. */

import { existsSync, mkdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { SegueError } from "../../errors.ts";
import { readOr } from "../../io/unread.ts";
import { parseValue } from "../../lossless/json-text.ts";
import { isObject, string } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";
import { columnsOf } from "../shared/columns.ts";
import { type Lines, movedOn, sameLines } from "../shared/lines.ts";
import { holdsIn, isSqlite, reading, writing } from "../shared/sqlite.ts";
import type { Database } from "../types.ts";
import { readInput } from "./content.ts";
import { at, textAt, timeIn, unwrap } from "./records.ts";
import {
  checkLayout,
  LAYOUT,
  missingIn,
  type Rows,
  readHead,
  readLines,
  rowsOf,
  type StepRow,
  sqlValue,
} from "./rows.ts";
import { USER } from "./steps.ts";
import { addSummary, removeSummary, type Summary, updateSummary } from "./summaries.ts";

export const database: Database = {
  ...{ holds, read, replace, unopened, renamed },
  // A conversation's database is new, as it is.
  import: () => {},
};

export function holds(path: string): boolean {
  // A conversation's own file, which is made with it, where Antigravity has a folder of them.
  if (!existsSync(path)) {
    return /[/\\]conversations[/\\][^/\\]+\.db$/.test(path) && existsSync(dirname(path));
  }
  if (/\.jsonl?$/.test(path) || !isSqlite(path)) return false;
  return holdsIn(path, (db) => missingIn(db) === null);
}

function read(path: string, id: string): string[] | null {
  if (!existsSync(path)) return null;
  return reading(path, (db) => {
    checkLayout(db, path);
    return readLines(db, id);
  });
}

/** What a list says of a conversation that is not in the index; null if it has no steps, or cannot be read. */
export function headOf(path: string, id: string): Summary | null {
  const lines = readOr(path, null, () => reading(path, (db) => readHead(db, id)));
  return lines === null ? null : summaryOf(id, lines);
}

function replace(path: string, id: string, before: Lines, after: Lines): void {
  const now = read(path, id);
  if (!sameLines(now, before) || (before === null && existsSync(path))) {
    throw movedOn(path, now, before, `conversation "${id}"`);
  }
  if (after === null) remove(path, id);
  else if (before === null) create(path, id, after);
  else change(path, id, before, after);
}

function create(path: string, id: string, lines: readonly string[]): void {
  const rows = ownRows(path, id, lines);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  try {
    writing(path, (db) => {
      db.exec(LAYOUT);
      insert(
        db,
        "trajectory_meta",
        new Map(Object.entries(rows.meta).map(([k, v]) => [k, sqlValue(v)])),
      );
      if (rows.main !== null) {
        db.prepare("INSERT INTO trajectory_metadata_blob (id, data) VALUES ('main', ?)").run(
          rows.main,
        );
      }
      for (const { columns } of rows.steps.values()) insert(db, "steps", columns);
      verify(db, path, id, lines);
    });
    addSummary(path, summaryOf(id, lines));
  } catch (error) {
    removeFiles(path);
    throw error;
  }
}

/** Steps that are the same stay as they are. */
function change(
  path: string,
  id: string,
  before: readonly string[],
  after: readonly string[],
): void {
  const [was, is] = [rowsOf(before, path), ownRows(path, id, after)];
  if (before[0] !== after[0]) {
    throw new SegueError("refused", "what describes the conversation cannot change", {
      where: path,
    });
  }
  writing(path, (db) => {
    const same = (idx: number, row: StepRow) => is.steps.get(idx)?.line === row.line;
    for (const [idx, row] of was.steps) {
      if (!same(idx, row)) db.prepare("DELETE FROM steps WHERE idx = ?").run(idx);
    }
    for (const [idx, row] of is.steps) {
      if (was.steps.get(idx)?.line !== row.line) insert(db, "steps", row.columns);
    }
    verify(db, path, id, after);
  });
  updateSummary(path, summaryOf(id, after));
}

/** @throws SegueError if the lines are another conversation's. */
function ownRows(path: string, id: string, lines: readonly string[]): Rows {
  const rows = rowsOf(lines, path);
  if (rows.meta.cascade_id === id) return rows;
  throw new SegueError("refused", "the lines name another conversation", { where: path });
}

function insert(db: DatabaseSync, table: string, row: ReadonlyMap<string, SQLInputValue>): void {
  const columns = columnsOf(db, table);
  const unknown = [...row.keys()].find((name) => !columns.has(name));
  if (unknown !== undefined) {
    const what = `a step has a column "${unknown}", which this database does not have`;
    throw new SegueError("refused", `${what}: nothing was changed`);
  }
  const names = [...row.keys()].map((name) => `"${name}"`).join(", ");
  const marks = [...row.keys()].map(() => "?").join(", ");
  db.prepare(`INSERT INTO ${table} (${names}) VALUES (${marks})`).run(...row.values());
}

function verify(db: DatabaseSync, path: string, id: string, lines: readonly string[]): void {
  if (sameLines(readLines(db, id), lines)) return;
  const what = "the database does not return this conversation as it is: nothing was changed";
  throw new SegueError("refused", what, { where: path });
}

function remove(path: string, id: string): void {
  removeFiles(path);
  removeSummary(path, id);
}

function removeFiles(path: string): void {
  for (const end of ["", "-wal", "-shm", "-journal"]) rmSync(path + end, { force: true });
}

const TITLE = 80;

/** What an index says of a conversation: its title is the first line that the user said. */
function summaryOf(id: string, lines: readonly string[]): Summary {
  const steps = lines.slice(1).map((line) => unwrap(parseValue(line) ?? null));
  const head = unwrap(parseValue(lines[0] ?? "") ?? null);
  const main = head.kind === "conversation" ? head.main : {};
  const asked = steps.map((stored) =>
    stored.kind === "step" && stored.type === USER ? stored : null,
  );
  const first = asked.find((stored) => stored !== null);
  const said = readInput(at(first?.payload, 19)).find((part) => part.kind === "text")?.text ?? "";
  const last = steps.at(-1);
  const time = last?.kind === "step" ? timeIn(at(last.payload, 5, 1)) : null;
  const [line = ""] = said.trim().split("\n");
  return {
    id,
    title: line.length > TITLE ? `${line.slice(0, TITLE - 1)}…` : line || "Conversation",
    preview: said.slice(0, 1000),
    steps: steps.length,
    lastInput: asked.findLastIndex((stored) => stored !== null),
    uri: textAt(main, 1, 1) || textAt(main, 7),
    at: Date.parse(time ?? timeIn(at(main, 2)) ?? "") || 0,
  };
}

/** Opening a conversation adds to what describes it. */
function unopened(now: readonly string[], then: readonly string[]): readonly string[] {
  const [head = "", ...rest] = now;
  const [first = ""] = then;
  const idIn = (line: string) => {
    const stored = unwrap(parseValue(line) ?? null);
    return stored.kind === "conversation" ? string(stored.row.cascade_id) : undefined;
  };
  const own = idIn(head);
  return own !== undefined && own === idIn(first) ? [first, ...rest] : now;
}

/** The same conversation under a new id, wherever its rows name it. */
function renamed(lines: readonly string[], newId: string): string[] {
  const head = unwrap(parseValue(lines[0] ?? "") ?? null);
  const old = head.kind === "conversation" ? string(head.row.cascade_id) : undefined;
  if (old === undefined || old === "") return [...lines];
  return lines.map((line) => {
    const value = line.includes(old) ? parseValue(line) : undefined;
    return value === undefined ? line : JSON.stringify(named(value, old, newId));
  });
}

function named(value: Json, old: string, id: string): Json {
  if (value === old) return id;
  if (Array.isArray(value)) return value.map((one) => named(one, old, id));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, named(one, old, id)]));
}
