/**
 * Which sessions are of the project in question: those of its git repository (all of its
 * worktrees, and whatever lies below), else those of the folder and what lies below it.
 */
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, posix, resolve, win32 } from "node:path";
import { remoteMount } from "../io/mounts.ts";

type Platform = NodeJS.Platform;

/**
 * A path as it is compared: a Windows path in a store that is read under WSL, or the other way
 * round, becomes one of this platform; where names differ by case only in looks, in lower case.
 */
export function comparable(path: string, platform: Platform = process.platform): string {
  const native = platform === "win32" ? toWindows(path) : fromWindows(path);
  const rules = platform === "win32" ? win32 : posix;
  const plain = rules.normalize(native).replace(/(?<=[^/\\:])[\\/]+$/, "");
  const isLoose =
    platform === "win32" || platform === "darwin" || /^\/mnt\/[a-z](\/|$)/i.test(plain);
  return isLoose ? plain.toLowerCase() : plain;
}

/** `C:\x` is /mnt/c/x in WSL, and `\\wsl$\Ubuntu\home\x` is /home/x. */
function fromWindows(path: string): string {
  const [, drive, rest = ""] = /^(?:\\\\\?\\)?([A-Za-z]):[\\/](.*)$/s.exec(path) ?? [];
  if (drive !== undefined) return `/mnt/${drive.toLowerCase()}/${rest.replaceAll("\\", "/")}`;
  const [, inside] = /^[\\/]{2}wsl(?:\$|\.localhost)[\\/][^\\/]+([\\/].*)$/is.exec(path) ?? [];
  return inside === undefined ? path : inside.replaceAll("\\", "/");
}

/** /mnt/c/x of WSL, and /c/x of Git Bash, are `C:\x`. */
function toWindows(path: string): string {
  const [, drive, rest = ""] = /^(?:\/mnt)?\/([A-Za-z])(\/.*)?$/s.exec(path) ?? [];
  if (drive !== undefined) return `${drive}:${rest.replaceAll("/", "\\") || "\\"}`;
  return path.replace(/^\\\\\?\\(?=[A-Za-z]:)/, "").replaceAll("/", "\\");
}

/** Is one of the folders `path`, or above it? All of them as `comparable` gives them. */
export function isWithin(path: string, folders: readonly string[]): boolean {
  return folders.some(
    (folder) =>
      path === folder ||
      (path.startsWith(folder) &&
        (/[\\/]$/.test(folder) || /[\\/]/.test(path[folder.length] ?? ""))),
  );
}

export class Project {
  /** Of the project; what lies below them is of it, too. */
  readonly #folders: string[];
  /** A home folder, or the root of all, is no project: only what was begun right there is of it. */
  readonly #exact: boolean;
  readonly #seen = new Map<string, boolean>();

  constructor(folder: string) {
    const real = realOr(folder);
    const root = gitRoot(real);
    const tree = root === null || isNoProject(root) ? null : root;
    this.#exact = tree === null && isNoProject(real);
    const folders = tree === null ? [real] : [tree, ...worktreesOf(tree)];
    this.#folders = [...new Set(folders.map((path) => comparable(path)))];
  }

  /** Is a session that was begun in this folder of the project? */
  has(cwd: string | null): boolean {
    if (cwd === null) return false;
    const before = this.#seen.get(cwd);
    if (before !== undefined) return before;
    const path = comparable(realOr(cwd));
    const is = this.#exact ? this.#folders.includes(path) : isWithin(path, this.#folders);
    this.#seen.set(cwd, is);
    return is;
  }
}

function isNoProject(path: string): boolean {
  const home = process.env.HOME || homedir();
  return dirname(path) === path || comparable(path) === comparable(realOr(home));
}

/** The real path; of a folder that is gone, that of the nearest above which is there. */
export function realOr(path: string): string {
  const whole = resolve(comparableForm(path));
  // Nothing is asked of a file system that may not answer.
  if (remoteMount(whole) !== null) return whole;
  try {
    return realpathSync.native(whole);
  } catch {
    const above = dirname(whole);
    return above === whole
      ? whole
      : resolve(realOr(above), whole.slice(above.length).replace(/^[\\/]/, ""));
  }
}

/** A path of the other side of WSL, in this side's form; case is kept. */
function comparableForm(path: string): string {
  return process.platform === "win32" ? toWindows(path) : fromWindows(path);
}

/** The nearest folder from `path` upwards that has a `.git`. */
function gitRoot(path: string): string | null {
  if (remoteMount(path) !== null) return null;
  for (let folder = path; ; folder = dirname(folder)) {
    if (existsSync(resolve(folder, ".git"))) return folder;
    if (dirname(folder) === folder) return null;
  }
}

/** The other folders of the same repository: its main one, and its worktrees. */
function worktreesOf(root: string): string[] {
  try {
    const git = commonFolder(resolve(root, ".git"));
    const main = dirname(git);
    const others = readFolder(resolve(git, "worktrees")).flatMap((name) => {
      const place = firstLine(resolve(git, "worktrees", name, "gitdir"));
      return place === null ? [] : [realOr(dirname(place))];
    });
    return /[\\/]\.git$/.test(git) ? [main, ...others] : others;
  } catch {
    return [];
  }
}

/** `.git` is a folder, or, in a worktree, a file that names a folder in which a file names it. */
function commonFolder(git: string): string {
  if (statSync(git).isDirectory()) return git;
  const [, own] = /^gitdir: (.*)$/.exec(firstLine(git) ?? "") ?? [];
  if (own === undefined) return git;
  const folder = resolve(dirname(git), own);
  const common = firstLine(resolve(folder, "commondir"));
  return realOr(common === null ? folder : resolve(folder, common));
}

function firstLine(path: string): string | null {
  try {
    return readFileSync(path, "utf8").split("\n", 1)[0]?.trim() ?? null;
  } catch {
    return null;
  }
}

function readFolder(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
