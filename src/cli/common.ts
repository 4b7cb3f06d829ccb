/** Options and steps that several commands share. */
import { once } from "node:events";
import { lstatSync, realpathSync, type Stats, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { nameOf } from "../core/accounts.ts";
import { type Selected, select, sessionFrom } from "../core/find.ts";
import type { Problem } from "../core/list.ts";
import { type Agent, agentNamed } from "../core/names.ts";
import type { Places } from "../core/places.ts";
import { settings } from "../core/settings.ts";
import { fileError, SegueError } from "../errors.ts";
import { shellWord } from "../session/text.ts";
import { configured, type PlaceOptions, setStore, storesGiven } from "./places.ts";
import { sayProblems } from "./sessions.ts";

export { type PlaceOptions, positive, withPlaces } from "./places.ts";

/** `target`: the agent that a session is written for, whose store may be new. */
export function placesOf(options: PlaceOptions, target?: string | null): Places {
  const { profiles } = settings();
  const writes = target ? nameOf(agentNamed(target, profiles)) : undefined;
  const places = configured(options, writes);
  const stores = new Map<string, string>();
  for (const one of storesGiven(options))
    setStore(stores, one, agentNamed(one.agent, profiles), writes);
  for (const [id, folder] of stores) places.stores.set(id, folder);
  return places;
}

/** The agent or profile that an option names; undefined if it is not given. */
export function named(name: string | undefined): Agent | undefined {
  return name === undefined ? undefined : agentNamed(name, settings().profiles);
}

/** The session that a selector names. If it may be one that cannot be read, that is said. */
export function sessionNamed(selector: string, places: Places, from?: Agent): Promise<Selected> {
  const unread = (problems: readonly Problem[]): void => sayProblems({ note: null, problems });
  return select(selector, { ...places, unread }, from);
}

/** Like `sessionNamed`; "-" is stdin, which is copied to `scratch`. */
export async function selectOrStdin(
  selector: string,
  places: Places,
  from: Agent | undefined,
  scratch: string,
): Promise<Selected> {
  if (selector !== "-") return sessionNamed(selector, places, from);
  return sessionFrom(process.stdin, from, scratch);
}

/** Writes bytes to stdout, at the reader's pace. */
export async function pour(chunks: Iterable<Buffer>): Promise<void> {
  for (const chunk of chunks) {
    const more = process.stdout.write(chunk);
    if (!more) await once(process.stdout, "drain");
  }
}

/**
 * The file that an option names, or the target if it is a link. Refuses a device, a pipe or a
 * folder, which would be replaced.
 * @throws SegueError
 */
export function outputFile(option: string, path: string): string {
  const info = statOf(path);
  if (info?.isDirectory()) {
    const what = `${option} is a folder, not a file`;
    throw new SegueError("usage", what, { where: path });
  }
  if (info && !info.isFile()) {
    throw new SegueError("usage", `${option} is a pipe or a device, not a file`, {
      where: path,
      hint: `without ${option}, the output goes to stdout`,
    });
  }
  return info && lstatSync(path).isSymbolicLink() ? realpathSync(path) : resolve(path);
}

/** A folder that does not exist is more likely a typo than intended. @throws SegueError */
export function requireFolder(option: string, path: string): void {
  const folder = dirname(path);
  if (statOf(resolve(folder))) return;
  throw new SegueError("usage", `${option} names a file in a folder that does not exist`, {
    where: path,
    hint: `create the folder first: mkdir -p ${shellWord(folder)}`,
  });
}

/** Is it a pipe or a device, which is written to rather than replaced? */
export function isStream(path: string): boolean {
  const info = statOf(path);
  return info !== undefined && !info.isFile() && !info.isDirectory();
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw fileError(error, path, "write the file");
  }
}
