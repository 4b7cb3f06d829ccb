/** The sessions in the stores of all agents, found without reading them. */
import { resolve } from "node:path";
import { stores } from "../agents/stores.ts";
import type { Found, Store } from "../agents/types.ts";
import { answers, remoteMountsOf } from "../io/mounts.ts";
import type { Env } from "../io/state.ts";

export interface Places {
  env: Env;
  /** The project in question. */
  cwd: string;
  /** Store folders given for this run, by agent id. */
  stores: ReadonlyMap<string, string>;
}

/** An agent, with only what is needed to find its sessions. */
export interface Keeper {
  id: string;
  store: Store;
}

/** The sessions of one store. */
export interface Walked {
  agent: Keeper;
  root: string;
  found: Found[];
  /** A mount that does not respond, because of which the store was skipped; else null. */
  dead: string | null;
}

const ALL: readonly Keeper[] = Object.entries(stores).map(([id, store]) => ({ id, store }));

export function rootsOf({ id, store }: Keeper, places: Places): string[] {
  const given = places.stores.get(id);
  const roots = given === undefined ? store.roots(places.env, undefined, places.cwd) : [given];
  return roots.map((root) => resolve(root));
}

/** Searches all stores, or those of one agent. */
export function walk(places: Places, only?: Keeper): Promise<Walked[]> {
  const chosen = only ? [only] : ALL;
  return Promise.all(
    chosen.flatMap((agent) => rootsOf(agent, places).map((root) => walkStore(agent, root))),
  );
}

async function walkStore(agent: Keeper, root: string): Promise<Walked> {
  const dead = await deadMount(root);
  return { agent, root, found: dead === null ? await agent.store.find(root) : [], dead };
}

async function deadMount(root: string): Promise<string | null> {
  for (const mount of remoteMountsOf(root)) {
    if (!(await answers(mount))) return mount;
  }
  return null;
}

export async function sessionsOf(agent: Keeper, places: Places): Promise<Found[]> {
  return allSessions(places, agent);
}

export async function allSessions(places: Places, only?: Keeper): Promise<Found[]> {
  return newestFirst((await walk(places, only)).flatMap(({ found }) => found));
}

export function newestFirst(found: Found[]): Found[] {
  return found.sort((a, b) => b.mtime - a.mtime || (a.id < b.id ? -1 : 1));
}

/** Is it an empty file? The size of database rows is unknown. */
export function isNothing(bytes: number, { store }: Keeper): boolean {
  return bytes === 0 && store.database === undefined;
}

/** Where a session is stored, as in selectors: a path, or `path#id` in a database. */
export function placeOf({ path, id }: Found, { store }: Keeper): string {
  return store.database?.holds(path) ? `${path}#${id}` : path;
}
