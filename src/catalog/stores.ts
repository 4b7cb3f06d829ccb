/** The sessions in the stores of all agents, found without reading them. */
import { resolve } from "node:path";
import { agents } from "../agents/registry.ts";
import type { Agent, Found } from "../agents/types.ts";
import { answers, remoteMountsOf } from "../io/mounts.ts";
import type { Env } from "../io/state.ts";

export interface Places {
  env: Env;
  /** The project in question. */
  cwd: string;
  /** Store folders given for this run, by agent id. */
  stores: ReadonlyMap<string, string>;
}

/** The sessions of one store. */
export interface Walked {
  agent: Agent;
  root: string;
  found: Found[];
  /** A mount that does not answer, because of which the store was left out; else null. */
  dead: string | null;
}

export function rootsOf(agent: Agent, { env, stores }: Places): string[] {
  const given = stores.get(agent.id);
  return given === undefined ? agent.store.roots(env) : [resolve(given)];
}

/** Looks through every store, or those of one agent. */
export function walk(places: Places, only?: Agent): Promise<Walked[]> {
  const chosen = only ? [only] : agents;
  return Promise.all(
    chosen.flatMap((agent) => rootsOf(agent, places).map((root) => walkStore(agent, root))),
  );
}

async function walkStore(agent: Agent, root: string): Promise<Walked> {
  const dead = await deadMount(root);
  return { agent, root, found: dead === null ? await agent.store.find(root) : [], dead };
}

async function deadMount(root: string): Promise<string | null> {
  for (const mount of remoteMountsOf(root)) {
    if (!(await answers(mount))) return mount;
  }
  return null;
}

export async function sessionsOf(agent: Agent, places: Places): Promise<Found[]> {
  return allSessions(places, agent);
}

export async function allSessions(places: Places, only?: Agent): Promise<Found[]> {
  return newestFirst((await walk(places, only)).flatMap(({ found }) => found));
}

export function newestFirst(found: Found[]): Found[] {
  return found.sort((a, b) => b.mtime - a.mtime || (a.id < b.id ? -1 : 1));
}

/** Where a session lies, as selectors take it: a path, or `path#id` in a database. */
export function placeOf({ path, id }: Found, agent: Agent): string {
  return agent.store.database?.holds(path) ? `${path}#${id}` : path;
}
