/** Where Goose keeps its sessions: one database for all folders; files before 1.10. */

import { basename, join } from "node:path";
import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { filesIn } from "../../io/files.ts";
import { type Host, hostOf } from "../../io/host.ts";
import { rowPlace } from "../../io/row-place.ts";
import { parseValue } from "../../lossless/json-text.ts";
import { member, string } from "../../session/json.ts";
import { columnsOf } from "../shared/columns.ts";
import { allRows, type Row, reading, sessionsIn } from "../shared/sqlite.ts";
import type { Found, Store } from "../types.ts";
import { database, holds } from "./database.ts";
import { isoTime, messageTime, titleOf } from "./records.ts";

const DATABASE = join("sessions", "sessions.db");

export const store: Store = {
  variables: ["GOOSE_PATH_ROOT"],

  roots(env, host = hostOf(env)) {
    return [dataFolder(env, host)];
  },

  async find(root) {
    const path = join(root, DATABASE);
    const rows = holds(path) ? findRows(path) : [];
    const ids = new Set(rows.map(({ id }) => id));
    const files = findFiles(join(root, "sessions")).filter(({ id }) => !ids.has(id));
    return [...shownOf(rows), ...files];
  },

  inDatabase: (path) => shownOf(findRows(path)),

  pathFor: (root) => join(root, DATABASE),

  async children(place) {
    const { path, id } = rowPlace(place);
    if (id === "" || !holds(path)) return [];
    return childrenOf(path, id).map((child) => `${path}#${child}`);
  },

  takesChildren: true,

  facts(root) {
    const path = join(root, DATABASE);
    const columns = holds(path) ? sessionColumns(path) : null;
    return { columns, now: Date.now() };
  },

  database,
};

function dataFolder(env: NodeJS.ProcessEnv, { platform, path, home }: Host): string {
  if (env.GOOSE_PATH_ROOT) return path.join(path.resolve(env.GOOSE_PATH_ROOT), "data");
  if (platform === "win32") {
    const roaming = env.APPDATA || path.join(home, "AppData", "Roaming");
    return path.join(roaming, "Block", "goose", "data");
  }
  const data = env.XDG_DATA_HOME || path.join(home, ".local", "share");
  return path.join(data, "goose");
}

function sessionColumns(path: string): string[] {
  return reading(path, (db) => [...columnsOf(db, "sessions").keys()]);
}

/** Those that Goose makes for itself: of subagents, and hidden ones. */
const OWN = new Set(["sub_agent", "hidden"]);

function findRows(path: string): (Found & { isShown: boolean })[] {
  return sessionsIn(path, rowsIn, (row) => ({
    ...foundOf(path, row),
    isShown: !OWN.has(String(row.session_type)),
  }));
}

const COLUMNS = [
  "name",
  "description",
  "user_set_name",
  "session_type",
  "working_dir",
  "created_at",
  "updated_at",
  "model_config_json",
  "parent_session_id",
];

function rowsIn(db: DatabaseSync): Row[] {
  const columns = columnsOf(db, "sessions");
  const column = (name: string) => (columns.has(name) ? `s.${name}` : "NULL");
  // The time stands behind what was said: only of the last message it is looked up.
  const sql = `SELECT s.id, ${COLUMNS.map((name) => `${column(name)} AS ${name}`).join(", ")},
      coalesce(c.messages, 0) AS messages, l.created_timestamp AS spoken
      FROM sessions s
      LEFT JOIN (SELECT session_id, count(*) AS messages, max(rowid) AS last
        FROM messages GROUP BY session_id) c ON c.session_id = s.id
      LEFT JOIN messages l ON l.rowid = c.last`;
  return allRows(db.prepare(sql));
}

function shownOf(rows: readonly (Found & { isShown: boolean })[]): Found[] {
  return rows.filter(({ isShown }) => isShown).map(({ isShown: _, ...found }) => found);
}

function foundOf(path: string, row: Row): Found {
  const updatedAt = laterOf(isoTime(textOf(row.updated_at)), messageTime(numberOf(row.spoken)));
  const name = textOf(row.name) || textOf(row.description) || "";
  return {
    agent: "goose",
    id: String(row.id),
    path,
    mtime: Date.parse(updatedAt ?? "") || 0,
    bytes: 0,
    summary: {
      title: titleOf(name, row.user_set_name === 1),
      cwd: textOf(row.working_dir) || null,
      model:
        string(member(parseValue(textOf(row.model_config_json)) ?? null, "model_name")) ?? null,
      createdAt: isoTime(textOf(row.created_at)),
      updatedAt,
      messages: Number(row.messages),
      parent: textOf(row.parent_session_id) || null,
    },
  };
}

function textOf(value: SQLOutputValue | undefined): string {
  return typeof value === "string" ? value : "";
}

function numberOf(value: SQLOutputValue | undefined): number | null {
  return typeof value === "number" ? value : null;
}

function laterOf(a: string | null, b: string | null): string | null {
  return a === null || (b !== null && b > a) ? b : a;
}

/** The sessions of an older version. Goose took those over that it found when it made its database. */
function findFiles(folder: string): Found[] {
  return filesIn(folder, 1).flatMap((file) => {
    const [, id] = /^([^.]+)\.jsonl$/.exec(basename(file.path)) ?? [];
    return id === undefined ? [] : [{ ...file, agent: "goose", id }];
  });
}

/** The sessions of its subagents: since 1.40 or so they name it; before, its results named them. */
function childrenOf(path: string, id: string): string[] {
  const names = new Set(sessionColumns(path));
  return reading(path, (db) => {
    const named = names.has("parent_session_id")
      ? db.prepare("SELECT id FROM sessions WHERE parent_session_id = ?").all(id)
      : [];
    const sql = `SELECT DISTINCT s.id AS id FROM messages m, json_each(m.content_json) b
      JOIN sessions s ON s.id = json_extract(b.value, '$.toolResult.value._meta.subagent_session_id')
      WHERE m.session_id = ? AND m.role = 'user' AND json_valid(m.content_json)`;
    const told = db.prepare(sql).all(id);
    return [...new Set([...named, ...told].map((row) => String(row.id)))];
  });
}
