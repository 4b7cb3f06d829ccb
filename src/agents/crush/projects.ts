/** Which of its data folders Crush uses in a project: by its list of projects, else by looking upwards. */
import { type Stats, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { array, member, string } from "../../session/json.ts";
import { jsonAt } from "../shared/opened.ts";

export const DATA_FOLDER = ".crush";
const DATABASE = "crush.db";

interface Project {
  folder: string;
  data: string;
}

/** Every project that Crush was started in, the newest first. `root`: its global data folder. */
function projectsIn(root: string): Project[] {
  return array(member(jsonAt(join(root, "projects.json")), "projects")).flatMap((project) => {
    const folder = string(member(project, "path"));
    const data = string(member(project, "data_dir"));
    return folder === undefined || data === undefined
      ? []
      : [{ folder, data: resolve(folder, data) }];
  });
}

/** The databases of all projects; of a data folder, its own. They need not exist. */
export function databasesIn(root: string): string[] {
  const folders = new Set([root, ...projectsIn(root).map(({ data }) => data)]);
  return [...folders].map((folder) => join(folder, DATABASE));
}

/** The folder of the project that a database belongs to; null if Crush does not tell. */
export function folderOf(path: string, root: string): string | null {
  const data = dirname(path);
  if (data.endsWith(join("/", DATA_FOLDER))) return dirname(data);
  return projectsIn(root).find((project) => project.data === data)?.folder ?? null;
}

/** The database that Crush uses when it is started in `cwd`. */
export function databaseFor(root: string, cwd: string, home: string): string {
  const own = join(root, DATABASE);
  if (isThere(own)) return own;
  const noted = projectsIn(root).find(({ folder }) => folder === cwd)?.data;
  // The note may be older than a move of the data.
  if (noted !== undefined && isThere(join(noted, DATABASE))) return join(noted, DATABASE);
  return join(closest(cwd, home) ?? join(cwd, DATA_FOLDER), DATABASE);
}

/** The nearest data folder, up to the root of the repository; the one in the home folder does not count. */
function closest(cwd: string, home: string): string | null {
  const top = repositoryOf(cwd) ?? cwd;
  const owner = statOf(cwd)?.uid;
  for (let folder = cwd; ; folder = dirname(folder)) {
    const data = statOf(join(folder, DATA_FOLDER));
    if (data?.isDirectory() && data.uid === owner) {
      return folder === home ? null : join(folder, DATA_FOLDER);
    }
    if (folder === top || folder === dirname(folder)) return null;
  }
}

function repositoryOf(cwd: string): string | null {
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (isThere(join(folder, ".git"))) return folder;
    if (folder === dirname(folder)) return null;
  }
}

function isThere(path: string): boolean {
  return statOf(path) !== undefined;
}

/** undefined for nothing there, and for a path that no file can have: folders come from sessions. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
