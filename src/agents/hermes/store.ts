/** Where Hermes keeps its sessions: a database, and one more for each profile. */
import { join } from "node:path";
import { namesOf } from "../../io/files.ts";
import { expandHome, hostOf } from "../../io/host.ts";
import { rowPlace } from "../../io/row-place.ts";
import type { Store } from "../types.ts";
import { database, holds } from "./database.ts";
import { DATABASE, usualDatabase } from "./profile.ts";
import { childrenOf, findRows, titlesIn } from "./rows.ts";

export const store: Store = {
  variables: ["HERMES_HOME"],

  roots(env, host = hostOf(env)) {
    const named = env.HERMES_HOME?.trim() ?? "";
    if (named !== "") return [host.path.resolve(expandHome(named, host.home))];
    return [host.path.join(host.home, ".hermes")];
  },

  find: async (root) => databasesIn(root).flatMap(findRows),

  inDatabase: findRows,

  pathFor: (root) => usualDatabase(root),

  async children(place) {
    const { path, id } = rowPlace(place);
    return id === "" || !holds(path) ? [] : childrenOf(path, id).map((own) => `${path}#${own}`);
  },

  // No two sessions have the same title.
  facts(root) {
    const path = usualDatabase(root);
    return { titles: holds(path) ? titlesIn(path) : [], now: Date.now() };
  },

  database,
};

function databasesIn(root: string): string[] {
  const profiles = join(root, "profiles");
  const folders = [root, ...list(profiles).map((name) => join(profiles, name))];
  return folders.map((folder) => join(folder, DATABASE)).filter(holds);
}

function list(folder: string): string[] {
  return namesOf(folder);
}
