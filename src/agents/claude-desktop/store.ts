/** Where Claude's desktop app keeps the sessions of its local agent mode (Cowork). */
import { join } from "node:path";
import { SegueError } from "../../errors.ts";
import { bytesIn, textOrNone } from "../../io/door.ts";
import { filesIn, isFolder, namesOf, statOf } from "../../io/files.ts";
import { type Host, hostOf } from "../../io/host.ts";
import { rowPlace } from "../../io/row-place.ts";
import type { Env } from "../../io/state.ts";
import { parseValue, stringify } from "../../lossless/json-text.ts";
import type { JsonObject } from "../../session/types.ts";
import type { Database, Found, Store } from "../types.ts";
import { type About, aboutOf, SESSION_ID, sessionIn } from "./records.ts";

const ROOT = "local-agent-mode-sessions";

const database: Database = {
  holds: (path) => idsIn(path).some((id) => recordAt(path, id) !== null),
  read,
  replace(path) {
    const why = "Segue does not write to the sessions of Claude's desktop app";
    throw new SegueError("refused", why, { where: path });
  },
  renamed: (lines) => [...lines],
};

export const store: Store = {
  roots(env, host = hostOf(env)) {
    const { platform, path, home } = host;
    const mac = path.join(home, "Library", "Application Support");
    const linux = env.XDG_CONFIG_HOME || path.join(home, ".config");
    const data =
      platform === "darwin" ? [mac] : platform === "win32" ? windows(env, host) : [linux];
    return data.map((folder) => path.join(folder, "Claude", ROOT));
  },

  // <organization>/<account>/local_<id>.json, and the same below agent/.
  async find(root) {
    return foldersBelow(root, 3).flatMap(foundIn);
  },

  inDatabase: foundIn,

  pathFor: (root) => root,

  async children(place) {
    const { path, id } = rowPlace(place);
    const session = recordAt(path, id);
    const file = session && transcriptOf(path, id, aboutOf(session));
    if (!file) return [];
    const folder = join(file.slice(0, -".jsonl".length), "subagents");
    return filesIn(folder, 1).flatMap((one) => (one.path.endsWith(".jsonl") ? [one.path] : []));
  },

  database,
};

/** As a package (MSIX), the app sees a folder of its own in place of the usual one. */
function windows(env: Env, { path, home }: Host): string[] {
  const usual = env.APPDATA || path.join(home, "AppData", "Roaming");
  const local = env.LOCALAPPDATA || path.join(home, "AppData", "Local");
  const packages = path.join(local, "Packages");
  const own = namesIn(packages).filter((name) => /^(?:[^\\/]*\.)?Claude_\w+$/.test(name));
  return [usual, ...own.sort().map((name) => path.join(packages, name, "LocalCache", "Roaming"))];
}

/** The folder itself, and those in it; what the app keeps beside sessions holds no records. */
function foldersBelow(folder: string, depth: number): string[] {
  if (depth < 0) return [];
  const inside = namesIn(folder).map((name) => join(folder, name));
  const folders = inside.filter((path) => !/[\\/]local_[^\\/]*$/.test(path) && isFolder(path));
  return [folder, ...folders.flatMap((path) => foldersBelow(path, depth - 1))];
}

function namesIn(folder: string): string[] {
  return namesOf(folder);
}

function idsIn(folder: string): string[] {
  return namesIn(folder).flatMap((name) => {
    const id = name.endsWith(".json") ? name.slice(0, -".json".length) : "";
    return SESSION_ID.test(id) ? [id] : [];
  });
}

function recordAt(folder: string, id: string): JsonObject | null {
  if (!SESSION_ID.test(id)) return null;
  return sessionIn(parseValue(textOrNone(join(folder, `${id}.json`))) ?? null);
}

/** The conversation, in whichever project's folder it is: long names are cut by the app. */
function transcriptOf(folder: string, id: string, { cliId }: About): string | null {
  if (cliId === null || !/^[\w-]{1,128}$/.test(cliId)) return null;
  const projects = join(folder, id, ".claude", "projects");
  const files = namesIn(projects).map((name) => join(projects, name, `${cliId}.jsonl`));
  return files.find((path) => statOf(path)?.isFile()) ?? null;
}

function foundIn(folder: string): Found[] {
  return idsIn(folder).flatMap((id) => {
    const session = recordAt(folder, id);
    return session ? [foundOf(folder, id, aboutOf(session))] : [];
  });
}

function foundOf(folder: string, id: string, about: About): Found {
  const file = transcriptOf(folder, id, about);
  const info = statOf(file ?? join(folder, `${id}.json`));
  const { title, cwd, model, createdAt } = about;
  const time = Math.max(info?.mtimeMs ?? 0, Date.parse(about.updatedAt ?? "") || 0);
  const updatedAt = new Date(time).toISOString();
  const messages = file === null ? 0 : null;
  return {
    agent: "claude-desktop",
    id,
    path: folder,
    mtime: time,
    bytes: file === null ? 0 : (info?.size ?? 0),
    summary: { title, cwd, model, createdAt, updatedAt, messages, parent: null },
  };
}

/** The app's record, and the lines of the conversation as they stand in its file. */
function read(folder: string, id: string): string[] | null {
  const session = recordAt(folder, id);
  if (!session) return null;
  const file = transcriptOf(folder, id, aboutOf(session));
  const text = file === null ? "" : bytesIn(file, Number.POSITIVE_INFINITY).toString("utf8");
  const lines = text.split("\n");
  return [stringify(session) ?? "null", ...(lines.at(-1) === "" ? lines.slice(0, -1) : lines)];
}
