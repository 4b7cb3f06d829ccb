/**
 * Where Windsurf writes transcripts of its Cascade, if a hook asks for them: `~/.windsurf/transcripts` on
 * every system, one file a trajectory (README.md).
 */
import { basename, dirname, join } from "node:path";
import { filesIn } from "../../io/files.ts";
import { hostOf } from "../../io/host.ts";
import type { Found, Store } from "../types.ts";

export const store: Store = {
  roots: (env, { path, home } = hostOf(env)) => [path.join(home, ".windsurf", FOLDER)],

  async find(root) {
    const found: Found[] = [];
    for (const file of filesIn(root, 1)) {
      const id = idOf(file.path);
      if (id !== null) found.push({ ...file, agent: "windsurf", id });
    }
    return found;
  },

  pathFor: (root, { id }) => join(root, `${id}.jsonl`),

  // No record has an id: the file has the trajectory's.
  identity(path) {
    const id = basename(dirname(path)) === FOLDER ? idOf(path) : null;
    return id === null ? null : { id, parent: null };
  },
};

const FOLDER = "transcripts";

function idOf(path: string): string | null {
  const [, id] = /^([\w-]+)\.jsonl$/.exec(basename(path)) ?? [];
  return id ?? null;
}
