/**
 * The store of Kiro's editor before its version 1, in the folder of its extension `kiro.kiroagent`:
 * `workspace-sessions/<folder in base64>/<id>.json`, with `sessions.json` as the list of them; what was done for each
 * answer is in `<hash of the folder>/<hash>/<hash>`. Still older sessions are `<hash of the folder>/<hash>.chat`.
 * All of them are only read.
 */

import { createHash } from "node:crypto";
import { basename, dirname, join } from "node:path";
import { SegueError } from "../../errors.ts";
import { statOf } from "../../io/files.ts";
import { array, isObject, listOf, member, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";
import { jsonAt } from "../shared/opened.ts";
import type { Found } from "../types.ts";
import { executionsIn, linesOfExecution } from "./executions.ts";
import { text } from "./files.ts";
import { isFolder, namesIn } from "./kas.ts";
import { isId } from "./place.ts";
import { timeOf } from "./records.ts";

const SESSIONS = "workspace-sessions";
const LIST = "sessions.json";
/** What the editor keeps of itself with a session. */
const OF_A_RUN = new Set(
  `history config contextUsagePercentage autonomyMode defaultModelTitle selectedProfileId`.split(
    " ",
  ),
);

/** A folder of `workspace-sessions`, or one with `.chat` documents. */
export function holdsEditor(path: string): boolean {
  if (basename(dirname(path)) === SESSIONS) return isFolder(path);
  return isChats(path);
}

/** The hash of a folder is the beginning of its SHA-256. */
function isChats(path: string): boolean {
  return /^[0-9a-f]{32}$/.test(basename(path)) && namesIn(path).some((name) => isChat(name));
}

function isChat(name: string): boolean {
  return name.endsWith(".chat");
}

/** The session's lines; null where there is none. */
export function readEditor(path: string, id: string): string[] | null {
  if (!isId(id)) return null;
  return isChats(path) ? readChat(path, id) : readSession(path, id);
}

function readSession(path: string, id: string): string[] | null {
  const file = join(path, `${id}.json`);
  if (!isFile(file) || basename(file) === LIST) return null;
  const document = documentAt(file);
  const stable = Object.entries(document).filter(([key]) => !OF_A_RUN.has(key));
  const listed = listedIn(path).find((one) => one.sessionId === id) ?? {};
  const head: JsonObject = { ...listed, ...Object.fromEntries(stable), sessionId: id };
  const folder = folderOf(head, path);
  const find = executionsIn(dirname(dirname(path)), folder === null ? null : hashOf(folder), id);
  const entries = listOf(document.history).flatMap((entry) => [
    ...idsIn(entry).flatMap((execution) => linesOfExecution(execution, find)),
    text({ entry: isObject(entry) ? entry : { message: entry } }),
  ]);
  return [text({ editor: { ...head, workspaceDirectory: folder } }), ...entries];
}

/** @throws SegueError if it is damaged */
function documentAt(file: string): JsonObject {
  const document = jsonAt(file);
  if (isObject(document)) return document;
  throw new SegueError("unreadable", "this session of Kiro's editor is damaged", { where: file });
}

/** The executions that an answer stands for: its own, or those that its content names. */
function idsIn(entry: Json): string[] {
  const message = member(entry, "message");
  if (member(message, "role") !== "assistant") return [];
  const named = array(member(message, "content")).flatMap((block) =>
    member(block, "type") === "executionLog" ? [string(member(block, "text")) ?? ""] : [],
  );
  const own = string(member(entry, "executionId")) ?? "";
  return [...new Set([own, ...named])].filter((id) => id !== "");
}

function listedIn(path: string): JsonObject[] {
  return array(jsonAt(join(path, LIST))).filter(isObject);
}

/** What the session says, or else the name of the folder that it is in. */
function folderOf(about: JsonObject, path: string): string | null {
  const said = string(about.workspaceDirectory) || string(about.workspacePath);
  return said || decoded(basename(path));
}

/** Base64 for URLs; `_` stands for its padding as well. */
function decoded(name: string): string | null {
  const bytes = Buffer.from(name.replace(/_+$/, ""), "base64url");
  const folder = bytes.toString("utf8");
  const isPath = /^(?:\/|[A-Za-z]:[\\/]|\\\\)/.test(folder) && !folder.includes("\ufffd");
  return isPath ? folder : null;
}

function hashOf(folder: string): string {
  return createHash("sha256").update(folder).digest("hex").slice(0, 32);
}

/** The document without its messages, and each of them. */
function readChat(path: string, id: string): string[] | null {
  const file = join(path, `${id}.chat`);
  if (!isFile(file)) return null;
  const { chat, ...about } = documentAt(file);
  const head: JsonObject = { ...about, sessionId: id, workspaceDirectory: folderOfHash(path) };
  const spoken = listOf(chat).map((one) =>
    text({ spoken: isObject(one) ? one : { role: "bot", content: one } }),
  );
  return [text({ chat: head }), ...spoken];
}

/** Documents name no folder: that of one of the newer sessions may have this hash. */
function folderOfHash(path: string): string | null {
  const sessions = join(dirname(path), SESSIONS);
  for (const name of namesIn(sessions)) {
    const listed = listedIn(join(sessions, name)).map((one) => folderOf(one, name));
    const found = [...listed, decoded(name)].find(
      (folder) => folder !== null && hashOf(folder) === basename(path),
    );
    if (found) return found;
  }
  return null;
}

/** The sessions of a folder that `holdsEditor`, or of all those of the extension. */
export function findEditor(root: string): Found[] {
  if (basename(dirname(root)) === SESSIONS) return sessionsOf(root);
  if (isChats(root)) return chatsIn(root);
  const sessions = join(root, SESSIONS);
  const chats = namesIn(root).filter((name) => isChats(join(root, name)));
  return [
    ...namesIn(sessions).flatMap((name) => sessionsOf(join(sessions, name))),
    ...chats.flatMap((name) => chatsIn(join(root, name))),
  ];
}

function sessionsOf(path: string): Found[] {
  const listed = new Map(listedIn(path).map((one) => [string(one.sessionId) ?? "", one]));
  return namesIn(path).flatMap((name): Found[] => {
    const [, id = ""] = /^(.+)\.json$/.exec(name) ?? [];
    if (!isId(id) || name === LIST) return [];
    const found = foundAt(path, name, id);
    if (found === null) return [];
    const about = listed.get(id) ?? {};
    const summary = shown(about, folderOf(about, path), found.mtime);
    return [{ ...found, summary }];
  });
}

function foundAt(path: string, name: string, id: string): Found | null {
  const info = statOf(join(path, name));
  if (!info?.isFile() || info.size === 0) return null;
  const { mtimeMs: mtime, size: bytes, ino: inode } = info;
  return { agent: "kiro", id, path, mtime, bytes, inode };
}

function shown(
  about: JsonObject,
  cwd: string | null,
  mtime: number,
): NonNullable<Found["summary"]> {
  return {
    title: string(about.title) || null,
    cwd,
    model: string(member(about.metadata, "modelId")) ?? null,
    createdAt: timeOf(about.dateCreated ?? member(about.metadata, "startTime")),
    updatedAt: new Date(mtime).toISOString(),
    messages: null,
    parent: null,
  };
}

/** The documents of one run have ever more of the same messages: the one with the most counts. */
function chatsIn(path: string): Found[] {
  const cwd = folderOfHash(path);
  const longest = new Map<string, { found: Found; count: number }>();
  for (const name of namesIn(path).filter(isChat)) {
    const id = name.slice(0, -".chat".length);
    const found = isId(id) ? foundAt(path, name, id) : null;
    if (found === null) continue;
    const document = jsonAt(join(path, name));
    const count = array(member(document, "chat")).length;
    const run = string(member(member(document, "metadata"), "workflowId")) ?? name;
    const about = isObject(document) ? document : null;
    // Damaged: reading it says so.
    const own = about === null ? found : { ...found, summary: shown(about, cwd, found.mtime) };
    if (count >= (longest.get(run)?.count ?? 0)) longest.set(run, { found: own, count });
  }
  return [...longest.values()].map(({ found }) => found);
}

export function titleOfEditor(path: string, id: string): string | null {
  return string(listedIn(path).find((one) => one.sessionId === id)?.title) || null;
}

/** The place of the session in a file; null for other files. */
export function wholeEditor(file: string): string | null {
  const [, id = "", form] = /([^\\/]+)\.(json|chat)$/.exec(file) ?? [];
  const folder = dirname(file);
  const isOne = form === "chat" ? isChats(folder) : basename(dirname(folder)) === SESSIONS;
  return isOne && isId(id) && basename(file) !== LIST ? `${folder}#${id}` : null;
}

function isFile(path: string): boolean {
  return statOf(path)?.isFile() ?? false;
}
