/** Where Kiro keeps its sessions, in each of its generations. */
import { basename, dirname, join } from "node:path";
import type { Host } from "../../io/host.ts";
import { rowPlace } from "../../io/row-place.ts";
import type { Env } from "../../io/state.ts";
import { EDITORS, extensionFolder, userFolders } from "../shared/vscode.ts";

export const DATABASE = "data.sqlite3";
/** The names of the folder of version 1's database: Kiro CLI's, and that of the Amazon Q Developer CLI. */
const FOLDERS = ["kiro-cli", "amazon-q"];

/** `KIRO_HOME` names the folder itself. */
export function homeOf(env: Env, { path, home }: Host): string {
  return env.KIRO_HOME ? path.resolve(env.KIRO_HOME) : path.join(home, ".kiro");
}

/** The folder of the sessions that are files. */
export function sessionsIn(home: string): string {
  return join(home, "sessions", "cli");
}

/** The folder of Kiro CLI 3's sessions, with one for each folder that they are of. */
export function kasIn(home: string): string {
  return join(home, "sessions");
}

/**
 * The folders of Kiro's editor, which has had its sessions there before its version 1. `kiro.kiroagent` is
 * its own extension.
 */
export function editorFolders(env: Env, host: Host): string[] {
  const own = EDITORS.filter(({ name }) => name === "Kiro");
  return userFolders(env, host, own)
    .filter((path) => /[\\/](?:Kiro|\.kiro-server)[\\/]/.test(path))
    .map((user) => extensionFolder(user, "kiro.kiroagent", host));
}

/** The folders of version 1's databases, in the system's place for a user's data on this machine. */
export function olderFolders(env: Env, { platform, path, home }: Host): string[] {
  const places: Partial<Record<NodeJS.Platform, string>> = {
    darwin: path.join(home, "Library", "Application Support"),
    win32: env.LOCALAPPDATA || path.join(home, "AppData", "Local"),
  };
  const data = places[platform] ?? (env.XDG_DATA_HOME || path.join(home, ".local", "share"));
  return FOLDERS.map((name) => path.join(data, name));
}

export function isOfAmazonQ(place: string): boolean {
  const { path } = rowPlace(place);
  return basename(path) === DATABASE && basename(dirname(path)) === "amazon-q";
}

export interface Files {
  /** What Kiro knows of the session. */
  about: string;
  /** What happened. */
  log: string;
  /** Which process has it open. */
  lock: string;
}

/** Can it be the name of a file? */
export function isId(id: string): boolean {
  return /^[\w-][\w.-]*$/.test(id);
}

/** null for an id that is none. */
export function filesOf(root: string, id: string): Files | null {
  if (!isId(id)) return null;
  const path = join(root, id);
  return { about: `${path}.json`, log: `${path}.jsonl`, lock: `${path}.lock` };
}
