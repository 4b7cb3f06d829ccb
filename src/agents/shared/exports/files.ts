/** The files of an export of all of an account's conversations: a .zip, the unpacked folder, or one of its JSON files. */
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { atExit } from "../../../io/at-exit.ts";
import { bytesIn, headOf, openFile } from "../../../io/door.ts";
import { filesIn, isFolder } from "../../../io/files.ts";
import { readAt } from "../../../io/read-at.ts";
import { noteTemp } from "../../../io/temps.ts";
import { noteUnread } from "../../../io/unread.ts";
import { inZip, isZip, type Zipped } from "../../../io/zip.ts";
import { Elements, type Span } from "./elements.ts";

/** A file of conversations, once it can be read at any place. */
export interface Shard {
  name: string;
  spans: readonly Span[];
  at(span: Span): Buffer;
}

export interface ExportFiles {
  /** The names of the conversations' files, in their order. */
  shards: readonly string[];
  /** The first bytes of the first of them that has any conversation. */
  head(): Buffer;
  open(shard: string): Shard;
  /** Names of all other files, which may be attachments. */
  others(): readonly string[];
  /** One of these; null if it is larger than `most`, or gone. */
  other(name: string, most: number): Buffer | null;
}

const HEAD = 64 << 10;
const PIECE = 1 << 20;
/** Folders below an export that hold its attachments. */
const DEPTH = 4;

const SHARD = /^conversations(?:[-_]\d+)?\.json$/i;

/** What is at this path; null if it is nothing of the kind. */
export function exportAt(path: string): ExportFiles | null {
  const info = statSync(path, { throwIfNoEntry: false });
  if (info?.isDirectory()) return inFolder(path);
  if (!info?.isFile()) return null;
  if (/\.json$/i.test(path)) return oneFile(path);
  return isZip(headOf(path, 4)) ? inArchive(path) : null;
}

/** For a path that a user names. @throws SegueError if it is an archive that cannot be read. */
export function checkArchive(path: string): void {
  const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  if (isFile && isZip(headOf(path, 4))) inArchive(path)?.head();
}

/** Changes when what is there does; null if there is nothing. */
export function markOf(path: string): string | null {
  try {
    const info = statSync(path);
    const files = info.isDirectory()
      ? shardsIn(path).map((name) => statSync(join(path, name)))
      : [];
    return [info, ...files].map(({ mtimeMs, size, ino }) => `${mtimeMs} ${size} ${ino}`).join();
  } catch (error) {
    noteUnread(path, error);
    return null;
  }
}

/** A list without anything in it. */
const NOTHING = /^\uFEFF?\s*(?:\[\s*\]\s*)?$/;

function firstHead(shards: readonly string[], head: (shard: string) => Buffer): Buffer {
  for (const shard of shards) {
    const bytes = head(shard);
    if (!NOTHING.test(bytes.toString("utf8"))) return bytes;
  }
  return Buffer.alloc(0);
}

function inFolder(folder: string): ExportFiles | null {
  const shards = shardsIn(folder);
  return shards.length === 0 ? null : onDisk(folder, shards);
}

function shardsIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => SHARD.test(name))
    .sort(inOrder);
}

/** `conversations-2.json` comes before `conversations-10.json`. */
function inOrder(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}

function oneFile(path: string): ExportFiles {
  return onDisk(join(path, ".."), [basename(path)]);
}

function onDisk(folder: string, shards: readonly string[]): ExportFiles {
  return {
    shards,
    head: () => firstHead(shards, (name) => headOf(join(folder, name), HEAD)),
    open: (shard) => shardOf(shard, join(folder, shard)),
    others: () => filesIn(folder, DEPTH).map((file) => file.path),
    other: (path, most) => {
      const info = statSync(path, { throwIfNoEntry: false });
      return info?.isFile() && info.size <= most ? bytesIn(path) : null;
    },
  };
}

function inArchive(path: string): ExportFiles | null {
  const files = inZip(path, (zip) => zip.files).filter(({ name }) => !name.startsWith("__MACOSX/"));
  const named = new Map(files.map((file) => [file.name, file]));
  const shards = files
    .map(({ name }) => name)
    .filter((name) => SHARD.test(basename(name)))
    .sort(inOrder);
  const first = named.get(shards[0] ?? "");
  if (!first) return null;
  return {
    shards,
    head: () =>
      inZip(path, (zip) => firstHead(shards, (name) => zip.head(named.get(name) ?? first, HEAD))),
    open: (shard) => unpacked(path, named.get(shard) ?? first),
    others: () => [...named.keys()].filter((name) => !name.endsWith("/")),
    other: (name, most) => {
      const file = named.get(name);
      if (!file || file.size > most) return null;
      const pieces: Buffer[] = [];
      inZip(path, (zip) => zip.read(file, (piece) => pieces.push(Buffer.from(piece))));
      return Buffer.concat(pieces);
    },
  };
}

/** Archives can only be read from the beginning: what is in it is kept beside for as long as Segue runs. */
function unpacked(path: string, file: Zipped): Shard {
  const folder = scratch();
  const copy = join(folder, `${++copies}.json`);
  const fd = openSync(copy, "wx", 0o600);
  const elements = new Elements();
  try {
    inZip(path, (zip) =>
      zip.read(file, (piece) => {
        elements.push(piece);
        for (let done = 0; done < piece.length; ) done += writeSync(fd, piece, done);
      }),
    );
  } finally {
    closeSync(fd);
  }
  elements.end();
  return { name: file.name, spans: elements.spans, at: (span) => bytesAt(copy, span) };
}

let folder: string | null = null;
let copies = 0;

function scratch(): string {
  if (folder !== null && isFolder(folder)) return folder;
  const made = mkdtempSync(join(tmpdir(), "segue-export-"));
  folder = made;
  const forget = noteTemp(made, null);
  atExit(() => {
    rmSync(made, { recursive: true, force: true });
    forget();
  });
  return made;
}

function shardOf(name: string, path: string): Shard {
  const elements = new Elements();
  const { fd, size } = openFile(path);
  try {
    for (let at = 0; at < size; ) {
      const piece = readAt(fd, at, Math.min(PIECE, size - at));
      if (piece.length === 0) break;
      elements.push(piece);
      at += piece.length;
    }
  } finally {
    closeSync(fd);
  }
  elements.end();
  return { name, spans: elements.spans, at: (span) => bytesAt(path, span) };
}

function bytesAt(path: string, { from, bytes }: Span): Buffer {
  const { fd } = openFile(path);
  try {
    return readAt(fd, from, bytes);
  } finally {
    closeSync(fd);
  }
}
