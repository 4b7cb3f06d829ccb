/** The sessions in the stores of all agents, found without reading them. */
import { resolve } from "node:path";
import { nameOf, storeOf } from "../agents/profile.ts";
import { stores } from "../agents/stores.ts";
import type { Database, Found, Profile, Store } from "../agents/types.ts";
import { answers, remoteMountsOf } from "../io/mounts.ts";
import { rowPlace } from "../io/row-place.ts";
import type { Env } from "../io/state.ts";
import { gathering, noteUnread, type Unread } from "../io/unread.ts";
import { realOr } from "./project.ts";

export interface Places {
  env: Env;
  /** The project in question. */
  cwd: string;
  /** Store folders given for this run, by agent id or name of a profile. */
  stores: ReadonlyMap<string, string>;
  /** Other accounts of agents, each with its own store. */
  profiles?: readonly Profile[];
  /** Told what could not be read where sessions are looked for without a catalog. */
  unread?: (problems: readonly Problem[]) => void;
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
  /** What of it could not be read: its sessions, if there are any, are not among those found. */
  unread: Unread[];
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
  const { found, unread } = dead === null ? await search(agent, root) : NOTHING;
  const { profile } = agent;
  for (const session of found) {
    if (profile) session.profile = profile.name;
    mend(session);
  }
  return { agent, root, found, dead, unread };
}

/** The latest time that a date can have, in milliseconds. */
const LAST_TIME = 8.64e15;

/** In a database, anything may stand where a number is expected: it must not end the list. */
function mend(session: Found): void {
  const { mtime, bytes, summary } = session;
  if (!(Math.abs(mtime) <= LAST_TIME)) session.mtime = 0;
  if (!Number.isFinite(bytes)) session.bytes = 0;
  if (summary && Number.isNaN(summary.messages)) session.summary = { ...summary, messages: null };
}

const NOTHING = { found: [], unread: [] };

/** A store that fails hides no other. */
function search({ store }: Keeper, root: string): Promise<{ found: Found[]; unread: Unread[] }> {
  return gathering(async () => {
    try {
      return await store.find(root);
    } catch (error) {
      noteUnread(root, error);
      return [];
    }
  });
}

/** What could not be read, with the agent whose store it is in: each path once, with the first one. */
export interface Problem extends Unread {
  agent: string;
  /** Is it a store, or a part of one, which may hold any number of sessions? Else it is one session. */
  isStore: boolean;
}

export function problemsIn(stores: readonly Walked[]): Problem[] {
  const all = new Map<string, Problem>();
  for (const { agent, root, dead, unread } of stores) {
    const about = { agent: agent.id, isStore: true };
    if (dead !== null) {
      const why = `${dead} does not respond`;
      all.set(root, { ...about, path: root, why, hint: "mount it again, or unmount it" });
    }
    for (const one of unread) {
      const isStore = rowPlace(one.path).id === "";
      if (!all.has(one.path)) all.set(one.path, { ...about, ...one, isStore });
    }
  }
  return [...all.values()];
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
  const { found, problems } = await searched(places, only);
  places.unread?.(problems);
  return found;
}

/** All sessions, the newest first, and what could not be read. */
export async function searched(
  places: Places,
  only?: Keeper,
): Promise<{ found: Found[]; problems: Problem[] }> {
  const stores = await walk(places, only);
  const found = newestFirst(stores.flatMap((store) => store.found));
  return { found, problems: problemsIn(stores) };
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
