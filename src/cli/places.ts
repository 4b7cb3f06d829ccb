/** Options that set where to look for sessions. Kept separate: `segue list` loads little else. */
import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import {
  type Keeper,
  keeperNamed,
  nameOf,
  type Places,
  placesFrom,
  storeIn,
} from "../core/places.ts";
import { settings } from "../core/settings.ts";
import { SegueError } from "../errors.ts";
import { expanded } from "./options.ts";
import { oneLine, warn } from "./terminal.ts";

export interface PlaceOptions {
  cwd?: string;
  store?: string[];
}

/** `--cwd` and `--store`, which set where to look for sessions. */
export function withPlaces(
  command: Command,
  project = "the project folder (default: the current folder)",
): Command {
  return command
    .option("--cwd <dir>", project)
    .option("--store <agent=dir>", "use this folder as an agent's session store", collect);
}

function collect(value: string, values: string[] | undefined): string[] {
  return [...(values ?? []), value];
}

interface StoreGiven {
  /** The option's value as typed. */
  given: string;
  agent: string;
  folder: string;
}

/** The stores that the options name, each with the name of its agent. */
export function storesGiven({ store = [] }: PlaceOptions): StoreGiven[] {
  return store.map((given) => {
    const at = given.indexOf("=");
    const [agent, folder] = [given.slice(0, at), given.slice(at + 1)];
    if (at >= 1 && folder !== "") return { given, agent, folder: resolve(expanded(folder)) };
    throw new SegueError("usage", `--store takes agent=dir, not "${given}"`);
  });
}

/**
 * Sets a store's folder. It must exist: a mistyped one would look like an empty one. `target`: the
 * agent that a session is written for, whose store may be new.
 */
export function setStore(
  stores: Map<string, string>,
  { given, folder }: StoreGiven,
  keeper: Keeper,
  target?: string,
): void {
  const flag = `--store ${given}`;
  const [id, { store }] = [nameOf(keeper), keeper];
  const other = stores.get(id);
  const place = storeIn(store, folder, process.env);
  if (other !== undefined && other !== place) {
    throw new SegueError("usage", `${flag}: another store of ${id} is specified, too`, {
      where: other,
      hint: "specify one store for each agent",
    });
  }
  const info = statSync(folder, { throwIfNoEntry: false });
  const isStore = info?.isDirectory() || (info && store.database?.holds(folder));
  if (info ? !isStore : id !== target) {
    const what = info ? "this is not a folder" : "there is no such folder";
    throw new SegueError("not-found", `${flag}: ${what}`, { where: folder });
  }
  stores.set(id, place);
}

/** Like `placesOf`, but the agents are loaded only if the options name one. */
export async function placesFor(
  options: PlaceOptions,
): Promise<Places & { stores: Map<string, string> }> {
  const places = configured(options);
  const stores = new Map<string, string>();
  for (const one of storesGiven(options))
    setStore(stores, one, await keeperNamed(one.agent, places.profiles));
  for (const [id, folder] of stores) places.stores.set(id, folder);
  return places;
}

/**
 * Applies the settings about agents: where their stores are, and which commands start them.
 * `target`: as in `setStore`.
 */
export function configured(
  { cwd = process.cwd() }: PlaceOptions,
  target?: string,
): ReturnType<typeof placesFrom> {
  const missing = (id: string, folder: string, where: string | null): void => {
    // The same settings may be used on several machines, so it is not an error.
    if (id !== target)
      warn(`segue: agents.${id}.store (${where}): there is no folder ${oneLine(folder)}`);
  };
  return placesFrom(process.env, cwd, settings(), missing);
}

/** Reads an option's number. */
/**
 * For a project without sessions: a folder that does not exist is more likely a typo than intended.
 * @throws SegueError
 */
export function requireProject(cwd: string | undefined): void {
  if (cwd === undefined || existsSync(expanded(cwd))) return;
  throw new SegueError("not-found", "there is no such folder, and no session belongs to it", {
    where: cwd,
    hint: "specify the project's folder, or omit --cwd for the current one",
  });
}

export function positive(value: string): number {
  if (!/^[1-9]\d*$/.test(value))
    throw new InvalidArgumentError("It must be a number greater than 0.");
  return Number(value);
}
