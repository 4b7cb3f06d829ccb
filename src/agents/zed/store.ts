/** Where Zed keeps its threads: one database for all folders. */
import { join } from "node:path";
import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { type Host, hostOf } from "../../io/host.ts";
import { rowPlace } from "../../io/row-place.ts";
import { columnsOf } from "../shared/columns.ts";
import { allRows, type Row, reading, sessionsIn } from "../shared/sqlite.ts";
import type { Found, Store } from "../types.ts";
import { database, holds } from "./database.ts";
import { foldersIn, isoTime, titleOf } from "./records.ts";
import { TABLE } from "./rows.ts";

export const store: Store = {
  variables: ["FLATPAK_XDG_DATA_HOME"],

  // Stable, Preview and Nightly share a folder (crates/paths/src/paths.rs).
  roots: (env, host = hostOf(env)) => dataFolders(env, host),

  find: async (root) => {
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

  facts(root) {
    const path = databaseIn(root);
    return { columns: holds(path) ? columnsIn(path) : null, now: new Date().toISOString() };
  },

  database,
};

function dataFolders(env: NodeJS.ProcessEnv, { platform, path, home }: Host): string[] {
  if (platform === "darwin") return [path.join(home, "Library", "Application Support", "Zed")];
  if (platform === "win32") {
    return [path.join(env.LOCALAPPDATA || path.join(home, "AppData", "Local"), "Zed")];
  }
  const data = env.FLATPAK_XDG_DATA_HOME || env.XDG_DATA_HOME || path.join(home, ".local", "share");
  return [path.join(data, "zed")];
}

function databaseIn(root: string): string {
  return join(root, "threads", "threads.db");
}

function columnsIn(path: string): string[] {
  return reading(path, (db) => [...columnsOf(db, TABLE).keys()]);
}

function findRows(path: string): Found[] {
  return sessionsIn(path, threadsIn, (row) => foundOf(path, row));
}

function threadsIn(db: DatabaseSync): Row[] {
  const columns = columnsOf(db, TABLE);
  const column = (name: string) => (columns.has(name) ? name : `NULL AS ${name}`);
  const more = ["parent_id", "folder_paths", "folder_paths_order", "created_at"].map(column);
  const sql = `SELECT id, summary, updated_at, length(data) AS bytes, ${more.join(", ")} FROM ${TABLE}`;
  const rows = allRows(db.prepare(sql));
  const ids = new Set(rows.map(({ id }) => String(id)));
  // A subagent's thread stays where its parent was deleted: then nothing else leads to it.
  return rows.filter((row) => !ids.has(textOf(row.parent_id)) || row.parent_id === row.id);
}

function foundOf(path: string, row: Row): Found {
  const updatedAt = isoTime(textOf(row.updated_at));
  const folders = foldersIn({
    folder_paths: textOf(row.folder_paths),
    folder_paths_order: textOf(row.folder_paths_order),
  });
  return {
    agent: "zed",
    id: String(row.id),
    path,
    mtime: Date.parse(updatedAt ?? "") || 0,
    bytes: Number(row.bytes),
    summary: {
      title: titleOf(textOf(row.summary)),
      cwd: folders[0] ?? null,
      model: null,
      createdAt: isoTime(textOf(row.created_at)) ?? updatedAt,
      updatedAt,
      messages: null,
      parent: null,
    },
  };
}

function textOf(value: SQLOutputValue | undefined): string {
  return typeof value === "string" ? value : "";
}

function childrenOf(path: string, id: string): string[] {
  return reading(path, (db) => {
    const columns = columnsOf(db, TABLE);
    if (!columns.has("parent_id")) return [];
    // Zed had parents of threads before it had this time.
    const time = columns.has("created_at") ? "created_at" : "updated_at";
    const sql = `SELECT id FROM ${TABLE} WHERE parent_id = ? AND id <> parent_id ORDER BY ${time}, id`;
    return db
      .prepare(sql)
      .all(id)
      .map((row) => String(row.id));
  });
}
