/** Where Crush keeps its sessions: in a database in each project, and a list of the projects. */

import { resolve } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { type Host, hostOf } from "../../io/host.ts";
import { answers, remoteMountsOf } from "../../io/mounts.ts";
import { rowPlace } from "../../io/row-place.ts";
import { columnsOf } from "../shared/columns.ts";
import { allRows, type Row, reading, sessionsIn } from "../shared/sqlite.ts";
import type { Found, Store } from "../types.ts";
import { database, holds } from "./database.ts";
import { databaseFor, databasesIn, folderOf } from "./projects.ts";
import { isoTime, ownTitle } from "./times.ts";

export const store: Store = {
  variables: ["CRUSH_GLOBAL_DATA"],
  inProjects: true,

  roots(env, host = hostOf(env)) {
    return [globalData(env, host)];
  },

  async find(root) {
    const found: Found[] = [];
    for (const path of databasesIn(root)) {
      if ((await isReachable(path)) && holds(path)) found.push(...findRows(path, root));
    }
    return found;
  },

  inDatabase(path) {
    const [root = ""] = store.roots(process.env);
    return findRows(path, root);
  },

  pathFor(root, { cwd }, env) {
    return databaseFor(root, resolve(cwd ?? process.cwd()), hostOf(env).home);
  },

  async children(place) {
    const { path, id } = rowPlace(place);
    if (id === "" || !holds(path)) return [];
    return reading(path, (db) =>
      db
        .prepare("SELECT id FROM sessions WHERE parent_session_id = ? ORDER BY created_at, rowid")
        .all(id)
        .map((row) => `${path}#${row.id}`),
    );
  },

  folder(place, { cwd }) {
    const { path } = rowPlace(place);
    if (!holds(path)) return cwd;
    const [root = ""] = store.roots(process.env);
    return folderOf(path, root);
  },

  facts: () => ({ now: Math.floor(Date.now() / 1000) }),

  database,
};

function globalData(env: NodeJS.ProcessEnv, { platform, path, home }: Host): string {
  const named = env.CRUSH_GLOBAL_DATA;
  if (named !== undefined && named !== "") return path.resolve(named);
  if (env.XDG_DATA_HOME) return path.join(env.XDG_DATA_HOME, "crush");
  return platform === "win32"
    ? path.join(env.LOCALAPPDATA || path.join(home, "AppData", "Local"), "crush")
    : path.join(home, ".local", "share", "crush");
}

/** A project may be on a mount that does not respond. */
async function isReachable(path: string): Promise<boolean> {
  for (const mount of remoteMountsOf(path)) {
    if (!(await answers(mount))) return false;
  }
  return true;
}

/** The sessions of a database, except those of subagents. */
function findRows(path: string, root: string): Found[] {
  const cwd = folderOf(path, root);
  return sessionsIn(
    path,
    (db) => allRows(db.prepare(summarySql(db))),
    (row) => foundOf(path, cwd, row),
  );
}

function summarySql(db: DatabaseSync): string {
  const has = (column: string) => columnsOf(db, "messages").has(column);
  const notSummary = has("is_summary_message") ? "AND m.is_summary_message = 0" : "";
  const own = has("provider") ? "AND coalesce(m.provider, '') <> 'segue'" : "";
  const messages = "FROM messages m WHERE m.session_id = s.id";
  // Times and models stand behind what was said: only those of the last messages are looked up.
  return `SELECT s.id, s.title, s.created_at AS created, s.updated_at AS updated,
      l.created_at AS spoken,
      (SELECT m.model ${messages} AND m.role = 'assistant' ${own} ${notSummary}
        ORDER BY m.rowid DESC LIMIT 1) AS model,
      iif(EXISTS (SELECT 1 ${messages} AND m.role IN ('user', 'assistant')), c.messages, 0) AS messages
    FROM sessions s
    LEFT JOIN (SELECT session_id, count(*) AS messages, max(rowid) AS last
      FROM messages GROUP BY session_id) c ON c.session_id = s.id
    LEFT JOIN messages l ON l.rowid = c.last
    WHERE s.parent_session_id IS NULL`;
}

function foundOf(path: string, cwd: string | null, row: Readonly<Row>): Found {
  const updated = Math.max(Number(row.updated), Number(row.spoken ?? 0));
  return {
    agent: "crush",
    id: String(row.id),
    path,
    mtime: updated * 1000,
    bytes: 0,
    summary: {
      title: typeof row.title === "string" ? ownTitle(row.title) : null,
      cwd,
      model: typeof row.model === "string" && row.model !== "" ? row.model : null,
      createdAt: isoTime(Number(row.created)),
      updatedAt: isoTime(updated),
      messages: Number(row.messages),
      parent: null,
    },
  };
}
