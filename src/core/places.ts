/** Where to look for sessions. */
import { existsSync, statSync } from "node:fs";
import { isAbsolute, join, relative, resolve } from "node:path";
import { nameOf } from "../agents/profile.ts";
import { checkArchive } from "../agents/shared/exports/files.ts";
import { stores as storeOf } from "../agents/stores.ts";
import type { Profile, Store } from "../agents/types.ts";
import { type Keeper, type Places, rootsOf } from "../catalog/stores.ts";
import type { Settings } from "../config/settings.ts";
import { SegueError } from "../errors.ts";
import { followLinks } from "../io/files.ts";
import { expandHome, hostOf } from "../io/host.ts";
import { type Env, variableFor } from "../io/state.ts";

export { nameOf } from "../agents/profile.ts";
export type { Keeper, Places } from "../catalog/stores.ts";

/** The ids of all agents, in the order of lists. */
export const agentIds: readonly string[] = Object.keys(storeOf);

/**
 * Applies the settings about agents: where their stores are, and which commands start them. `cwd`:
 * the project's folder; `missing` is called for a configured store that does not exist.
 */
export function placesFrom(
  given: Env,
  cwd: string,
  settings: Settings,
  missing: (agent: string, folder: string, where: string | null) => void = () => {},
): Places & { stores: Map<string, string> } {
  const env: Env = { ...given };
  const stores = new Map<string, string>();
  followLinks(settings.text("links") === "follow");
  for (const [id, store] of Object.entries(storeOf)) {
    const { value: folder, source, where } = settings.get(`agents.${id}.store`);
    const fromFile = source === "user" || source === "project";
    if (typeof folder === "string" && !(fromFile && isMoved(store, given))) {
      stores.set(id, storeIn(store, folder, env));
      if (!isDirectory(folder) && !store.database?.holds(folder)) missing(id, folder, where);
    }
    const command = `agents.${id}.command`;
    const program = settings.text(command);
    if (program !== null) env[variableFor(command)] = program;
  }
  return { env, cwd, stores, profiles: settings.profiles };
}

/**
 * The store in a folder that the user names for an agent: the agent's own folder (`~/.claude`) is
 * accepted, too, if the store is a part of it (`~/.claude/projects`).
 */
export function storeIn(store: Store, folder: string, env: Env): string {
  const home = store.home?.(env);
  if (home === undefined) return folder;
  const parts = store.roots(env).map((root) => relative(home, root));
  const isPart = (part: string): boolean =>
    part !== "" && !part.startsWith("..") && !isAbsolute(part);
  const inside = parts.filter(isPart).map((part) => join(folder, part));
  return inside.find(isDirectory) ?? folder;
}

function isDirectory(folder: string): boolean {
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/**
 * Does a vendor's variable set the store's location? The environment takes precedence over files.
 */
function isMoved(store: Store, env: Env): boolean {
  const { HOME, USERPROFILE } = env;
  const plain = { ...(HOME && { HOME }), ...(USERPROFILE && { USERPROFILE }) };
  return store.roots(env)[0] !== store.roots(plain)[0];
}

/**
 * Makes what is at this path the only store to look in, and tells whose it is; loads the agents.
 * @throws SegueError if no agent, or more than one, has sessions there.
 */
export async function onlyAt(
  places: Places & { stores: Map<string, string> },
  given: string,
  named?: string,
): Promise<string> {
  const { agents } = await import("../agents/registry.ts");
  const path = resolve(given);
  const about = { where: given };
  if (!existsSync(path))
    throw new SegueError("not-found", "there is no such file or folder", about);
  const among = named === undefined ? agents : [await keeperNamed(named, places.profiles)];
  const found: Keeper[] = [];
  for (const one of among) {
    const isIts = one.store.database?.holds(path) || (await one.store.find(path)).length > 0;
    if (isIts) found.push(one);
  }
  const [only, ...more] = found;
  if (!only) {
    checkArchive(path);
    throw new SegueError("not-found", "there are no sessions of a supported agent here", about);
  }
  if (more.length > 0) {
    const names = found.map(nameOf).join(", ");
    const hint = "name one of them with --agent";
    throw new SegueError("ambiguous", `there are sessions of ${names} here`, { ...about, hint });
  }
  places.stores.set(nameOf(only), path);
  return nameOf(only);
}

/** An agent, where its sessions are stored, and the command that installs it. */
export interface AgentPlaces {
  name: string;
  stores: readonly string[];
  /** null if Segue knows none. */
  install: string | null;
}

/** All agents that Segue knows, and the profiles; loads the agents. */
export async function agentPlaces(places: Places): Promise<AgentPlaces[]> {
  const { accounts } = await import("../agents/registry.ts");
  return accounts(places.profiles).map((agent) => ({
    name: agent.name,
    stores: rootsOf(agent, places),
    install: agent.launch.install ?? null,
  }));
}

/** A path with "~" replaced by the home folder. */
export function expanded(path: string, env: Env): string {
  return expandHome(path, homeFolder(env));
}

/** The home folder, as the agents determine it. */
export function homeFolder(env: Env): string {
  return hostOf(env).home;
}

/**
 * The agent or profile with this name, with only what is needed to find its sessions; loads the agents.
 * @throws SegueError `not-found` with the nearest names.
 */
export async function keeperNamed(name: string, profiles?: readonly Profile[]): Promise<Keeper> {
  const { agentNamed } = await import("../agents/registry.ts");
  return agentNamed(name, profiles);
}
