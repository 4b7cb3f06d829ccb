/**
 * The system's notices that something changed in a folder. They may be missing: on network mounts, and
 * when there are too many; so whoever waits for them also looks from time to time.
 */
import { watch } from "node:fs";

export interface Watcher {
  /** Does one call include all folders below? */
  readonly isRecursive: boolean;
  /**
   * Calls `changed` with the name of what changed in the folder, null if it is unknown. Returns what
   * ends that; null if the folder cannot be watched.
   */
  watch(folder: string, changed: (name: string | null) => void): (() => void) | null;
}

/** On Linux, Node would watch every single file below a folder, so it is not asked to. */
const isRecursive = process.platform === "darwin" || process.platform === "win32";

export const systemWatcher: Watcher = {
  isRecursive,
  watch(folder, changed) {
    try {
      const watching = watch(folder, { persistent: false, recursive: isRecursive }, (_, name) =>
        changed(name),
      );
      watching.on("error", () => watching.close());
      return () => watching.close();
    } catch {
      return null;
    }
  },
};
