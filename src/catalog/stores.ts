/** The sessions in the stores of all agents. */
import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import { agents, findAgent } from "../agents/registry.ts";
import type { Agent, Found } from "../agents/types.ts";
import { databaseAt } from "../convert/open.ts";
import type { Env } from "../io/state.ts";
import { headOf } from "./peek.ts";

export interface Places {
  env: Env;
  /** The project in question. */
  cwd: string;
  /** Store folders given for this run, by agent id. */
  stores: ReadonlyMap<string, string>;
}

export function rootsOf(agent: Agent, { env, stores }: Places): string[] {
  const given = stores.get(agent.id);
  return given === undefined ? agent.store.roots(env) : [resolve(given)];
}

export async function sessionsOf(agent: Agent, places: Places): Promise<Found[]> {
  const lists = await Promise.all(rootsOf(agent, places).map((root) => agent.store.find(root)));
  return newestFirst(lists.flat());
}

export async function allSessions(places: Places, only?: Agent): Promise<Found[]> {
  const chosen = only ? [only] : agents;
  const lists = await Promise.all(chosen.map((agent) => sessionsOf(agent, places)));
  return newestFirst(lists.flat());
}

export function newestFirst(found: Found[]): Found[] {
  return found.sort((a, b) => b.mtime - a.mtime || a.id.localeCompare(b.id));
}

/** Sessions of the project in question come first, each kind newest first. */
export function hereFirst(found: readonly Found[], places: Places): Found[] {
  const here = realOr(places.cwd);
  const [near, far]: [Found[], Found[]] = [[], []];
  for (const session of found) {
    const agent = findAgent(session.agent);
    const cwd = agent && cwdOf(agent, session);
    (typeof cwd === "string" && realOr(cwd) === here ? near : far).push(session);
  }
  return [...near, ...far];
}

export function cwdOf(agent: Agent, { path, summary }: Found): string | null | undefined {
  if (summary && (summary.cwd !== null || agent.store.database)) return summary.cwd;
  return headOf(agent, path, (header) => header.cwd !== null)?.cwd;
}

/** Where a session lies, as selectors take it: a path, or `path#id` in a database. */
export function placeOf({ path, id }: Found): string {
  return databaseAt(path) ? `${path}#${id}` : path;
}

function realOr(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}
