/** Where Antigravity keeps its conversations: a database each, and an index of all. */
import { basename, dirname, join } from "node:path";
import { namesOf, statOf } from "../../io/files.ts";
import { type Host, hostOf } from "../../io/host.ts";
import { rowPlace } from "../../io/row-place.ts";
import { folderAt } from "../shared/uri.ts";
import type { Found, Store } from "../types.ts";
import { database, headOf, holds } from "./database.ts";
import { type About, aboutAll } from "./summaries.ts";

/** Of the CLI, where new ones go; and of the editor, whose folder was another before. */
const APPS = ["antigravity-cli", "antigravity", "antigravity-ide"];

export const store: Store = {
  roots: (env, host = hostOf(env)) => APPS.map((app) => folderOf(host, app)),

  home: (env) => folderOf(hostOf(env), "antigravity-cli"),

  async find(root) {
    const about = new Map(aboutAll(root).map((one) => [one.id, one]));
    return namesOf(join(root, "conversations")).flatMap((name) => {
      const path = join(root, "conversations", name);
      return path.endsWith(".db") ? foundAt(path, about.get(idOf(path))) : [];
    });
  },

  inDatabase: (path) => foundAt(path),

  pathFor: (root, { id }) => join(root, "conversations", `${id}.db`),

  async children(place) {
    const { path, id } = rowPlace(place);
    const own = aboutAll(dirname(dirname(path))).filter(({ parent }) => parent === id && id !== "");
    return own.map((one) => `${join(dirname(path), `${one.id}.db`)}#${one.id}`);
  },

  isSubagent: (place) => aboutAt(place)?.parent != null,

  title: (place) => aboutAt(place)?.title ?? null,

  folder: (place, { cwd }) => cwd ?? aboutAt(place)?.cwd ?? null,

  database,
};

function folderOf({ path, home }: Host, app: string): string {
  return path.join(home, ".gemini", app);
}

function idOf(path: string): string {
  return basename(path, ".db");
}

function aboutAt(place: string): About | undefined {
  const { path } = rowPlace(place);
  return aboutAll(dirname(dirname(path))).find(({ id }) => id === idOf(path));
}

/** `about`: what the index says. One that is not in it is described by what it says itself. */
function foundAt(path: string, about?: About): Found[] {
  const info = statOf(path);
  if (!info?.isFile() || !holds(path)) return [];
  const own = about ?? aboutIn(path);
  if (own === null) return [];
  // What was written last is in the log until the program ends.
  const log = statOf(`${path}-wal`);
  const mtime = Math.max(info.mtimeMs, log?.mtimeMs ?? 0);
  const bytes = info.size + (log?.size ?? 0);
  const updatedAt = new Date(mtime).toISOString();
  const { title, cwd, parent } = own;
  // Counting messages would take as long as reading the conversation.
  const summary = { title, cwd, model: null, createdAt: null, updatedAt, messages: null, parent };
  return [{ agent: "antigravity", id: idOf(path), path, mtime, bytes, inode: info.ino, summary }];
}

function aboutIn(path: string): About | null {
  const id = idOf(path);
  const head = headOf(path, id);
  if (head === null) return null;
  const title = head.preview === "" ? null : head.title;
  return { id, title, cwd: folderAt(head.uri), parent: null };
}
