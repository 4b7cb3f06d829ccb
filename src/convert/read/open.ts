/**
 * Opens a session as lines, wherever it is stored: in a file, a JSON document, or rows of a
 * database.
 */

import { createHash } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { zstdDecompressSync } from "node:zlib";
import { agents } from "../../agents/registry.ts";
import type { Agent, Database } from "../../agents/types.ts";
import { SegueError } from "../../errors.ts";
import { bytesIn } from "../../io/door.ts";
import { Input, type Progress } from "../../io/input.ts";
import { rowPlace } from "../../io/row-place.ts";
import { formsOf, joinDocument, mayBeDocument, splitDocument } from "../../lossless/document.ts";

/** The path of a session in a database, written `path#id`. */
export interface Rows {
  agent: Agent;
  database: Database;
  path: string;
  id: string;
}

/** null for the path of a file. */
export function rowsAt(place: string): Rows | null {
  if (!place.includes("#") || existsSync(place)) return null;
  const { path, id } = rowPlace(place);
  const agent = databaseAt(path);
  const database = agent?.store.database;
  return agent && database ? { agent, database, path, id } : null;
}

/** The agent whose database is at this path. */
export function databaseAt(path: string): Agent | undefined {
  return agents.find(({ store }) => store.database?.holds(path));
}

/** Does a session exist there? */
export function isThere(place: string): boolean {
  const rows = rowsAt(place);
  return rows ? rows.database.read(rows.path, rows.id) !== null : existsSync(place);
}

export interface OpenOptions {
  /** A folder for the lines of anything that is not lines. */
  scratch: string;
  progress?: Progress | undefined;
  /** The user's name for it; null for stdin. */
  name?: string | null | undefined;
}

/** @throws SegueError if it cannot be read. */
export function openSession(place: string, { scratch, progress, name }: OpenOptions): Input {
  const called = name === undefined ? place : name;
  const rows = rowsAt(place);
  if (rows) {
    return new Input(spill(scratch, place, readRows(rows)), progress, called);
  }
  const input = new Input(place, progress, called);
  const lines = linesOf(input);
  if (!lines) return input;
  const isDocument = !isCompressed(input.read(0, ZSTD.length));
  input.close();
  return new Input(spill(scratch, place, lines), progress, called, isDocument);
}

/**
 * The same for a conversion from file to file: a session that is a document of its own is opened as
 * that document, so that it comes back as one.
 */
export function openFile(place: string, options: OpenOptions): Input {
  const rows = rowsAt(place);
  const file = rows?.database.file?.(rows.path, rows.id);
  const isOne = rows && file !== undefined && rows.database.read(rows.path, rows.id) !== null;
  if (!isOne) return openSession(place, options);
  const { name = place } = options;
  return openSession(file, { ...options, name });
}

/** @throws SegueError if it does not exist. */
function readRows({ agent, database, path, id }: Rows): Buffer {
  const lines = database.read(path, id);
  if (lines) return Buffer.from(lines.map((line) => `${line}\n`).join(""));
  throw new SegueError("not-found", `${agent.name} has no session "${id}" here`, {
    where: path,
    hint: `\`segue list --agent ${agent.id} --all\` lists them`,
  });
}

const FORMS = agents.flatMap(formsOf);

/** The first bytes of zstd output; Codex may compress its rollouts. */
const ZSTD = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/** The lines of a compressed file or of a document; null for a file of lines. */
export function linesOf(input: Input): Buffer | null {
  if (!isCompressed(input.read(0, ZSTD.length))) return documentLines(input);
  try {
    return zstdDecompressSync(input.read(0, input.size));
  } catch {
    throw new SegueError("unreadable", "the file is compressed, and damaged", {
      where: input.where,
    });
  }
}

export function isCompressed(head: Buffer): boolean {
  return head.subarray(0, ZSTD.length).equals(ZSTD);
}

/** The lines of a document; null for a file of lines. */
function documentLines(input: Input): Buffer | null {
  if (FORMS.length === 0 || !mayBeDocument(input.read(0, 64 << 10), input.size, FORMS)) return null;
  return splitDocument(input.read(0, input.size), FORMS);
}

/** The document that a file's lines represent, as written by Segue. */
export function documentOf(path: string): Buffer | null {
  return joinDocument(bytesIn(path, Number.POSITIVE_INFINITY), FORMS);
}

function spill(scratch: string, place: string, lines: Buffer): string {
  const name = createHash("sha256").update(place).digest("hex").slice(0, 16);
  const path = join(scratch, `lines-${name}`);
  writeFileSync(path, lines, { mode: 0o600 });
  return path;
}
