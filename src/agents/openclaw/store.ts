/** Where OpenClaw keeps its sessions: a database for each of its agents; files before 2026.7.2. */

import { basename, dirname, join } from "node:path";
import { filesIn, namesOf } from "../../io/files.ts";
import { expandHome, type Host, hostOf } from "../../io/host.ts";
import { rowPlace } from "../../io/row-place.ts";
import type { Found, Store } from "../types.ts";
import { database, holds } from "./database.ts";
import { noteAmong, noteOf, notesIn } from "./notes.ts";
import { childrenOf, findRows, titleOf } from "./rows.ts";

/** Of each agent, below its folder. */
const DATABASE = join("agent", "openclaw-agent.sqlite");

export const store: Store = {
  variables: ["OPENCLAW_STATE_DIR"],

  roots(env, host = hostOf(env)) {
    const named = expand(env.OPENCLAW_STATE_DIR, host);
    if (named !== undefined) return [named];
    const home = expand(env.OPENCLAW_HOME, host) ?? host.home;
    const profile = env.OPENCLAW_PROFILE?.trim() ?? "";
    const suffix = profile === "" || profile === "default" ? "" : `-${profile}`;
    const usual = host.path.join(home, `.openclaw${suffix}`);
    // Its name until the beginning of 2026.
    return suffix === "" ? [usual, host.path.join(home, ".clawdbot")] : [usual];
  },

  async find(root) {
    return agentsIn(root).flatMap((agent) => {
      const path = join(agent, DATABASE);
      const rows = holds(path) ? findRows(path) : [];
      const ids = new Set(rows.map(({ id }) => id));
      return [...rows, ...findFiles(join(agent, "sessions")).filter(({ id }) => !ids.has(id))];
    });
  },

  inDatabase: findRows,

  pathFor(root) {
    const usual = join(root, "agents", "main", DATABASE);
    const [only, ...more] = agentsIn(root)
      .map((agent) => join(agent, DATABASE))
      .filter(holds);
    return holds(usual) || only === undefined || more.length > 0 ? usual : only;
  },

  async children(place) {
    const { path, id } = rowPlace(place);
    if (id === "" || !holds(path)) return filesOfChildren(place);
    return childrenOf(path, id).map((child) => `${path}#${child}`);
  },

  title(place) {
    const { path, id } = rowPlace(place);
    if (id === "" || !holds(path)) return noteOf(place)?.title ?? null;
    return titleOf(path, id);
  },

  database,
};

function expand(path: string | undefined, host: Host): string | undefined {
  const named = path?.trim() ?? "";
  return named === "" ? undefined : host.path.resolve(expandHome(named, host.home));
}

/** The folders of OpenClaw's own agents: it can have several, each with its own sessions. */
function agentsIn(root: string): string[] {
  const agents = join(root, "agents");
  return namesOf(agents).map((name) => join(agents, name));
}

/** The sessions of an older version, but those of subagents. */
function findFiles(folder: string): Found[] {
  const notes = notesIn(folder);
  return filesIn(folder, 1).flatMap((file) => {
    const id = sessionIn(file.path);
    if (id === undefined || noteAmong(notes, file.path)?.spawnedBy !== undefined) return [];
    return [{ ...file, agent: "openclaw", id }];
  });
}

/** Beside a session may lie what it did, step by step. */
function sessionIn(path: string): string | undefined {
  const [, id] = /^([^.]+)\.jsonl$/.exec(basename(path)) ?? [];
  return id;
}

function filesOfChildren(path: string): string[] {
  const key = noteOf(path)?.key;
  if (key === undefined) return [];
  const folder = dirname(path);
  return [...notesIn(folder)].flatMap(([name, { spawnedBy }]) =>
    spawnedBy === key ? [join(folder, name)] : [],
  );
}
