/**
 * Locks between Segue's own processes: one file per lock, in Segue's folder, created exclusively,
 * which also works on network file systems. It names its owner, so that the lock of a dead process
 * is recognized and taken over.
 */
import { createHash, randomBytes } from "node:crypto";
import { linkSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SegueError } from "../errors.ts";
import { textIn } from "./door.ts";
import { makeFolders } from "./made.ts";
import { type Holder, isDead, isRunning, thisProcess } from "./process.ts";
import { type Env, stateFolder } from "./state.ts";

/** How long to wait for another process's lock, in milliseconds: far longer than a write takes. */
const PATIENCE_MS = 15_000;
const AGAIN_MS = 20;

interface Locked extends Holder {
  /** Different for each lock that is taken. */
  token: string;
}

/** The locks that this process holds: it does not wait for its own locks. */
const held = new Set<string>();

/**
 * Runs `use` while no other process holds the lock with this name.
 * @throws SegueError `refused` if another process keeps it.
 */
export function withLock<T>(env: Env, name: string, use: () => T): T {
  const path = lockPath(env, name);
  if (held.has(path)) return use();
  const token = take(path, name);
  held.add(path);
  try {
    return use();
  } finally {
    held.delete(path);
    if (holderOf(path)?.token === token) rmSync(path, { force: true });
  }
}

function lockPath(env: Env, name: string): string {
  const folder = locksFolder(env);
  makeFolders(folder);
  return join(folder, lockName(name));
}

function locksFolder(env: Env): string {
  return join(stateFolder(env), "locks");
}

function lockName(name: string): string {
  return `${createHash("sha256").update(name).digest("hex").slice(0, 32)}.lock`;
}

function take(path: string, name: string): string {
  const token = randomBytes(8).toString("hex");
  const me: Locked = { ...thisProcess(), token };
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    if (claim(path, me)) return token;
    const holder = holderOf(path);
    if (holder && isDead(holder)) removeStale(path, holder);
    else if (Date.now() > deadline) throw busy(path, name, holder);
    else pause(AGAIN_MS);
  }
}

/** The lock exists with its content, or not at all. */
function claim(path: string, me: Locked): boolean {
  const aside = `${path}.${process.pid}-${me.token}`;
  writeFileSync(aside, JSON.stringify(me), { flag: "wx", mode: 0o600 });
  try {
    linkSync(aside, path);
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    // No hard links here (FAT, some network file systems).
    return claimDirectly(path, me);
  } finally {
    rmSync(aside, { force: true });
  }
}

function claimDirectly(path: string, me: Locked): boolean {
  try {
    writeFileSync(path, JSON.stringify(me), { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    throw error;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

/** null while it is being created, if it is gone, and if it is damaged. */
function holderOf(path: string): Locked | null {
  try {
    const value: unknown = JSON.parse(textIn(path, 4096));
    return isHolder(value) ? value : null;
  } catch {
    return null;
  }
}

function isHolder(value: unknown): value is Locked {
  if (typeof value !== "object" || value === null) return false;
  return "pid" in value && "started" in value && "host" in value && "token" in value;
}

/**
 * Moves a dead process's lock away. If another process was faster and holds the lock by now, it
 * gets it back.
 */
function removeStale(path: string, { token }: Locked): void {
  const aside = `${path}.${process.pid}-${randomBytes(4).toString("hex")}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  const taken = holderOf(aside);
  if (taken && taken.token !== token) claimDirectly(path, taken);
  rmSync(aside, { force: true });
}

/** Removes locks that dead processes held, or were about to take. */
export function removeStaleLocks(env: Env): void {
  const folder = locksFolder(env);
  for (const name of namesIn(folder)) {
    const [, pid] = /^[0-9a-f]{32}\.lock(?:\.(\d+)-[0-9a-f]+)?$/.exec(name) ?? [];
    const path = join(folder, name);
    const holder = holderOf(path);
    if (pid === undefined) {
      if (holder && isDead(holder)) removeStale(path, holder);
    }
    // An incomplete file does not contain its owner, but its name does. If that is a process of
    // another machine, it takes its lock without it.
    else if (holder ? isDead(holder) : !isRunning(Number(pid))) rmSync(path, { force: true });
  }
}

/** Does a live process hold the lock with this name? */
export function isLocked(env: Env, name: string): boolean {
  const path = join(locksFolder(env), lockName(name));
  const holder = holderOf(path);
  return holder !== null && !isDead(holder);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Waits, and does nothing else. */
export function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

function busy(path: string, name: string, holder: Locked | null): SegueError {
  const who = holder === null ? "another process" : `process ${holder.pid} on ${holder.host}`;
  return new SegueError("refused", `${who} is writing here`, {
    where: name,
    hint: `try again when it has finished; if that process is no longer running, delete ${path}`,
  });
}
