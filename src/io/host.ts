/** The system that Segue runs on, as far as paths depend on it. Tests stand in for the others. */
import { homedir } from "node:os";
import { posix, win32 } from "node:path";

export interface Host {
  platform: NodeJS.Platform;
  path: typeof posix;
  /** The user's own folder, as the agents find it. */
  home: string;
}

/** `~` and what follows it; any other path as it is. Shells do this only where it begins a word. */
export function expandHome(path: string, home: string): string {
  return /^~(?:[\\/]|$)/.test(path) ? home + path.slice(1) : path;
}

/** HOME is a word of POSIX: on Windows programs go by the profile, whatever a shell has set. */
export function hostOf(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): Host {
  return platform === "win32"
    ? { platform, path: win32, home: env.USERPROFILE || homedir() }
    : { platform, path: posix, home: env.HOME || homedir() };
}
