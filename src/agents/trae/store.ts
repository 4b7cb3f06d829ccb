/** Where the editors named Trae keep their sessions: in the states of a user and of the user's workspaces. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { SegueError } from "../../errors.ts";
import { type Host, hostOf } from "../../io/host.ts";
import { STATE } from "../shared/state.ts";
import { EDITORS, type Editor, userFolders } from "../shared/vscode.ts";
import type { Database, Store } from "../types.ts";
import { findIn, findState, holdsSessions, readState } from "./state.ts";

/** Trae's editor for agents alone, which is no editor for extensions. */
const SOLO: readonly Editor[] = ["TRAE SOLO", "TRAE SOLO CN"].map((name) => ({
  name,
  folder: name,
  command: "trae",
}));

const OWN = [...EDITORS.filter(({ name }) => /^Trae\b/.test(name)), ...SOLO];

/** Those of no particular editor are other agents'. */
const PLACE = /[\\/](?:Trae|Trae CN|TRAE SOLO|TRAE SOLO CN|\.trae-server|\.trae-cn-server)[\\/]/;

const database: Database = {
  holds: holdsSessions,
  read: readState,
  replace: refuse,
  renamed: (lines) => [...lines],
};

export const store: Store = {
  // Those that exist: nobody has all of its editors, and the first is where a new one would be.
  roots(env, host = hostOf(env)) {
    const all = usersOf(env, host);
    const there = all.filter((path) => existsSync(path));
    return there.length > 0 ? there : all.slice(0, 1);
  },
  find: async (root) => findIn(root),
  inDatabase: findState,
  pathFor: (root) => join(root, "globalStorage", STATE),
  database,
};

/** The folders of the editors' users, whether they exist or not. */
export function usersOf(env: NodeJS.ProcessEnv, host: Host): string[] {
  return userFolders(env, host, OWN).filter((path) => PLACE.test(path));
}

function refuse(path: string): never {
  throw new SegueError("refused", "Segue does not write to the state of Trae's editor", {
    where: path,
  });
}
