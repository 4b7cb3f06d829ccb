/** Options that say where sessions are looked for. Kept apart: `segue list` loads little else. */
import { type Command, InvalidArgumentError } from "commander";
import type { Keeper, Places } from "../catalog/stores.ts";
import { SegueError } from "../errors.ts";

export interface PlaceOptions {
  cwd?: string;
  store?: string[];
}

/** `--cwd` and `--store`, which say where sessions are looked for. */
export function withPlaces(command: Command): Command {
  return command
    .option("--cwd <dir>", "the project in question (default: the current folder)")
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
  const stores = new Map<string, string>();
  for (const [name, folder] of storesGiven(options)) stores.set((await agentFor(name)).id, folder);
  return { env: process.env, cwd: options.cwd ?? process.cwd(), stores };
}

/** As `agentNamed`, for commands that do not need the agents otherwise. */
export async function agentFor(name: string): Promise<Keeper> {
  const { agentNamed } = await import("../agents/registry.ts");
  return agentNamed(name);
}

/** Reads an option's number. */
export function positive(value: string): number {
  if (!/^[1-9]\d*$/.test(value)) throw new InvalidArgumentError("it must be a number above 0.");
  return Number(value);
}
