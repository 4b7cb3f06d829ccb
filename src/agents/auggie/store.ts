/** Where Auggie keeps its sessions. */
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { statOf } from "../../io/files.ts";
import { sessionFile } from "../shared/documents.ts";
import type { Found, Store } from "../types.ts";
import { database, idsIn } from "./database.ts";

export const store: Store = {
  // No variable moves it; `--augment-cache-dir` does, for one run.
  roots: (env) => [resolve(join(env.HOME || env.USERPROFILE || homedir(), ".augment"))],

  // sessions/<id>.json
  async find(home) {
    const root = join(home, "sessions");
    return idsIn(root).flatMap((id) => foundAt(root, id) ?? []);
  },

  pathFor: (home) => join(home, "sessions"),

  database,
};

function foundAt(root: string, id: string): Found | null {
  const info = statOf(sessionFile(root, id));
  if (!info?.isFile()) return null;
  return {
    agent: "auggie",
    id,
    path: root,
    mtime: info.mtimeMs,
    bytes: info.size,
    inode: info.ino,
    // The rest is in the records.
    summary: {
      title: null,
      cwd: null,
      model: null,
      createdAt: null,
      updatedAt: info.mtime.toISOString(),
      messages: null,
      parent: null,
    },
  };
}
