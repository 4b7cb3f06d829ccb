/** Where Aider keeps its sessions: in each project, one history that only grows. */

import { dirname, join, resolve } from "node:path";
import { isFolder, linkOf } from "../../io/files.ts";
import { rowPlace } from "../../io/row-place.ts";
import type { Found, Store } from "../types.ts";
import { database } from "./database.ts";
import { isRenamed, namedIn } from "./named.ts";
import { DEFAULT, historiesFor, historiesIn, idOf, isHistory, nameFor } from "./place.ts";

export const store: Store = {
  inProjects: true,

  variables: ["AIDER_CHAT_HISTORY_FILE"],

  // There is no list of its projects: the history of the one in question stands for all that are
  // beside it. The folder itself holds other things.
  roots({ AIDER_CHAT_HISTORY_FILE: named }, _host, cwd) {
    const project = resolve(cwd ?? process.cwd());
    const own = join(project, DEFAULT);
    return [...new Set(named ? [resolve(project, named), own] : [own])];
  },

  async find(root) {
    const paths = await historiesAt(resolve(root));
    return paths.flatMap((path) => foundAt(path) ?? []);
  },

  pathFor: (_root, { id, cwd }) => join(resolve(cwd ?? process.cwd()), nameFor(id)),

  // A history itself says neither; in lists, the records do, which are made from its path.
  identity: (place) => {
    const path = selected(place);
    return path === null ? null : { id: idOf(path), parent: null };
  },
  folder: (place, { cwd }) => {
    const path = selected(place);
    return path === null ? cwd : dirname(path);
  },

  database,
};

async function historiesAt(root: string): Promise<string[]> {
  if (isHistory(root)) {
    const project = dirname(root);
    return [...historiesFor(project), ...(await namedIn(project))];
  }
  // A folder that is named is meant itself.
  if (isFolder(root)) return historiesIn(root);
  return isRenamed(root) ? [root] : [];
}

/** The history of a session that was selected by its id, `path#id`. */
function selected(place: string): string | null {
  const { path, id } = rowPlace(place);
  return id !== "" && database.holds(path) && id === idOf(path) ? path : null;
}

function foundAt(path: string): Found | null {
  const info = linkOf(path);
  if (!info?.isFile()) return null;
  return {
    agent: "aider",
    id: idOf(path),
    path,
    mtime: info.mtimeMs,
    bytes: info.size,
    inode: info.ino,
    // The records name no time but that of a run's beginning.
    summary: {
      title: null,
      cwd: null,
      model: null,
      createdAt: null,
      updatedAt: info.mtime.toISOString(),
      messages: null,
      parent: null,
    },
  };
}
