/** Where Warp keeps its conversations: one database for all folders. */
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { type Host, hostOf } from "../../io/host.ts";
import { columnsOf } from "../shared/columns.ts";
import { allRows, type Row, sessionsIn } from "../shared/sqlite.ts";
import type { Found, Store } from "../types.ts";
import { database, holds } from "./database.ts";
import { timeOf } from "./records.ts";

export const store: Store = {
  roots: (env, host = hostOf(env)) => [dataFolder(env, host)],

  find: async (root) => {
    const path = databaseIn(root);
    return holds(path) ? findRows(path) : [];
  },

  inDatabase: findRows,

  pathFor: databaseIn,

  database,
};

function dataFolder(env: NodeJS.ProcessEnv, { platform, path, home }: Host): string {
  if (platform === "darwin") {
    const group = path.join(home, "Library", "Group Containers", "2BBY89MBSN.dev.warp");
    return path.join(group, "Library", "Application Support", "dev.warp.Warp-Stable");
  }
  if (platform === "win32") {
    const local = env.LOCALAPPDATA || path.join(home, "AppData", "Local");
    return path.join(local, "warp", "Warp", "data");
  }
  return path.join(env.XDG_STATE_HOME || path.join(home, ".local", "state"), "warp-terminal");
}

function databaseIn(root: string): string {
  return join(root, "warp.sqlite");
}

const FIRST = "FROM ai_queries q WHERE q.conversation_id = c.conversation_id";

function findRows(path: string): Found[] {
  return sessionsIn(path, rowsIn, (row) => foundOf(path, row));
}

function rowsIn(db: DatabaseSync): Row[] {
  const has = (name: string) => columnsOf(db, "ai_queries").has(name);
  const column = (name: string, order: string) =>
    has(name) ? `(SELECT ${name} ${FIRST} ORDER BY ${order} LIMIT 1)` : "NULL";
  const sql = `SELECT c.conversation_id AS id, c.last_modified_at AS modified, length(c.conversation_data) AS bytes,
        ${column("start_ts", "q.id")} AS started, ${column("model_id", "q.id DESC")} AS model,
        ${column("working_directory", "q.working_directory IS NULL, q.id")} AS folder
        FROM agent_conversations c`;
  return allRows(db.prepare(sql));
}

function foundOf(path: string, row: Row): Found {
  const text = (name: string) => (typeof row[name] === "string" ? String(row[name]) : "");
  const updatedAt = timeOf(text("modified"));
  return {
    agent: "warp",
    id: String(row.id),
    path,
    mtime: Date.parse(updatedAt ?? "") || 0,
    bytes: Number(row.bytes),
    summary: {
      title: null,
      cwd: text("folder") || null,
      model: text("model") || null,
      createdAt: timeOf(text("started")) ?? updatedAt,
      updatedAt,
      messages: null,
      parent: null,
    },
  };
}
