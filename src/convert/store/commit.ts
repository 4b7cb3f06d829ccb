/**
 * How a prepared session takes effect: under a lock, marked as begun, and first recorded in the
 * journal.
 */

import { existsSync, readFileSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { nameOf, whoseOf } from "../../agents/profile.ts";
import type { Database } from "../../agents/types.ts";
import { Overtaken, SegueError } from "../../errors.ts";
import { appendTail, isAs } from "../../io/append.ts";
import { addEntry, type NotedEntry, noteEntry, removeEntry } from "../../io/index-entry.ts";
import { Input } from "../../io/input.ts";
import type { Side, Write } from "../../io/journal.ts";
import { withLock } from "../../io/lock.ts";
import { removeEmptyFolders } from "../../io/made.ts";
import type { Companion } from "../../io/output.ts";
import { exists, Output } from "../../io/output.ts";
import { rowPlace } from "../../io/row-place.ts";
import {
  dropBegun,
  dropCarry,
  dropPending,
  type Env,
  isBegun,
  keepCarry,
  keepPending,
  markBegun,
} from "../../io/state.ts";
import type { Header } from "../../session/types.ts";
import { isThere, rowsAt } from "../read/open.ts";
import { type Copy, notedOf, outputsFor } from "./beside.ts";
import type { Context } from "./context.ts";
import {
  appendRows,
  copyRows,
  exchangeRows,
  keepBackup,
  keepHead,
  linesIn,
  rowsNow,
  writeRows,
} from "./rows.ts";

export function create(
  context: Context,
  out: Output,
  source: Side,
  header: Header,
  path: string,
  carryOut: Output | null,
  beside: readonly Copy[] = [],
): void {
  const { env } = context.options;
  const handedOver = `${source.agent} ${source.id} to ${nameOf(context.target.agent)}`;
  withLock(env, handedOver, () => {
    refuseOvertaken(context, source);
    withCarry(context, carryOut, (carry) =>
      withLock(env, path, () => {
        // In a database, nothing else prevents two processes from writing the same session.
        if (isThere(path)) throw exists(path);
        marked(context, path, () => write(context, out, { source, header, path, carry, beside }));
      }),
    );
  });
}

/**
 * Since this handover was prepared, another process may have written the same session: under the
 * same path, which `exists` refuses, or under a different one, if the first path was already taken
 * when this process looked for a free one.
 */
function refuseOvertaken(context: Context, source: Side): void {
  const { options, journal, target, startedAfter, unfinished } = context;
  if (options.fork || options.along) return;
  const other = journal
    .wentTo(source, whoseOf(target.agent))
    .find(
      (write) =>
        write.action === "create" &&
        (write.n > startedAfter || unfinished.has(write.n)) &&
        write.source.sha256 === source.sha256 &&
        isThere(write.path) &&
        !isBegun(options.env, write.path),
    );
  if (other) {
    throw new Overtaken("another Segue has just handed this session over", { where: other.path });
  }
}

/** Stores the carry first; a failed write leaves none behind. */
export function withCarry(
  context: Context,
  carryOut: Output | null,
  work: (carry: string | null) => void,
): void {
  const { env } = context.options;
  const carry = carryOut && keepCarry(env, carryOut);
  try {
    work(carry);
  } catch (error) {
    const isNeeded = context.journal.writes().some((other) => other.carry === carry);
    if (carry !== null && !isNeeded) dropCarry(env, carry);
    throw error;
  }
}

/**
 * Until it is done or the journal has forgotten it, the next process may have to clean up: see
 * unfinished.ts.
 */
export function marked(context: Context, path: string, work: () => void): void {
  const { env } = context.options;
  const last = context.journal.last;
  markBegun(env, path, last);
  try {
    work();
  } catch (error) {
    const isNoted = context.journal.writes().some((one) => one.n > last && one.path === path);
    if (!isNoted) dropBegun(env, path);
    throw error;
  }
  dropBegun(env, path);
}

interface New {
  source: Side;
  header: Header;
  path: string;
  carry: string | null;
  /** What is stored beside it, to be copied. */
  beside: readonly Copy[];
}

function write(context: Context, out: Output, { source, header, path, carry, beside }: New): void {
  const { agent, root, command } = context.target;
  const { bytes, sha256 } = out;
  const target: Side = { ...whoseOf(agent), id: header.id, path, bytes, sha256 };
  const entries = (agent.store.entries?.(root, path, header) ?? []).map(noteEntry);
  const noted = entries.length > 0 ? { entries } : {};
  const write = { action: "create", path, before: 0, source, target, carry, ...noted } as const;
  if (agent.store.database) {
    const lines = linesIn(readFileSync(out.temp));
    const { scratch, env } = context.options;
    const cwd = header.cwd ?? process.cwd();
    const { database } = agent.store;
    const kept = database.unopened ? { backup: keepHead(env, lines) } : {};
    const written = context.journal.add({ ...write, ...kept, madeFolder: null });
    try {
      const rows = { place: path, agent, lines, command, cwd, scratch, env };
      const isCopy = source.agent === agent.id && source.id === header.id && rowsAt(source.path);
      if (isCopy) copyRows(source.path, rows);
      else writeRows(rows);
      addAll(env, entries, () => takeRowsAway(database, path, lines));
    } catch (error) {
      if (!isThere(path)) context.journal.forget(written);
      throw error;
    }
    out.discard();
    return;
  }
  const { madeFolder } = out;
  const wanted = agent.store.companions?.(root, path, header) ?? [];
  const copied = outputsFor(beside);
  const isNew = ({ path: file }: Companion): boolean =>
    !existsSync(file) && !beside.some(({ to }) => to === file);
  const outputs = [...copied, ...wanted.filter(isNew).map(companionOutput)];
  const written = context.journal.add({ ...write, madeFolder, ...notedOf(outputs) });
  const done: Output[] = [];
  try {
    for (const one of [...outputs, out]) {
      one.commit();
      done.push(one);
    }
    addAll(context.options.env, entries, () => {});
  } catch (error) {
    takeAway([...outputs, out], done);
    context.journal.forget(written);
    throw error;
  }
}

/** Adds the entries of a session that was written. If that fails, the session is removed as well. */
function addAll(env: Env, entries: readonly NotedEntry[], takeBack: () => void): void {
  try {
    for (const entry of entries) withLock(env, entry.path, () => addEntry(entry));
  } catch (error) {
    for (const entry of entries) withLock(env, entry.path, () => removeEntry(entry));
    takeBack();
    throw error;
  }
}

function takeRowsAway(database: Database, place: string, lines: readonly string[]): void {
  const { path, id } = rowPlace(place);
  database.replace(path, id, lines, null);
}

/** The journal lists it before it takes effect, and no longer if it did not. */
export function addLines(context: Context, write: Omit<Write, "n" | "time">, out: Output): void {
  const { env } = context.options;
  const { path, before: bytes } = write;
  const before = { bytes, sha256: digestOf(out.temp, bytes) };
  const written = context.journal.add({ ...write, beforeSha256: before.sha256 });
  const { n } = written;
  try {
    keepPending(env, n, out.temp, bytes);
    appendTail(path, before, out.temp);
  } catch (error) {
    if (isRefusal(error) || isAs(path, before)) {
      context.journal.forget(written);
      dropPending(env, n);
    }
    throw error;
  }
  dropPending(env, n);
}

export function addRows(context: Context, write: Omit<Write, "n" | "time">, out: Output): void {
  const after = readFileSync(out.temp);
  const backup = keepBackup(context.options.env, after.subarray(0, write.before));
  const written = context.journal.add({ ...write, backup });
  try {
    appendRows(write.path, write.before, after);
  } catch (error) {
    // A database takes all of it, or nothing.
    context.journal.forget(written);
    throw error;
  }
  out.discard();
}

/** All rows of a session that has continued elsewhere; they must be those with this digest. */
export function changeRows(
  context: Context,
  write: Omit<Write, "n" | "time">,
  then: string,
  out: Output,
): void {
  const backup = keepBackup(context.options.env, rowsNow(write.path));
  const written = context.journal.add({ ...write, backup });
  try {
    exchangeRows(write.path, then, readFileSync(out.temp));
  } catch (error) {
    context.journal.forget(written);
    throw error;
  }
  out.discard();
}

/** A refused write has not taken effect. */
function isRefusal(error: unknown): boolean {
  return error instanceof SegueError && error.kind !== "failed";
}

function digestOf(path: string, end: number): string {
  const input = new Input(path);
  try {
    return input.sha256(end);
  } finally {
    input.close();
  }
}

/** Of files to be written together, those that were written and those that were not. */
function takeAway(all: readonly Output[], done: readonly Output[]): void {
  for (const one of all) {
    if (done.includes(one)) rmSync(one.path, { force: true });
    else one.discard();
  }
  for (const { path, madeFolder } of all) removeEmptyFolders(dirname(path), madeFolder);
}

function companionOutput({ path, text }: Companion): Output {
  const out = new Output(path);
  out.write(text);
  out.sync();
  return out;
}
