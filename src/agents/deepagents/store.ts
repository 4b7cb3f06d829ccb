/** Where Deep Agents Code keeps its sessions: one database. */
import { join } from "node:path";
import { expandHome, hostOf } from "../../io/host.ts";
import type { Store } from "../types.ts";
import { database, holds } from "./database.ts";
import { findThreads } from "./rows.ts";

export const store: Store = {
  variables: ["DEEPAGENTS_HOME"],

  roots: (env, host = hostOf(env)) => {
    const named = env.DEEPAGENTS_HOME?.trim() ?? "";
    if (named !== "") return [host.path.resolve(expandHome(named, host.home))];
    return [host.path.join(host.home, ".deepagents")];
  },

  find: async (root) => [databaseIn(root)].filter(holds).flatMap(findThreads),

  inDatabase: findThreads,

  pathFor: (root) => databaseIn(root),

  // Ids are in the order of time, and the CLI's next one must be greater.
  facts: () => ({ now: Date.now() }),

  database,
};

function databaseIn(root: string): string {
  return join(root, ".state", "sessions.db");
}
