/**
 * The project that a folder belongs to, by OpenCode's own rule: the address of its `origin`, else
 * the id stored in the repository, else its first commit, else "global".
 */
import { createHash } from "node:crypto";
import { existsSync, realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { textIn } from "../../../io/door.ts";
import { askGit } from "../git.ts";

export interface Project {
  id: string;
  worktree: string;
  vcs: "git" | null;
}

const GLOBAL: Project = { id: "global", worktree: "/", vcs: null };

/** `idFile`: the name of the file below .git that contains the id. Runs git, if installed. */
export function projectOf(cwd: string, idFile: string, env: NodeJS.ProcessEnv): Project {
  const worktree = repositoryOf(cwd);
  if (worktree === null) return GLOBAL;
  const git = (...args: string[]): string | null => askGit(worktree, args, env);
  const common = git("rev-parse", "--git-common-dir");
  const commonDir = common === null ? join(worktree, ".git") : resolve(worktree, common);
  const id =
    remoteId(git("remote", "get-url", "origin")) ??
    notedId(join(commonDir, idFile)) ??
    firstCommit(git("rev-list", "--max-parents=0", "HEAD"));
  return {
    id: id ?? "global",
    worktree: git("rev-parse", "--show-toplevel") ?? worktree,
    vcs: "git",
  };
}

function repositoryOf(cwd: string): string | null {
  for (let folder = realOr(resolve(cwd)); ; folder = dirname(folder)) {
    if (existsSync(join(folder, ".git"))) return folder;
    if (dirname(folder) === folder) return null;
  }
}

function realOr(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** The SHA-1 of `git-remote:host/path`; null if it is not the address of a host. */
export function remoteId(url: string | null): string | null {
  const place = url === null ? null : hostAndPath(url);
  if (place === null) return null;
  const path = place.path
    .replace(/^\/+/, "")
    .replace(/\/+$/, "")
    .replace(/\.git$/, "");
  if (place.host === "" || path === "") return null;
  return createHash("sha1").update(`git-remote:${place.host.toLowerCase()}/${path}`).digest("hex");
}

function hostAndPath(url: string): { host: string; path: string } | null {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(url)) {
    try {
      const { protocol, host, pathname } = new URL(url);
      return protocol === "file:" ? null : { host, path: pathname };
    } catch {
      return null;
    }
  }
  const [, host, path] = /^(?:[^@/]+@)?([^:/]+):(?!\/\/)(.+)$/.exec(url) ?? [];
  return host !== undefined && path !== undefined ? { host, path } : null;
}

function notedId(path: string): string | null {
  try {
    const id = textIn(path).trim();
    return id === "" ? null : id;
  } catch {
    return null;
  }
}

function firstCommit(list: string | null): string | null {
  return list?.split("\n").filter(Boolean).sort()[0] ?? null;
}
