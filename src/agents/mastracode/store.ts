/** Where Mastra Code keeps its sessions: in one database for all folders. */

import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { type Host, hostOf } from "../../io/host.ts";
import { rowPlace } from "../../io/row-place.ts";
import { parseValue } from "../../lossless/json-text.ts";
import { isObject, member, string } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";
import { allRows, type Row, reading, sessionsIn } from "../shared/sqlite.ts";
import type { Found, Store } from "../types.ts";
import { database, holds } from "./database.ts";
import { databaseIn } from "./place.ts";
import { projectOf } from "./project.ts";
import { isoTime } from "./records.ts";

export const store: Store = {
  variables: ["MASTRA_DB_PATH", "MASTRA_APP_DATA_DIR"],

  roots(env, host = hostOf(env)) {
    const { path } = host;
    if (env.MASTRA_DB_PATH) return [path.resolve(env.MASTRA_DB_PATH)];
    if (env.MASTRA_APP_DATA_DIR) return [path.resolve(env.MASTRA_APP_DATA_DIR)];
    return [path.join(dataFolder(env, host), "mastracode")];
  },

  async find(root) {
    const path = databaseIn(root);
    return holds(path) ? findRows(path) : [];
  },

  inDatabase: findRows,

  pathFor: databaseIn,

  async children(place) {
    const { path, id } = rowPlace(place);
    if (id === "" || !holds(path)) return [];
    return childrenOf(path, id).map((child) => `${path}#${child}`);
  },

  takesChildren: true,

  relocated(line, cwd, env) {
    const record = parseValue(line);
    if (!isObject(record) || isObject(record.message)) return line;
    const { resourceId, path } = projectOf(cwd, env);
    const inProject = (row: Json): Json => (isObject(row) ? { ...row, resourceId } : row);
    if (isObject(record.memory)) return JSON.stringify({ memory: inProject(record.memory) });
    const { thread, memories } = record;
    if (!isObject(thread)) return line;
    const { metadata } = thread;
    const own = isObject(metadata) ? { ...metadata, projectPath: path } : (metadata ?? null);
    return JSON.stringify({
      ...record,
      thread: { ...thread, resourceId, metadata: own },
      ...(Array.isArray(memories) ? { memories: memories.map(inProject) } : {}),
    });
  },

  // The copy of a thread does not say where it was made: others of its project do.
  folder(place, { cwd }) {
    const { path, id } = rowPlace(place);
    if (cwd !== null || id === "") return cwd;
    return projectPathIn(path, id);
  },

  facts(_root, cwd, env) {
    const { resourceId, path } = projectOf(cwd, env);
    return { resourceId, projectPath: path, now: Date.now() };
  },

  database,
};

function dataFolder(env: NodeJS.ProcessEnv, { platform, path, home }: Host): string {
  if (platform === "darwin") return path.join(home, "Library", "Application Support");
  if (platform === "win32") return env.APPDATA || path.join(home, "AppData", "Roaming");
  return env.XDG_DATA_HOME || path.join(home, ".local", "share");
}

/** As text; nothing of bytes that are no JSONB: reading the thread says so. */
const METADATA = `CASE WHEN typeof(t.metadata) <> 'blob' THEN t.metadata
  WHEN json_valid(t.metadata, 8) THEN json(t.metadata) END`;

/** Threads that have a message: the screen makes one as soon as it opens. */
const THREADS = `SELECT t.id, t."resourceId", t.title, t."createdAt", t."updatedAt",
  ${METADATA} AS metadata,
  (SELECT count(*) FROM mastra_messages m WHERE m.thread_id = t.id) AS messages
  FROM mastra_threads t`;

function findRows(path: string): Found[] {
  const folders = new Map<SQLOutputValue | undefined, string>();
  const threads = (db: DatabaseSync): Row[] => {
    const rows = allRows(db.prepare(THREADS));
    for (const row of rows) {
      const folder = folderOf(row);
      if (folder !== null) folders.set(row.resourceId, folder);
    }
    return rows;
  };
  const all = sessionsIn(path, threads, (row) =>
    foundOf(path, row, folders.get(row.resourceId) ?? null),
  );
  return all.filter(({ summary }) => summary?.parent === null && summary.messages !== 0);
}

function folderOf(row: Row): string | null {
  return string(member(metadataOf(row), "projectPath")) || null;
}

function projectPathIn(path: string, id: string): string | null {
  if (!holds(path)) return null;
  const sql = `${THREADS} JOIN mastra_threads o ON o."resourceId" = t."resourceId" WHERE o.id = ?`;
  const rows = reading(path, (db) => db.prepare(sql).all(id));
  return rows.map(folderOf).find((folder) => folder !== null) ?? null;
}

function foundOf(path: string, row: Row, folder: string | null): Found {
  const about = metadataOf(row);
  const updatedAt = isoTime(textOf(row.updatedAt));
  return {
    agent: "mastracode",
    id: String(row.id),
    path,
    mtime: Date.parse(updatedAt ?? "") || 0,
    bytes: 0,
    summary: {
      title: textOf(row.title).trim() || null,
      cwd: folderOf(row) ?? folder,
      model: string(member(about, "currentModelId")) || null,
      createdAt: isoTime(textOf(row.createdAt)),
      updatedAt,
      messages: Number(row.messages),
      parent: string(member(about, "parentThreadId")) || null,
    },
  };
}

function metadataOf(row: Row): Json {
  return parseValue(textOf(row.metadata)) ?? null;
}

function textOf(value: SQLOutputValue | undefined): string {
  return typeof value === "string" ? value : "";
}

/** The threads of its subagents, which begin as a copy of this one. */
function childrenOf(path: string, id: string): string[] {
  return reading(path, (db) => {
    const sql = `SELECT t.id FROM mastra_threads t WHERE ${METADATA} LIKE ? ORDER BY t."createdAt", t.id`;
    const like = `%"parentThreadId":${JSON.stringify(id).replace(/[%_]/g, "_")}%`;
    return db
      .prepare(sql)
      .all(like)
      .map((row) => String(row.id))
      .filter((child) => child !== id);
  });
}
