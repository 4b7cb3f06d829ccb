/** Where OpenCode stores its sessions. */

import { statSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { textOrNone } from "../../../io/door.ts";
import { namesOf } from "../../../io/files.ts";
import { rowPlace } from "../../../io/row-place.ts";
import { string } from "../../../session/json.ts";
import type { Json } from "../../../session/types.ts";
import type { Found, Store } from "../../types.ts";
import { columnsOf } from "../columns.ts";
import { allRows, type Row, reading, sessionsIn } from "../sqlite.ts";
import { database } from "./database.ts";
import type { Flavour } from "./flavour.ts";
import { projectOf } from "./project.ts";
import { isoTime } from "./read.ts";
import { findStored, holdsStorage, recentModel } from "./storage.ts";
import { ownTitle } from "./title.ts";

export function store(flavour: Flavour): Store {
  const rows = database(flavour);
  const databases = (root: string): string[] =>
    namesOf(root)
      .filter((name) => /\.(db|sqlite3?)$/.test(name))
      .map((name) => join(root, name))
      .filter((path) => rows.holds(path));

  return {
    roots(env) {
      const data = dataFolder(flavour, env);
      const named = namedDatabase(flavour, env);
      return named === null || dirname(named) === data ? [data] : [dirname(named)];
    },

    async find(root) {
      const found = databases(root).flatMap((path) => findRows(path, flavour.id));
      const ids = new Set(found.map(({ id }) => id));
      const folder = basename(root) === "storage" ? root : join(root, "storage");
      const older = holdsStorage(folder, flavour) ? findStored(folder, flavour.id) : [];
      return [...found, ...older.filter(({ id }) => !ids.has(id))];
    },

    inDatabase: (path) => findRows(path, flavour.id),

    pathFor(root, _header, env) {
      const named = namedDatabase(flavour, env);
      if (named !== null && dirname(named) === resolve(root)) return named;
      const usual = join(root, flavour.database);
      const [only, ...more] = databases(root);
      // A release channel has its own database.
      return only !== undefined && more.length === 0 ? only : usual;
    },

    async children(place) {
      const { path, id } = rowPlace(place);
      if (id === "" || !rows.holds(path) || statSync(path).isDirectory()) return [];
      return reading(path, (db) =>
        db
          .prepare("SELECT id FROM session WHERE parent_id = ?")
          .all(id)
          .map((row) => `${path}#${row.id}`),
      );
    },

    takesChildren: true,

    model(root, env) {
      const last = databases(root).map(lastModel);
      const state = join(stateFolder(flavour, env), "model.json");
      return last.find((model) => model !== null) ?? recentModel(state) ?? setModel(flavour, env);
    },

    facts(root, cwd, env) {
      const { id: projectId, worktree } = projectOf(cwd, flavour.idFile, env);
      const [path] = databases(root);
      const columns = path === undefined ? null : sessionColumns(path);
      return { projectId, worktree, columns, now: Date.now() };
    },

    database: rows,
  };
}

function home(env: NodeJS.ProcessEnv): string {
  return env.HOME || homedir();
}

function dataFolder({ folder }: Flavour, env: NodeJS.ProcessEnv): string {
  return join(env.XDG_DATA_HOME || join(home(env), ".local", "share"), folder);
}

function stateFolder({ folder }: Flavour, env: NodeJS.ProcessEnv): string {
  return join(env.XDG_STATE_HOME || join(home(env), ".local", "state"), folder);
}

/** A database named by the environment: by path, or by a name in the data folder. */
function namedDatabase(flavour: Flavour, env: NodeJS.ProcessEnv): string | null {
  const name = env[flavour.variable];
  if (name === undefined || name === "" || name === ":memory:") return null;
  return isAbsolute(name) ? resolve(name) : join(dataFolder(flavour, env), name);
}

/** The sessions of a database, except those of subagents. */
function findRows(path: string, agent: string): Found[] {
  return sessionsIn(path, rowsIn, (row) => foundOf(path, agent, row));
}

function rowsIn(db: DatabaseSync): Row[] {
  const columns = columnsOf(db, "session");
  const model = columns.has("model") ? "s.model" : "NULL";
  const sql = `SELECT s.id, s.title, s.directory, ${model} AS model, s.time_created, s.time_updated,
        (SELECT count(*) FROM message m WHERE m.session_id = s.id) AS messages
        FROM session s WHERE s.parent_id IS NULL`;
  return allRows(db.prepare(sql));
}

function foundOf(path: string, agent: string, row: Row): Found {
  const updated = Number(row.time_updated);
  return {
    agent,
    id: String(row.id),
    path,
    mtime: updated,
    bytes: 0,
    summary: {
      title: typeof row.title === "string" ? ownTitle(row.title) : null,
      cwd: typeof row.directory === "string" ? row.directory : null,
      model: modelOf(row.model)?.modelID ?? null,
      createdAt: isoTime(Number(row.time_created)),
      updatedAt: isoTime(updated),
      messages: Number(row.messages),
      parent: null,
    },
  };
}

function lastModel(path: string): string | null {
  return reading(path, (db) => {
    if (!columnsOf(db, "session").has("model")) return null;
    const sql =
      "SELECT model FROM session WHERE model IS NOT NULL ORDER BY time_updated DESC LIMIT 1";
    const found = modelOf(db.prepare(sql).get()?.model);
    return found && `${found.providerID}/${found.modelID}`;
  });
}

function modelOf(text: unknown): { providerID: string; modelID: string } | null {
  const model = typeof text === "string" ? parse(text) : undefined;
  if (typeof model !== "object" || model === null || Array.isArray(model)) return null;
  const providerID = string(model.providerID);
  const modelID = string(model.id);
  return providerID === undefined || modelID === undefined ? null : { providerID, modelID };
}

function sessionColumns(path: string): string[] {
  return reading(path, (db) => [...columnsOf(db, "session").keys()]);
}

/** The model in the user's settings. */
function setModel({ folder, configs }: Flavour, env: NodeJS.ProcessEnv): string | null {
  const config = join(env.XDG_CONFIG_HOME || join(home(env), ".config"), folder);
  for (const name of configs) {
    const settings = parse(withoutComments(textOrNone(join(config, name))));
    if (typeof settings !== "object" || settings === null || Array.isArray(settings)) continue;
    const model = string(settings.model);
    if (model?.includes("/")) return model;
  }
  return null;
}

/** Settings may contain comments, and commas before a closing bracket. */
function withoutComments(json: string): string {
  return json
    .replace(
      /("(?:[^"\\]|\\.)*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g,
      (_, string?: string) => string ?? "",
    )
    .replace(/("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])/g, (_, string?: string) => string ?? "");
}

function parse(json: string): Json | undefined {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
