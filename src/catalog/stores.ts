/** The sessions in the stores of all agents, found without reading them. */
import { resolve } from "node:path";
import { nameOf, storeOf } from "../agents/profile.ts";
import { stores } from "../agents/stores.ts";
import type { Database, Found, Profile, Store } from "../agents/types.ts";
import { answers, remoteMountsOf } from "../io/mounts.ts";
import type { Env } from "../io/state.ts";
import { realOr } from "./project.ts";

export interface Places {
  env: Env;
  /** The project in question. */
  cwd: string;
  /** Store folders given for this run, by agent id or name of a profile. */
  stores: ReadonlyMap<string, string>;
  /** Other accounts of agents, each with its own store. */
  profiles?: readonly Profile[];
}

/** An agent, with only what is needed to find its sessions. */
export interface Keeper {
  id: string;
  store: Store;
  profile?: Profile;
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

export function rootsOf(keeper: Keeper, places: Places): string[] {
  const { store } = keeper;
  const given = places.stores.get(nameOf(keeper));
  const roots = given === undefined ? store.roots(places.env, undefined, places.cwd) : [given];
  return roots.map((root) => resolve(root));
}

/** Every agent, followed by the profiles. */
export function keepers({ profiles = [] }: Places): Keeper[] {
  return [...ALL, ...profiles.flatMap(keeperFor)];
}

function keeperFor(profile: Profile): Keeper[] {
  const { agent: id } = profile;
  const store = stores[id];
  return store === undefined ? [] : [{ id, store: storeOf(store, profile), profile }];
}

/**
 * The folders of all stores. One that a profile shares with its agent, or with another profile, is
 * only the first one's.
 */
export function allRoots(places: Places): { agent: Keeper; root: string }[] {
  const all = keepers(places).flatMap((agent) =>
    rootsOf(agent, places).map((root) => ({ agent, root })),
  );
  if (!places.profiles?.length) return all;
  const seen = new Set<string>();
  return all.filter(({ agent: { id }, root }) => {
    const key = `${id}\0${realOr(root)}`;
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}

/** Searches all stores, or those of one agent or profile. */
export async function walk(places: Places, only?: Keeper): Promise<Walked[]> {
  const chosen = only
    ? rootsOf(only, places).map((root) => ({ agent: only, root }))
    : allRoots(places);
  const all = await Promise.all(chosen.map(({ agent, root }) => walkStore(agent, root)));
  if (!only && places.profiles?.length) leaveOnce(all);
  return all;
}

/** Sessions in the folders of projects belong to all accounts: the first one has them. */
function leaveOnce(stores: readonly Walked[]): void {
  const seen = new Set<string>();
  for (const store of stores) {
    store.found = store.found.filter((session) => {
      const key = [store.agent.id, session.path, session.id].join("\0");
      const isNew = !seen.has(key);
      seen.add(key);
      return isNew;
    });
  }
}

async function walkStore(agent: Keeper, root: string): Promise<Walked> {
  const dead = await deadMount(root);
  const found = dead === null ? await agent.store.find(root) : [];
  const { profile } = agent;
  if (profile) for (const session of found) session.profile = profile.name;
  return { agent, root, found, dead };
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
  return store.database && isDatabase(path, store.database) ? `${path}#${id}` : path;
}

/** Paths of databases: to recognise one, its folder may have to be searched, and it has many sessions. */
const databases = new WeakMap<Database, Set<string>>();

function isDatabase(path: string, database: Database): boolean {
  const known = databases.get(database) ?? new Set();
  if (known.has(path)) return true;
  if (!database.holds(path)) return false;
  databases.set(database, known.add(path));
  return true;
}
