/** Writes sessions to databases, and reverts these writes. */

import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sameLines } from "../../agents/shared/lines.ts";
import type { Agent, Database } from "../../agents/types.ts";
import { SegueError } from "../../errors.ts";
import { wentOn } from "../../io/append.ts";
import type { Write } from "../../io/journal.ts";
import { putFile } from "../../io/output.ts";
import { rowPlace } from "../../io/row-place.ts";
import { type Env, stateFolder } from "../../io/state.ts";
import { rowsAt } from "../read/open.ts";
import type { Target } from "./types.ts";

export interface NewRows {
  /** `path#id`. */
  place: string;
  agent: Agent;
  lines: readonly string[];
  /** The agent's binary; null if it is not installed. */
  command: string | null;
  cwd: string;
  scratch: string;
  env: Env;
}

/**
 * Writes a new session: with the agent's own import if its CLI is installed, which also creates a
 * missing database, and in any case with exactly the intended rows.
 */
export function writeRows({ place, agent, lines, command, ...more }: NewRows): void {
  const { path, id } = rowPlace(place);
  const { database } = agent.store;
  if (!database)
    throw new SegueError("failed", `${agent.name} does not use a database`, { where: path });
  if (command !== null) database.import?.({ command, path, id, lines, ...more });
  if (!database.holds(path)) throw noDatabase(agent, path);
  const imported = database.read(path, id);
  try {
    database.replace(path, id, imported, lines);
  } catch (error) {
    if (imported) database.replace(path, id, imported, null);
    throw error;
  }
}

/** Writes a session of another account as its CLI stored it there, if it is more than its lines. */
export function copyRows(from: string, { place, lines, ...more }: NewRows): void {
  const { path, id } = rowPlace(place);
  const { database } = more.agent.store;
  if (!database?.copy) {
    writeRows({ place, lines, ...more });
    return;
  }
  const { command } = more;
  if (command !== null) database.import?.({ ...more, command, path, id, lines });
  if (!database.holds(path)) throw noDatabase(more.agent, path);
  database.copy(rowPlace(from).path, id, path);
  const now = database.read(path, id);
  if (now !== null && sameLines(now, lines)) return;
  database.replace(path, id, now, null);
  throw new SegueError("failed", "the session changed while it was copied", {
    where: from,
    hint: "try again",
  });
}

/**
 * Refuses early, before anything is converted, if there is no database: only a CLI that imports
 * sessions can create one.
 * @throws SegueError `failed`
 */
export function refuseWithoutDatabase({ agent, command }: Target, place: string): void {
  const { path } = rowPlace(place);
  const { database } = agent.store;
  database?.refuse?.(path);
  if (!database || database.holds(path) || (command !== null && database.import)) return;
  throw noDatabase(agent, path);
}

function noDatabase({ name, launch, profile }: Agent, path: string): SegueError {
  const variables = Object.entries(profile?.env ?? {}).map(([key, value]) => `${key}=${value}`);
  return new SegueError("failed", `${name} has no database here yet`, {
    where: path,
    hint: `start ${[...variables, launch.command ?? name].join(" ")} once, then try again`,
  });
}

/** Adds to an existing session the rows that `after` contains beyond its first `before` bytes. */
export function appendRows(place: string, before: number, after: Buffer): void {
  const rows = rowsAt(place);
  if (!rows) throw new SegueError("not-found", "the database no longer exists", { where: place });
  rows.database.replace(rows.path, rows.id, linesIn(after.subarray(0, before)), linesIn(after));
}

/** Replaces all rows of a session, which must be those with this digest. */
export function exchangeRows(place: string, sha256: string, after: Buffer): void {
  const rows = rowsAt(place);
  const now = rows?.database.read(rows.path, rows.id);
  if (!rows || !now)
    throw new SegueError("not-found", "the session no longer exists", { where: place });
  if (digest(bytesOf(now)) !== sha256) throw wentOn(place);
  rows.database.replace(rows.path, rows.id, now, linesIn(after));
}

/** The rows of a session. @throws SegueError if it no longer exists. */
export function rowsNow(place: string): Buffer {
  const rows = rowsAt(place);
  const now = rows?.database.read(rows.path, rows.id);
  if (now) return bytesOf(now);
  throw new SegueError("not-found", "the session no longer exists", { where: place });
}

/**
 * How much of `written` are the rows that are there, but for what opening the session changes; null
 * if they differ in anything else.
 */
export function openedSize(place: string, written: Buffer): number | null {
  const rows = rowsAt(place);
  const now = rows?.database.read(rows.path, rows.id);
  if (!rows?.database.unopened || !now) return null;
  const then = bytesOf(linesIn(written).slice(0, now.length));
  const same = bytesOf(rows.database.unopened(now, linesIn(then)));
  return same.equals(then) ? then.length : null;
}

/** Backs up rows, and returns the name of the backup. */
export function keepBackup(env: Env, rows: Buffer): string {
  const name = digest(rows);
  const path = backupPath(env, name);
  // A backup of an older version may be incomplete.
  if (!existsSync(path) || digest(readFileSync(path)) !== name) putFile(path, rows);
  return name;
}

/** Keeps the first line of a new session, which is what opening it changes. */
export function keepHead(env: Env, lines: readonly string[]): string {
  return keepBackup(env, bytesOf(lines.slice(0, 1)));
}

function backupPath(env: Env, name: string): string {
  return join(stateFolder(env), "rows", `${name}.jsonl`);
}

/**
 * Reverts a write: the rows are what they were before it. With force, even if they have changed
 * since: then they are backed up first, and the path of that copy is returned.
 */
export function takeRowsBack(write: Write, force: boolean, env: Env): string | null {
  const { path, target } = write;
  const rows = rowsAt(path);
  const now = rows?.database.read(rows.path, rows.id);
  // The write never took effect, or its rows are already gone.
  if (!rows || !now) return null;
  const before = previous(write, env);
  const then = before ?? headOf(write, env);
  const isOurs = isOurState(rows.database, now, { then, sha256: target.sha256 });
  if (!isOurs && !force) {
    if (before && digest(bytesOf(before)) === digest(bytesOf(now))) return null;
    throw wentOn(path);
  }
  const copy = isOurs ? null : backupPath(env, keepBackup(env, bytesOf(now)));
  rows.database.replace(rows.path, rows.id, now, before);
  return copy;
}

/** The rows as they were written, but for what opening the session changes. */
function isOurState(
  database: Database,
  now: readonly string[],
  { then, sha256 }: { then: readonly string[] | null; sha256: string },
): boolean {
  const unopened = (then && database.unopened?.(now, then)) ?? now;
  return [now, unopened].some((lines) => digest(bytesOf(lines)) === sha256);
}

/** Are the rows at this place those that this write left? */
export function isAsWritten(write: Write, place: string, env: Env): boolean {
  const rows = rowsAt(place);
  const now = rows?.database.read(rows.path, rows.id);
  if (!rows || !now) return false;
  const then = write.action === "create" ? headOf(write, env) : null;
  return isOurState(rows.database, now, { then, sha256: write.target.sha256 });
}

/** Did a write of rows take effect? Either all of them exist, or none. */
export function rowsProgress(write: Write, env: Env): "done" | "not begun" | "unknown" {
  const rows = rowsAt(write.path);
  const now = rows?.database.read(rows.path, rows.id) ?? null;
  if (now !== null && digest(bytesOf(now)) === write.target.sha256) return "done";
  const before = previous(write, env);
  if (before === null || now === null) return before === now ? "not begun" : "unknown";
  return digest(bytesOf(before)) === digest(bytesOf(now)) ? "not begun" : "unknown";
}

/** The rows before a write; null for a new session. */
function previous({ action, backup, path }: Write, env: Env): string[] | null {
  if (action === "create") return null;
  const kept = backup === undefined ? "" : backupPath(env, backup);
  const bytes = existsSync(kept) ? readFileSync(kept) : null;
  if (bytes && digest(bytes) === backup) return linesIn(bytes);
  const why = bytes ? "damaged" : "missing";
  throw new SegueError("failed", `the backup of the session's rows is ${why}`, { where: path });
}

/** The first line of a new session as it was written; null if it was not kept. */
function headOf({ backup }: Write, env: Env): string[] | null {
  const kept = backup === undefined ? "" : backupPath(env, backup);
  return existsSync(kept) ? linesIn(readFileSync(kept)) : null;
}

function bytesOf(lines: readonly string[]): Buffer {
  return Buffer.from(lines.map((line) => `${line}\n`).join(""));
}

export function linesIn(bytes: Buffer): string[] {
  return bytes.toString("utf8").split("\n").slice(0, -1);
}

function digest(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
