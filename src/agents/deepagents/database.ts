/**
 * Sessions as threads in Deep Agents Code's SQLite database. The lines are the thread and what its steps
 * wrote; the checkpoints between them hold what the CLI makes of that, and are made here in the same way.
 */
import type { DatabaseSync } from "node:sqlite";
import { SegueError } from "../../errors.ts";
import { parseValue } from "../../lossless/json-text.ts";
import { string } from "../../session/json.ts";
import type { JsonObject } from "../../session/types.ts";
import { movedOn, sameLines } from "../shared/lines.ts";
import { reading, tablesOf, writing } from "../shared/sqlite.ts";
import type { Database } from "../types.ts";
import { isStep, isThread, writeIn } from "./records.ts";
import { checkSchema, hasTable, linesOf } from "./rows.ts";
import { Steps } from "./steps.ts";

export const database: Database = { holds, read, replace, renamed };

/** Databases that were examined: lists ask about the same one for every session. */
const known = new Set<string>();

export function holds(path: string): boolean {
  if (known.has(path)) return true;
  if (/\.jsonl?$/.test(path)) return false;
  const tables = tablesOf(path);
  const isOurs = tables?.has("checkpoints") === true && tables.has("writes");
  if (isOurs) known.add(path);
  return isOurs;
}

function read(path: string, id: string): string[] | null {
  return reading(path, (db) => {
    checkSchema(db, path, "read");
    return linesOf(db, id);
  });
}

function replace(
  path: string,
  id: string,
  before: readonly string[] | null,
  after: readonly string[] | null,
): void {
  writing(path, (db) => {
    checkSchema(db, path, "write");
    const now = linesOf(db, id);
    if (!sameLines(now, before)) throw movedOn(path, now, before, `session "${id}"`);
    if (after === null) removeThread(db, id);
    else turn(db, path, id, now ?? [], after);
    const made = linesOf(db, id);
    if (!sameLines(made, after)) {
      throw refused(path, "Deep Agents Code's database cannot hold these records as they are");
    }
  });
}

function refused(path: string, what: string): SegueError {
  return new SegueError("refused", `${what}: nothing was changed`, { where: path });
}

const TABLES = [
  "dcode_thread_names",
  "dcode_thread_message_counts",
  "dcode_btw_prompts",
  "dcode_thread_workspaces",
  "dcode_workspace_snapshots",
];

function removeThread(db: DatabaseSync, id: string): void {
  for (const table of ["checkpoints", "writes", ...TABLES.filter((name) => hasTable(db, name))]) {
    db.prepare(`DELETE FROM "${table}" WHERE thread_id = ?`).run(id);
  }
}

/** Makes the steps those of `after`: what is the same stays untouched. */
function turn(
  db: DatabaseSync,
  path: string,
  id: string,
  before: readonly string[],
  after: readonly string[],
): void {
  const thread = parseValue(after[0] ?? "") ?? null;
  if (!isThread(thread) || thread.thread_id !== id) {
    throw refused(path, "the session's first record names another session");
  }
  if (before[0] !== after[0]) nameThread(db, id, thread);
  let same = 1;
  while (same < before.length && same < after.length && before[same] === after[same]) same++;
  const steps = new Steps(db, path, thread);
  if (before.length > same) steps.takeBack(before.slice(same).map((line) => stepIn(line, path)));
  const added = after.slice(same).map((line) => stepIn(line, path));
  if (added.length > 0 || before.length === 0) steps.add(added);
}

function stepIn(line: string, path: string): JsonObject {
  const record = parseValue(line) ?? null;
  const isWhole = isStep(record) && ("snapshot" in record || writeIn(record)?.task !== "");
  if (isStep(record) && isWhole) return record;
  throw refused(path, "Deep Agents Code's database holds steps only, and a record is none");
}

function nameThread(db: DatabaseSync, id: string, thread: JsonObject): void {
  const name = string(thread.name);
  if (name === undefined) {
    if (hasTable(db, "dcode_thread_names")) {
      db.prepare("DELETE FROM dcode_thread_names WHERE thread_id = ?").run(id);
    }
    return;
  }
  // The table as the CLI makes it when a thread is first named.
  db.exec(
    "CREATE TABLE IF NOT EXISTS dcode_thread_names (thread_id TEXT PRIMARY KEY NOT NULL, name TEXT NOT NULL)",
  );
  db.prepare("INSERT OR REPLACE INTO dcode_thread_names (thread_id, name) VALUES (?, ?)").run(
    id,
    name,
  );
}

/** The same session under a new id: those of its steps are its own already. */
function renamed(lines: readonly string[], newId: string): string[] {
  const [head = "", ...steps] = lines;
  const thread = parseValue(head) ?? null;
  if (!isThread(thread)) return [...lines];
  return [JSON.stringify({ ...thread, thread_id: newId }), ...steps];
}
