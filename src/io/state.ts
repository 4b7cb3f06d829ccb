/** Segue's own folder: carries, and the journal of its writes. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { textIn } from "./door.ts";
import { type Host, hostOf } from "./host.ts";
import { Input } from "./input.ts";
import { makeFolders } from "./made.ts";
import { Output } from "./output.ts";
import { type Holder, isHolder, thisProcess } from "./process.ts";

export type Env = NodeJS.ProcessEnv;

const CHUNK = 1 << 20;

/** A carry's name: the digest of its content. */
const NAME = /^[0-9a-f]{64}$/;

/** SEGUE_HOME, else segue/ in the XDG state folder; on Windows, in the local application data. */
export function stateFolder(env: Env, { platform, path, home } = hostOf(env)): string {
  if (env.SEGUE_HOME) return env.SEGUE_HOME;
  const state = path.join(home, ".local", "state");
  const own = platform === "win32" ? env.LOCALAPPDATA || state : state;
  return path.join(env.XDG_STATE_HOME || own, "segue");
}

/** The user's config file; see `stateFolder`. */
export function configFile(env: Env, { platform, path, home }: Host = hostOf(env)): string {
  if (env.SEGUE_HOME) return path.join(env.SEGUE_HOME, "config.yml");
  const config = path.join(home, ".config");
  const own = platform === "win32" ? env.APPDATA || config : config;
  return path.join(env.XDG_CONFIG_HOME || own, "segue", "config.yml");
}

/** A path for a carry that is being written; `keepCarry` stores it under its digest. */
export function newCarry(env: Env): Output {
  const folder = join(stateFolder(env), "carry");
  makeFolders(folder);
  return new Output(join(folder, "new"));
}

/** Stores a carry under the digest of its content, which is its name from then on. */
export function keepCarry(env: Env, carry: Output): string {
  const name = carry.sha256;
  if (existsSync(carryPath(env, name))) carry.discard();
  else carry.commitAs(carryPath(env, name));
  return name;
}

export function carryPath(env: Env, name: string): string {
  return join(stateFolder(env), "carry", `${name}.segue`);
}

/** Removes a carry that is no longer used. */
export function dropCarry(env: Env, name: string): void {
  if (NAME.test(name)) rmSync(carryPath(env, name), { force: true });
}

/** What is being written now, or was when a process ended: see unfinished.ts. */
export function unfinishedIn(env: Env): string[] {
  try {
    return readdirSync(pendingFolder(env)).filter((name) =>
      /^(?:\d+|new-[0-9a-f]{32})$/.test(name),
    );
  } catch {
    return [];
  }
}

function pendingFolder(env: Env): string {
  return join(stateFolder(env), "pending");
}

/** What is being appended to a session, for as long as it may be interrupted. */
export function pendingPath(env: Env, n: number | string): string {
  return join(pendingFolder(env), String(n));
}

/** Keeps what `from` contains beyond its first `before` bytes until the append is complete. */
export function keepPending(env: Env, n: number, from: string, before: number): void {
  const out = new Output(pendingPath(env, n));
  const input = new Input(from);
  try {
    for (let at = before; at < input.size; at += CHUNK) {
      out.write(input.read(at, Math.min(CHUNK, input.size - at)));
    }
    out.commit({ replace: true });
  } finally {
    input.close();
  }
}

export function dropPending(env: Env, n: number): void {
  rmSync(pendingPath(env, n), { force: true });
}

/**
 * A mark that exists while a session is written or undone. For a new session, it also distinguishes
 * one that does not exist yet, or no longer exists, from one that was moved away.
 */
export function begunPath(env: Env, path: string): string {
  const name = createHash("sha256").update(path).digest("hex").slice(0, 32);
  return pendingPath(env, `new-${name}`);
}

/** The process that is working on it, and the number of the last write before. */
interface Begun extends Holder {
  after: number;
}

export function markBegun(env: Env, path: string, after: number): void {
  const mark = begunPath(env, path);
  const begun: Begun = { ...thisProcess(), after };
  makeFolders(dirname(mark));
  writeFileSync(mark, JSON.stringify(begun), { mode: 0o600 });
}

/** null for an incomplete mark, as older versions may leave. */
export function readBegun(mark: string): Begun | null {
  try {
    const value: unknown = JSON.parse(textIn(mark, 4096));
    return isHolder(value) && "after" in value && typeof value.after === "number"
      ? { ...value, after: value.after }
      : null;
  } catch {
    return null;
  }
}

export function dropBegun(env: Env, path: string): void {
  rmSync(begunPath(env, path), { force: true });
}

export function isBegun(env: Env, path: string): boolean {
  return existsSync(begunPath(env, path));
}

/** Copies a file to Segue's folder before it is changed by force. Returns the path of the copy. */
export function keepCopy(env: Env, path: string): string {
  const folder = join(stateFolder(env), "kept");
  makeFolders(folder);
  const stamp = new Date().toISOString().replace(/[:.]/g, "-");
  const copy = join(folder, `${stamp}-${basename(path)}`);
  const out = new Output(copy);
  const input = new Input(path);
  try {
    for (const chunk of input.chunks()) out.write(Buffer.from(chunk));
  } finally {
    input.close();
  }
  out.commit();
  return copy;
}

/** The carry with that name, or null if it is gone or its content does not match its name. */
export function readCarry(env: Env, name: string): Input | null {
  const path = carryPath(env, name);
  if (!NAME.test(name) || !existsSync(path)) return null;
  const input = new Input(path);
  if (input.sha256() === name) return input;
  input.close();
  return null;
}

/** The variable for a setting: `agents.claude-code.store` → `SEGUE_AGENTS_CLAUDE_CODE_STORE`. */
export function variableFor(name: string): string {
  return `SEGUE_${name.replace(/[^A-Za-z0-9]/g, "_").toUpperCase()}`;
}
