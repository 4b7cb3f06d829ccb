/** Where Devin CLI keeps its sessions: in one database for all folders. */

import { join } from "node:path";
import type { SQLOutputValue } from "node:sqlite";
import { type Host, hostOf } from "../../io/host.ts";
import { readOr } from "../../io/unread.ts";
import { parseValue } from "../../lossless/json-text.ts";
import { isObject } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";
import { columnsOf } from "../shared/columns.ts";
import { membersIn, objectText } from "../shared/spans.ts";
import { reading } from "../shared/sqlite.ts";
import type { Found, Store } from "../types.ts";
import { database, holds } from "./database.ts";
import { secondsTime } from "./records.ts";

const DATABASE = "sessions.db";

export const store: Store = {
  roots: (env, host = hostOf(env)) => folders(env, host),

  find: async (root) => {
    const path = databaseIn(root);
    return holds(path) ? findRows(path) : [];
  },

  inDatabase: findRows,

  pathFor: databaseIn,

  relocated(line, cwd) {
    const members = membersIn(line);
    const row = members.get("session");
    if (row === undefined || !isObject(parseValue(row))) return line;
    const own = membersIn(row);
    own.set("working_directory", JSON.stringify(cwd));
    own.set("workspace_dirs", JSON.stringify([cwd]));
    members.set("session", objectText(own));
    return objectText(members);
  },

  facts: (root) => factsIn(databaseIn(root)),

  database,
};

/** Both places that were seen on macOS; the first that is there has the sessions. */
function folders(env: NodeJS.ProcessEnv, { platform, path, home }: Host): string[] {
  const below = (folder: string) => path.join(folder, "devin", "cli");
  if (platform === "win32") {
    const roaming = env.APPDATA || path.join(home, "AppData", "Roaming");
    const local = env.LOCALAPPDATA || path.join(home, "AppData", "Local");
    return [below(roaming), below(local)];
  }
  const data = below(env.XDG_DATA_HOME || path.join(home, ".local", "share"));
  if (platform !== "darwin") return [data];
  return [data, below(path.join(home, "Library", "Application Support"))];
}

function databaseIn(root: string): string {
  return root.endsWith(".db") ? root : join(root, DATABASE);
}

/** What the newest session was started with: a new one needs a model that Devin knows. */
function factsIn(path: string): Json {
  const now = Date.now();
  if (!holds(path)) return { now };
  try {
    const [row] = reading(path, (db) => {
      const columns = columnsOf(db, "sessions");
      const column = (name: string) => (columns.has(name) ? name : `NULL AS ${name}`);
      const names = ["model", "backend_type", "agent_mode"].map(column).join(", ");
      const sql = `SELECT ${names} FROM sessions WHERE model <> '' ORDER BY last_activity_at DESC LIMIT 1`;
      return db.prepare(sql).all();
    });
    const text = (value: SQLOutputValue | undefined) => textOf(value) || null;
    return {
      now,
      model: text(row?.model),
      backend: text(row?.backend_type),
      mode: text(row?.agent_mode),
    };
  } catch {
    return { now };
  }
}

/** Sessions that have a message, and that Devin itself lists. */
function findRows(path: string): Found[] {
  return readOr(path, [], () =>
    reading(path, (db) => {
      const isHidden = columnsOf(db, "sessions").has("hidden") ? "COALESCE(s.hidden, 0) <> 0" : "0";
      const title = columnsOf(db, "sessions").has("title") ? "s.title" : "NULL";
      const sql = `SELECT s.id, ${title} AS title, s.working_directory, s.model, s.created_at, s.last_activity_at
        FROM sessions s WHERE NOT (${isHidden})
        AND EXISTS (SELECT 1 FROM message_nodes n WHERE n.session_id = s.id)`;
      const statement = db.prepare(sql);
      statement.setReadBigInts(true);
      return statement.all().map((row) => foundOf(path, row));
    }),
  );
}

function foundOf(path: string, row: Record<string, SQLOutputValue>): Found {
  const time = (value: SQLOutputValue | undefined) => secondsTime(Number(value ?? Number.NaN));
  const updatedAt = time(row.last_activity_at);
  return {
    agent: "devin",
    id: String(row.id),
    path,
    mtime: Date.parse(updatedAt ?? "") || 0,
    bytes: 0,
    summary: {
      title: textOf(row.title).trim() || null,
      cwd: textOf(row.working_directory) || null,
      model: textOf(row.model) || null,
      createdAt: time(row.created_at),
      updatedAt,
      // Most nodes are copies: counting the others takes as long as reading the session.
      messages: null,
      parent: null,
    },
  };
}

function textOf(value: SQLOutputValue | undefined): string {
  return typeof value === "string" ? value : "";
}
