/**
 * Where Amp kept its threads until March 2026: `amp/threads/T-<uuid>.json` in the folder for data, which is
 * below the home folder on every system. Later versions keep none.
 */
import { basename, join } from "node:path";
import { filesIn } from "../../io/files.ts";
import { hostOf } from "../../io/host.ts";
import type { Found, Store } from "../types.ts";
import { isThreadId } from "./document.ts";

export const store: Store = {
  roots(env, { path, home } = hostOf(env)) {
    const data = env.XDG_DATA_HOME || path.join(home, ".local", "share");
    return [path.join(data, "amp", "threads")];
  },

  async find(root) {
    const found: Found[] = [];
    for (const file of filesIn(root, 1)) {
      const name = basename(file.path);
      const id = name.slice(0, -".json".length);
      if (name.endsWith(".json") && isThreadId(id)) found.push({ ...file, agent: "amp", id });
    }
    return found;
  },

  pathFor: (root, { id }) => join(root, `${id}.json`),
};
