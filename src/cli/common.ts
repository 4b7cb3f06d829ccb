/** Options and steps that several commands share. */
import type { Command } from "commander";
import { agentNamed } from "../agents/registry.ts";
import type { Places } from "../catalog/select.ts";
import { SegueError } from "../errors.ts";

export interface PlaceOptions {
  cwd?: string;
  store?: string[];
}

/** `--cwd` and `--store`, which say where sessions are looked for. */
export function withPlaces(command: Command): Command {
  return command
    .option("--cwd <dir>", "the project in question (default: the current folder)")
    .option("--store <agent=dir>", "look for an agent's sessions there", collect, []);
}

export function collect(value: string, values: string[] | undefined): string[] {
  return [...(values ?? []), value];
}

export function placesOf(options: PlaceOptions): Places {
  const stores = new Map<string, string>();
  for (const given of options.store ?? []) {
    const at = given.indexOf("=");
    if (at < 1) {
      throw new SegueError("usage", `--store takes agent=dir, not "${given}"`);
    }
    stores.set(agentNamed(given.slice(0, at)).id, given.slice(at + 1));
  }
  return { env: process.env, cwd: options.cwd ?? process.cwd(), stores };
}
