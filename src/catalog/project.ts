/**
 * Which sessions are of the project in question: those of its git repository (all of its
 * worktrees, and whatever lies below), else those of the folder and what lies below it.
 */
import { existsSync, readdirSync, realpathSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { textIn } from "../io/door.ts";
import { hostOf } from "../io/host.ts";
import { remoteMount } from "../io/mounts.ts";
import { isWithin, localForm, rulesFor, sameFolder } from "../session/paths.ts";

const RULES = rulesFor(process.platform);

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
    this.#folders = tree === null ? [real] : [...new Set([tree, ...worktreesOf(tree)])];
  }

  /** Is a session that was begun in this folder of the project? */
  has(cwd: string | null): boolean {
    if (cwd === null) return false;
    const before = this.#seen.get(cwd);
    if (before !== undefined) return before;
    const path = realOr(cwd);
    const holds = this.#exact ? sameFolder : isWithin;
    const is = this.#folders.some((folder) => holds(path, folder, RULES));
    this.#seen.set(cwd, is);
    return is;
  }
}

function isNoProject(path: string): boolean {
  return dirname(path) === path || sameFolder(path, realOr(hostOf(process.env).home), RULES);
}

/** The real path; of a folder that is gone, that of the nearest above which is there. */
export function realOr(path: string): string {
  const whole = resolve(localForm(path, process.platform));
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
    return textIn(path).split("\n", 1)[0]?.trim() ?? null;
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
