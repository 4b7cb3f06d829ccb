/** Where to look for sessions. */
import { statSync } from "node:fs";
import { isAbsolute, join, relative } from "node:path";
import { stores as storeOf } from "../agents/stores.ts";
import type { Profile, Store } from "../agents/types.ts";
import { type Keeper, type Places, rootsOf } from "../catalog/stores.ts";
import type { Settings } from "../config/settings.ts";
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
      if (!isDirectory(folder)) missing(id, folder, where);
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
