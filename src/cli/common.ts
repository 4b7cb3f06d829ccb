/** Options and steps that several commands share. */
import { once } from "node:events";
import { join } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { agentNamed, agents } from "../agents/registry.ts";
import type { Agent } from "../agents/types.ts";
import { type Selected, select, sessionIn } from "../catalog/select.ts";
import type { Places } from "../catalog/stores.ts";
import { settings } from "../config/settings.ts";
import { SegueError } from "../errors.ts";
import { Input } from "../io/input.ts";
import { commandVariable } from "../io/launch.ts";
import { spool } from "../io/spool.ts";
import type { Env } from "../io/state.ts";

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

export function placesOf(options: PlaceOptions): Places {
  const { env, stores } = configured();
  for (const given of options.store ?? []) {
    const at = given.indexOf("=");
    if (at < 1) {
      throw new SegueError("usage", `--store takes agent=dir, not "${given}"`);
    }
    stores.set(agentNamed(given.slice(0, at)).id, given.slice(at + 1));
  }
  return { env, cwd: options.cwd ?? process.cwd(), stores };
}

/** What the config says of agents: where their stores are, and what starts them. */
function configured(): { env: Env; stores: Map<string, string> } {
  const env = { ...process.env };
  const stores = new Map<string, string>();
  for (const agent of agents) {
    const { id } = agent;
    const { value: store, source } = settings().get(`agents.${id}.store`);
    const fromFile = source === "user" || source === "project";
    if (typeof store === "string" && !(fromFile && isMoved(agent))) stores.set(id, store);
    const command = settings().text(`agents.${id}.command`);
    if (command !== null) env[commandVariable(id)] = command;
  }
  return { env, stores };
}

/** Does a variable of the vendor's say where the store is? The environment goes before files. */
function isMoved({ store }: Agent): boolean {
  const { HOME, USERPROFILE } = process.env;
  const plain = { ...(HOME && { HOME }), ...(USERPROFILE && { USERPROFILE }) };
  return store.roots(process.env).join("\0") !== store.roots(plain).join("\0");
}

/** As `select`; "-" is what comes through stdin, a copy of which is put into `scratch`. */
export async function selectOrStdin(
  selector: string,
  places: Places,
  from: Agent | undefined,
  scratch: string,
): Promise<Selected> {
  if (selector !== "-") return select(selector, places, from);
  return sessionIn(await spool(process.stdin, join(scratch, "stdin")), from, null);
}

/** Reads an option's number. */
export function positive(value: string): number {
  if (!/^[1-9]\d*$/.test(value)) throw new InvalidArgumentError("it must be a number above 0.");
  return Number(value);
}

/** Sends a file to stdout, at the pace of its reader. */
export async function pour(path: string): Promise<void> {
  const input = new Input(path);
  for (const chunk of input.chunks()) {
    const more = process.stdout.write(Buffer.from(chunk));
    if (!more) await once(process.stdout, "drain");
  }
  input.close();
}
