/**
 * Which sessions belong to the project in question: those of its git repository (all of its
 * worktrees, and everything below them), else those of the folder and everything below it.
 */
import { existsSync, readdirSync, realpathSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { textIn } from "../io/door.ts";
import { hostOf } from "../io/host.ts";
import { remoteMount } from "../io/mounts.ts";
import { isWithin, localForm, rulesFor, sameFolder } from "../session/paths.ts";

const RULES = rulesFor(process.platform);

export class Project {
  /** Folders of the project; everything below them belongs to it, too. */
  readonly #folders: string[];
  /**
   * A home folder, or the file system's root, is not a project: only sessions that began in exactly
   * that folder belong to it.
   */
  readonly #exact: boolean;
  readonly #seen = new Map<string, boolean>();

  constructor(folder: string) {
    const real = realOr(folder);
    const root = gitRoot(real);
    const tree = root === null || isNoProject(root) ? null : root;
    this.#exact = tree === null && isNoProject(real);
    this.#folders = tree === null ? [real] : [...new Set([tree, ...worktreesOf(tree)])];
  }

  /** Does a session that began in this folder belong to the project? */
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

/**
 * The real path; for a folder that no longer exists, that of the nearest existing folder above it.
 */
export function realOr(path: string): string {
  const whole = resolve(localForm(path, process.platform));
  // Does not access a file system that may not respond.
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

/**
 * `.git` is a folder, or, in a worktree, a file that names a folder whose own file refers back to
 * it.
 */
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
