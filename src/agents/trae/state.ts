/**
 * Trae's sessions in the states of its editor: one value has all sessions of a workspace, each with its messages.
 * Newer versions leave the messages out, which are then in an encrypted database.
 */

import { basename, dirname, join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { statOf } from "../../io/files.ts";
import { readOr } from "../../io/unread.ts";
import { parseValue } from "../../lossless/json-text.ts";
import { isObject, listOf, member, number, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";
import { holdsIn, reading, tablesOf } from "../shared/sqlite.ts";
import { STATE, textOf, workspaceFolder, workspacesOf } from "../shared/state.ts";
import type { Found } from "../types.ts";
import { timeOf, titleOf } from "./records.ts";

const AGENT = "memento/icube-ai-agent-storage";
/** Before that, under names that end in a number. */
const OLDER = ["memento/icube-ai-ng-chat-storage", "memento/icube-ai-chat-storage"];

/** `.` is the next character after `-`. */
const KEYS = ["key = ?", ...OLDER.map(() => "key = ? OR (key > ? AND key < ?)")].join(" OR ");
const NAMES = [AGENT, ...OLDER.flatMap((name) => [name, `${name}-`, `${name}.`])];

/** Is it a state with sessions of Trae's? Every editor of this family has states of this name. */
export function holdsSessions(path: string): boolean {
  if (basename(path) !== STATE || tablesOf(path)?.has("ItemTable") !== true) return false;
  const sql = `SELECT 1 FROM ItemTable WHERE ${KEYS} LIMIT 1`;
  return holdsIn(path, (db) => db.prepare(sql).get(...NAMES) !== undefined);
}

/** The sessions in which something was said; of several with one id, the one with the most messages. */
function sessionsIn(db: DatabaseSync): JsonObject[] {
  const rows = db.prepare(`SELECT value FROM ItemTable WHERE ${KEYS} ORDER BY key`).all(...NAMES);
  const found = new Map<string, JsonObject>();
  for (const { value } of rows) {
    const stored = parseValue(textOf(value) ?? "null") ?? null;
    for (const one of listOf(isObject(stored) ? stored.list : stored).filter(isObject)) {
      // Another reader found `id` in its place.
      const session = { ...one, sessionId: one.sessionId ?? one.id ?? null };
      const id = string(session.sessionId)?.trim() ?? "";
      const before = found.get(id);
      if (id === "" || lengthOf(session) <= (before ? lengthOf(before) : 0)) continue;
      found.set(id, session);
    }
  }
  return [...found.values()];
}

function lengthOf(session: JsonObject): number {
  return listOf(session.messages).length;
}

/** The lines of a session; null if there is none of this id. */
export function readState(path: string, id: string): string[] | null {
  return reading(path, (db) => {
    const session = sessionsIn(db).find(({ sessionId }) => string(sessionId)?.trim() === id);
    if (session === undefined) return null;
    const { messages, ...traeSession } = session;
    const folder = folderOfState(path);
    const head = folder === null ? { traeSession } : { traeSession, folder };
    const said = inTurns(listOf(messages)).map((traeMessage) => ({ traeMessage }));
    return [head, ...said].map((line) => JSON.stringify(line));
  });
}

/** Their turns are numbered, and their times cannot be relied upon. */
function inTurns(messages: readonly Json[]): Json[] {
  const turns = messages.map((message) => number(member(message, "turnIndex")));
  if (turns.includes(undefined)) return [...messages];
  return messages
    .map((message, n) => ({ message, turn: turns[n] ?? 0 }))
    .sort((a, b) => a.turn - b.turn)
    .map(({ message }) => message);
}

/** The state of no workspace is the user's, in `globalStorage`. */
function folderOfState(path: string): string | null {
  return workspaceFolder(dirname(path));
}

/** The sessions in the states of a user. */
export function findIn(user: string): Found[] {
  const global = join(user, "globalStorage", STATE);
  const states = [global, ...workspacesOf(user).map(({ state }) => state)];
  const found = new Map<string, Found>();
  for (const one of states.filter(holdsSessions).flatMap(findState)) {
    const before = found.get(one.id);
    if ((one.summary?.messages ?? 0) > (before?.summary?.messages ?? 0)) found.set(one.id, one);
  }
  return [...found.values()];
}

export function findState(path: string): Found[] {
  const cwd = folderOfState(path);
  const sessions = readOr(path, [], () => reading(path, sessionsIn));
  return sessions.map((session) => foundOf(path, session, cwd));
}

function foundOf(path: string, session: JsonObject, cwd: string | null): Found {
  const createdAt = timeOf(session.createdAt);
  const updatedAt = timeOf(session.updatedAt) ?? createdAt;
  return {
    agent: "trae",
    id: string(session.sessionId)?.trim() ?? "",
    path,
    mtime: Date.parse(updatedAt ?? "") || (statOf(path)?.mtimeMs ?? 0),
    bytes: 0,
    summary: {
      title: titleOf(session),
      cwd,
      model: string(session.model) || null,
      createdAt,
      updatedAt,
      messages: lengthOf(session),
      parent: string(session.parentSessionId) || null,
    },
  };
}
