/** The folders of a store, watched for changes: those of its newest sessions, and those above them. */
import { existsSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { remoteMount } from "../io/mounts.ts";
import type { Watcher } from "../io/watcher.ts";

interface Place {
  path: string;
  mtime: number;
}

/** More are only looked at from time to time. */
const MOST = 400;

export class WatchedFolders {
  readonly #watcher: Watcher;
  readonly #changed: (path: string | null) => void;
  /** How to end each. */
  readonly #watched = new Map<string, () => void>();
  #isClosed = false;

  /** `changed`: called with the path of what changed, null if it is unknown. */
  constructor(watcher: Watcher, changed: (path: string | null) => void) {
    this.#watcher = watcher;
    this.#changed = changed;
  }

  set(roots: readonly string[], places: readonly Place[]): void {
    if (this.#isClosed) return;
    const wanted = this.#wanted(roots, places);
    for (const [folder, end] of this.#watched) {
      if (wanted.has(folder)) continue;
      end();
      this.#watched.delete(folder);
    }
    for (const folder of wanted) {
      if (this.#watched.has(folder)) continue;
      const end = this.#watcher.watch(folder, (name) => this.#note(folder, name));
      if (end) this.#watched.set(folder, end);
    }
  }

  /** A folder that was removed is watched again if it comes back. */
  #note(folder: string, name: string | null): void {
    if (!existsSync(folder)) {
      this.#watched.get(folder)?.();
      this.#watched.delete(folder);
    }
    this.#changed(name === null ? null : join(folder, name));
  }

  #wanted(roots: readonly string[], places: readonly Place[]): Set<string> {
    const wanted = new Set(roots.flatMap(nearest));
    const newest = [...places].sort((a, b) => b.mtime - a.mtime);
    for (const { path } of newest) {
      if (wanted.size >= MOST) break;
      const root = roots.find((one) => path.startsWith(join(one, sep)));
      if (root === undefined) wanted.add(dirname(path));
      else if (!this.#watcher.isRecursive) {
        for (let at = dirname(path); at.length > root.length; at = dirname(at)) wanted.add(at);
      }
    }
    // A system call that waits for a file system that does not respond cannot be interrupted.
    return new Set([...wanted].filter((folder) => remoteMount(folder) === null));
  }

  close(): void {
    this.#isClosed = true;
    for (const end of this.#watched.values()) end();
    this.#watched.clear();
  }
}

/** The folder, or the nearest one above it that exists, up to two levels. */
function nearest(folder: string): string[] {
  const all = [folder, dirname(folder), dirname(dirname(folder))];
  const found = all.find((one) => existsSync(one));
  return found === undefined || dirname(found) === found ? [] : [found];
}
