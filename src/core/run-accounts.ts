/** Which agents and profiles stand for one account, and so for the same limits. */
import { realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Agent } from "../agents/types.ts";
import { type Places, rootsOf } from "../catalog/stores.ts";

/** The same folder, whatever it is called, and no other variable that may choose another account. */
export function sharesAccount(a: Agent, b: Agent, places: Places): boolean {
  const folders = (agent: Agent): string[] => rootsOf(agent, places).map(real).sort();
  return (
    a.id === b.id &&
    isDeepStrictEqual(folders(a), folders(b)) &&
    isDeepStrictEqual(othersOf(a), othersOf(b))
  );
}

function othersOf({ profile, store: { variables = [] } }: Agent): object {
  const all = Object.entries(profile?.env ?? {});
  return Object.fromEntries(all.filter(([name]) => !variables.includes(name)));
}

/** Without links, also where nothing is yet. */
function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const above = dirname(path);
    return above === path ? path : join(real(above), basename(path));
  }
}
