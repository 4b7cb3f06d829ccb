/** The system that Segue runs on, as far as paths depend on it. Tests substitute others. */
import { homedir } from "node:os";
import { posix, win32 } from "node:path";

export interface Host {
  platform: NodeJS.Platform;
  path: typeof posix;
  /** The home folder, as the agents determine it. */
  home: string;
}

/**
 * Expands a leading `~`; other paths are unchanged. Shells do this only at the beginning of a word.
 */
export function expandHome(path: string, home: string): string {
  return /^~(?:[\\/]|$)/.test(path) ? home + path.slice(1) : path;
}

/** HOME is a POSIX variable: on Windows, programs use the profile, whatever a shell has set. */
export function hostOf(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): Host {
  return platform === "win32"
    ? { platform, path: win32, home: env.USERPROFILE || homedir() }
    : { platform, path: posix, home: env.HOME || homedir() };
}
