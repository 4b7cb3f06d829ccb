/** Asks git about the current state of a folder's repository, without changing anything. */
import { spawnSync } from "node:child_process";
import { remoteMount } from "./mounts.ts";
import type { Env } from "./state.ts";

/** The current state of the repository. */
export interface GitState {
  branch: string | null;
  commit: string | null;
  /**
   * Commits since the session's, newest first, one per line; null if the session's commit is not in
   * this repository.
   */
  since: string[] | null;
  /** Files that differ from the last commit, as in `git status --short`. */
  changed: string[];
}

/**
 * A repository's own settings can name programs that git starts. Hooks and the file monitor are
 * disabled; content filters (`filter.*.clean`) cannot be, and run as in any `git status` there.
 */
const SAFE = [
  "--no-optional-locks",
  "-c",
  "core.fsmonitor=false",
  "-c",
  "core.hooksPath=/dev/null",
  "-c",
  "core.quotePath=false",
  "-c",
  "log.showSignature=false",
];

/** null if there is no repository, no git, or no answer in time. */
export function gitState(folder: string, commitThen: string | null, env: Env): GitState | null {
  if (remoteMount(folder) !== null) return null;
  const git = (...args: string[]): string | null => {
    const { stdout, status } = spawnSync("git", [...SAFE, ...args], {
      cwd: folder,
      encoding: "utf8",
      env: { ...env, GIT_TERMINAL_PROMPT: "0", LC_ALL: "C" },
      timeout: 10_000,
      maxBuffer: 16 << 20,
      stdio: ["ignore", "pipe", "ignore"],
    });
    return status === 0 ? stdout : null;
  };
  const status = git("status", "--short", "--untracked-files=normal", "--ignore-submodules=all");
  if (status === null) return null;
  const branch = git("branch", "--show-current")?.trim();
  return {
    branch: branch || null,
    commit: git("rev-parse", "--verify", "--quiet", "HEAD")?.trim() || null,
    since: sinceOf(commitThen, git),
    changed: linesOf(status),
  };
}

/** Only what looks like a commit is passed to git as one. */
function sinceOf(
  commit: string | null,
  git: (...args: string[]) => string | null,
): string[] | null {
  if (commit === null || !/^[0-9a-f]{7,64}$/.test(commit)) return null;
  const log = git("log", "--oneline", "--no-decorate", "-n", "200", `${commit}..HEAD`, "--");
  return log === null ? null : linesOf(log);
}

function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}
