/**
 * The store of Kiro CLI 3, which Kiro's editor shares since its version 1: `<hash of the folders>/<id>/` below
 * `~/.kiro/sessions`, with session.json and messages.jsonl. Sessions there are only read.
 */

import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { SegueError } from "../../errors.ts";
import { namesOf, statOf } from "../../io/files.ts";
import { array, isObject, string } from "../../session/json.ts";
import { shellWord } from "../../session/text.ts";
import type { Json, JsonObject } from "../../session/types.ts";
import { jsonAt } from "../shared/opened.ts";
import type { Found } from "../types.ts";
import { bytesAt, logLines, text } from "./files.ts";
import { isId } from "./place.ts";
import { isPayload } from "./records.ts";

/** The name of a folder of sessions: 16 hexadecimal digits, or that of sessions without a folder. */
const BUCKET = /^(?:[0-9a-f]{16}|_global)$/;
/** The transcripts of a session's subagents. */
const SUBAGENTS = "sub-executions";
/** What changes though nobody says anything, and what only lists show. */
const OF_A_RUN = new Set(
  `title titleSetByUser lastModifiedAt lastCheckpointId status description agentMode autopilot effortLevel
  contextFiles`.split(/\s+/),
);

/** `~/.kiro/sessions`, one of its folders, or that of a session's subagents. */
export function holdsKas(path: string): boolean {
  if (basename(path) === SUBAGENTS) return aboutKas(dirname(path)) !== null;
  return (
    BUCKET.test(basename(path)) &&
    namesIn(path).some((id) => existsSync(join(path, id, "session.json")))
  );
}

export function isFolder(path: string): boolean {
  return statOf(path)?.isDirectory() ?? false;
}

export function namesIn(folder: string): string[] {
  return namesOf(folder);
}

/** What session.json says; null if there is none, or it is damaged. */
function aboutKas(folder: string): JsonObject | null {
  const about = jsonAt(join(folder, "session.json"));
  return isObject(about) && typeof about.id === "string" ? about : null;
}

/** The session's lines; null where there is none. */
export function readKas(path: string, id: string): string[] | null {
  if (!isId(id)) return null;
  if (basename(path) === SUBAGENTS) return readSubagent(path, id);
  const folder = join(path, id);
  const log = join(folder, "messages.jsonl");
  const about = aboutKas(folder);
  if (about === null && !existsSync(join(folder, "session.json"))) return null;
  if (about === null) {
    // Kiro refuses it, too (CORRUPTED_DATA).
    throw new SegueError("unreadable", "what Kiro notes of this session is damaged", {
      where: join(folder, "session.json"),
      hint: `its messages may be whole: segue show ${shellWord(log)}`,
    });
  }
  const stable = Object.entries(about).filter(([key]) => !OF_A_RUN.has(key));
  return [headLine(Object.fromEntries(stable)), ...logLines(bytesAt(log), isPayload)];
}

function readSubagent(path: string, id: string): string[] | null {
  const about = aboutKas(dirname(path));
  const bytes = bytesAt(join(path, `${id}.jsonl`));
  if (about === null || bytes === null) return null;
  return [headLine(ofSubagent(about, id)), ...logLines(bytes, isPayload)];
}

/** Their transcripts have nothing of the kind. */
function ofSubagent(parent: JsonObject, id: string): JsonObject {
  const { id: parentSessionId = "", workspacePaths = [] } = parent;
  return { id, parentSessionId, workspacePaths, createdReason: "subagent" };
}

function headLine(metadata: JsonObject): string {
  return text({ metadata });
}

/** The sessions of a folder that `holdsKas`, or of all those in `~/.kiro/sessions`. */
export function findKas(root: string): Found[] {
  if (basename(root) === SUBAGENTS) return subagentsIn(root);
  if (BUCKET.test(basename(root))) return namesIn(root).flatMap((id) => foundIn(root, id));
  const buckets = namesIn(root).filter((name) => BUCKET.test(name));
  return buckets.flatMap((name) => findKas(join(root, name)));
}

function foundIn(bucket: string, id: string): Found[] {
  if (!isId(id)) return [];
  const folder = join(bucket, id);
  const info = statOf(join(folder, "messages.jsonl"));
  const about = aboutKas(folder);
  const isThere = about !== null || existsSync(join(folder, "session.json"));
  if (!info?.isFile() || info.size === 0 || !isThere) return [];
  const { mtimeMs: mtime, size: bytes, ino: inode } = info;
  const found: Found = { agent: "kiro", id, path: bucket, mtime, bytes, inode };
  const own = about === null ? found : { ...found, summary: shown(about, mtime) };
  return [own, ...subagentsIn(join(folder, SUBAGENTS))];
}

function subagentsIn(folder: string): Found[] {
  const parent = aboutKas(dirname(folder));
  if (parent === null) return [];
  return idsOf(folder).flatMap((id): Found[] => {
    const info = statOf(join(folder, `${id}.jsonl`));
    if (!info?.isFile() || info.size === 0) return [];
    const { mtimeMs: mtime, size: bytes, ino: inode } = info;
    const summary = shown(ofSubagent(parent, id), mtime);
    return [{ agent: "kiro", id, path: folder, mtime, bytes, inode, summary }];
  });
}

function idsOf(folder: string): string[] {
  return namesIn(folder).flatMap((name) => {
    const [, id = ""] = /^(.+)\.jsonl$/.exec(name) ?? [];
    return isId(id) ? [id] : [];
  });
}

function shown(about: JsonObject, mtime: number): NonNullable<Found["summary"]> {
  const said = (value: Json | undefined) => string(value) || null;
  return {
    title: titleIn(about),
    cwd: said(array(about.workspacePaths)[0]),
    model: said(about.modelId),
    createdAt: said(about.createdAt),
    updatedAt: new Date(mtime).toISOString(),
    messages: null,
    parent: said(about.parentSessionId),
  };
}

/** A session is called so until it has a title. */
const UNTITLED = "New Session";

function titleIn({ title }: JsonObject): string | null {
  return title === UNTITLED ? null : string(title) || null;
}

/** What the session is called; null for a subagent's. */
export function titleOfKas(path: string, id: string): string | null {
  const about = isId(id) && basename(path) !== SUBAGENTS ? aboutKas(join(path, id)) : null;
  return about === null ? null : titleIn(about);
}

/** The places of a session's subagents. */
export function subagentsOf(path: string, id: string): string[] {
  if (!isId(id) || basename(path) === SUBAGENTS) return [];
  const folder = join(path, id, SUBAGENTS);
  return idsOf(folder).map((one) => `${folder}#${one}`);
}

export function isSubagentPlace(path: string): boolean {
  return basename(path) === SUBAGENTS;
}

/** The place of the session that a file is one of several of; null for other files. */
export function wholeKas(file: string): string | null {
  const folder = dirname(file);
  const [, id] = /([^\\/]+)\.jsonl$/.exec(file) ?? [];
  if (basename(folder) === SUBAGENTS) {
    return id !== undefined && holdsKas(folder) ? `${folder}#${id}` : null;
  }
  const isOne = /[\\/](?:messages\.jsonl|session\.json)$/.test(file);
  const bucket = dirname(folder);
  return isOne && holdsKas(bucket) && aboutKas(folder) !== null
    ? `${bucket}#${basename(folder)}`
    : null;
}
