/** Environment variables that name folders are made absolute before anything uses them. */
import { isAbsolute, resolve } from "node:path";
import { expandHome, hostOf } from "../io/host.ts";
import type { Env } from "../io/state.ts";

const COMMON = ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"];

/** Segue's own folder, and those that every program uses. */
export function settleOwnFolders(env: Env): void {
  settle(env, COMMON);
  if (env.SEGUE_HOME) env.SEGUE_HOME = resolve(expandHome(env.SEGUE_HOME, hostOf(env).home));
}

/**
 * The agents' folders, so that an agent that is started in another folder still finds its store.
 */
export async function settleStores(env: Env): Promise<void> {
  const { stores } = await import("../agents/stores.ts");
  for (const { variables = [] } of Object.values(stores)) settle(env, variables);
}

/** A path that begins with "~" is left to the store: some agents expand it, others do not. */
function settle(env: Env, names: readonly string[]): void {
  for (const name of names) {
    const path = env[name];
    if (path && !isAbsolute(path) && !path.startsWith("~")) env[name] = resolve(path);
  }
}
