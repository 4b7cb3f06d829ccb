/** Options that say where sessions are looked for. Kept apart: `segue list` loads little else. */
import { statSync } from "node:fs";
import { type Command, InvalidArgumentError } from "commander";
import { keeperNamed, type Places, placesFrom } from "../core/places.ts";
import { settings } from "../core/settings.ts";
import { SegueError } from "../errors.ts";
import { oneLine, warn } from "./terminal.ts";

export interface PlaceOptions {
  cwd?: string;
  store?: string[];
}

/** `--cwd` and `--store`, which say where sessions are looked for. */
export function withPlaces(
  command: Command,
  project = "the project in question (default: the current folder)",
): Command {
  return command
    .option("--cwd <dir>", project)
    .option("--store <agent=dir>", "look for an agent's sessions there", collect);
}

function collect(value: string, values: string[] | undefined): string[] {
  return [...(values ?? []), value];
}

/** The stores that the options name, each with the name of its agent. */
export function storesGiven({ store = [] }: PlaceOptions): [agent: string, folder: string][] {
  return store.map((given) => {
    const at = given.indexOf("=");
    if (at >= 1) return [given.slice(0, at), given.slice(at + 1)];
    throw new SegueError("usage", `--store takes agent=dir, not "${given}"`);
  });
}

/** As `placesOf`, but the agents are loaded only when the options name one. */
export async function placesFor(options: PlaceOptions): Promise<Places> {
  const places = configured(options);
  const given = storesGiven(options);
  for (const [name, folder] of given) {
    const isThere = statSync(folder, { throwIfNoEntry: false })?.isDirectory();
    if (!isThere) warn(`segue: --store ${name}=${oneLine(folder)}: there is no such folder`);
  }
  for (const [name, folder] of given) places.stores.set((await keeperNamed(name)).id, folder);
  return places;
}

/** What the config says of agents: where their stores are, and what starts them. */
export function configured({ cwd = process.cwd() }: PlaceOptions): ReturnType<typeof placesFrom> {
  return placesFrom(process.env, cwd, settings());
}

/** Reads an option's number. */
export function positive(value: string): number {
  if (!/^[1-9]\d*$/.test(value)) throw new InvalidArgumentError("It must be a number above 0.");
  return Number(value);
}
