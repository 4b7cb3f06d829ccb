/**
 * What an archive records of a session: which files it has, and of which chunks each consists. The
 * format is described in docs/archive.md. An archive may come from another machine: whatever is
 * read is checked.
 */
import { createHash } from "node:crypto";
import { array, isObject, member, number, string } from "../session/json.ts";
import type { Json } from "../session/types.ts";

const KEPT_SCHEMA = "segue/kept@1";

/** The state of a file or of a database's session: as long as it is the same, nothing is read. */
export interface State {
  /** Milliseconds since the epoch. */
  mtime: number;
  bytes: number;
  /** See `StoredFile` in io/files.ts; 0 if unknown. */
  inode: number;
}

export interface Chunk {
  /** SHA-256 of its bytes, in hexadecimal: its name. */
  sha256: string;
  bytes: number;
}

const ROLES = ["session", "rows", "subagent", "base", "beside"] as const;

/**
 * `session`: the session's own file. `rows`: of a database, as lines. `subagent`: a transcript of one.
 * `base`: a file whose records come before the session's. `beside`: anything else that is stored
 * with it.
 */
export type Role = (typeof ROLES)[number];

export interface KeptFile {
  role: Role;
  /** The path below the store's folder, with "/"; null for a file elsewhere. */
  name: string | null;
  /** Where it was: a path, or `path#id`. */
  place: string;
  bytes: number;
  /** Of the whole file. */
  sha256: string;
  /** Milliseconds since the epoch. */
  mtime: number;
  /** Permissions, such as 0o600; null for rows. */
  mode: number | null;
  state: State;
  chunks: Chunk[];
}

/** A session in an archive. */
export interface Kept {
  /** The name of the machine that keeps it. */
  machine: string;
  agent: string;
  /** The profile whose store it was in; null for the agent's own. */
  profile: string | null;
  id: string;
  /** Where it was: a path, or `path#id`. */
  place: string;
  /** The store's folder. */
  root: string;
  title: string | null;
  cwd: string | null;
  /** Milliseconds since the epoch. */
  mtime: number;
  /** ISO 8601. */
  keptAt: string;
  state: State;
  /** The session itself first. */
  files: KeptFile[];
}

/** The manifest's name without its ending: readable, and different for each place. */
export function nameOfKept(id: string, place: string): string {
  const readable = id.replace(/[^A-Za-z0-9_-]+/g, "-").slice(0, 80);
  const digest = createHash("sha256").update(place).digest("hex").slice(0, 12);
  return `${readable === "" ? "session" : readable}-${digest}`;
}

export function isSame(a: State, b: State): boolean {
  return a.mtime === b.mtime && a.bytes === b.bytes && a.inode === b.inode;
}

export function chunksOf({ files }: Kept): Chunk[] {
  return files.flatMap(({ chunks }) => chunks);
}

/** One chunk a line: it is also for people. */
export function textOfKept(kept: Kept): string {
  const { files, ...head } = kept;
  const lines = files.map(({ chunks, ...file }) => {
    const start = JSON.stringify(file).slice(0, -1);
    const each = chunks.map((chunk) => `\n    ${JSON.stringify(chunk)}`).join(",");
    return `\n  ${start},"chunks":[${each}]}`;
  });
  const start = JSON.stringify({ schema: KEPT_SCHEMA, ...head }).slice(0, -1);
  return `${start},"files":[${lines.join(",")}\n]}\n`;
}

/** null if it is no manifest, or damaged. */
export function readKept(text: string): Kept | null {
  let value: Json;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isObject(value) || value.schema !== KEPT_SCHEMA) return null;
  const [machine, agent, id] = [string(value.machine), string(value.agent), string(value.id)];
  const [place, root, keptAt] = [string(value.place), string(value.root), string(value.keptAt)];
  const [mtime, state] = [number(value.mtime), readState(value.state)];
  const files = array(value.files).map(readFile);
  if (machine === undefined || agent === undefined || id === undefined) return null;
  if (place === undefined || root === undefined || keptAt === undefined) return null;
  if (mtime === undefined || state === null || files.length === 0) return null;
  const [profile, title, cwd] = [value.profile, value.title, value.cwd].map(
    (each) => string(each) ?? null,
  );
  const whole = files.filter((file) => file !== null);
  if (whole.length < files.length) return null;
  const head = { machine, agent, profile: profile ?? null, id, place, root };
  return { ...head, title: title ?? null, cwd: cwd ?? null, mtime, keptAt, state, files: whole };
}

function readFile(value: Json): KeptFile | null {
  const role = ROLES.find((one) => one === member(value, "role"));
  const place = string(member(value, "place"));
  const [bytes, mtime] = [number(member(value, "bytes")), number(member(value, "mtime"))];
  const [sha256, state] = [digestIn(value), readState(member(value, "state"))];
  const chunks = array(member(value, "chunks")).map(readChunk);
  const whole = chunks.filter((chunk) => chunk !== null);
  if (role === undefined || place === undefined || bytes === undefined) return null;
  if (mtime === undefined || sha256 === null || state === null) return null;
  const sum = whole.reduce((size, chunk) => size + chunk.bytes, 0);
  if (whole.length < chunks.length || sum !== bytes) return null;
  const name = string(member(value, "name")) ?? null;
  const mode = number(member(value, "mode")) ?? null;
  return { role, name, place, bytes, sha256, mtime, mode, state, chunks: whole };
}

function readChunk(value: Json): Chunk | null {
  const [sha256, bytes] = [digestIn(value), number(member(value, "bytes"))];
  const isSize = bytes !== undefined && Number.isSafeInteger(bytes) && bytes > 0;
  return sha256 !== null && isSize ? { sha256, bytes } : null;
}

function readState(value: Json | undefined): State | null {
  const [mtime, bytes] = [number(member(value, "mtime")), number(member(value, "bytes"))];
  const inode = number(member(value, "inode"));
  if (mtime === undefined || bytes === undefined || inode === undefined) return null;
  return { mtime, bytes, inode };
}

function digestIn(value: Json): string | null {
  const digest = string(member(value, "sha256")) ?? "";
  return /^[0-9a-f]{64}$/.test(digest) ? digest : null;
}
