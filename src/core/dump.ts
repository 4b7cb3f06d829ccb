/** Exports many sessions to a folder; later runs export what changed. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { findAgent } from "../agents/registry.ts";
import type { Agent } from "../agents/types.ts";
import { openCatalog } from "../catalog/catalog.ts";
import { allSessions, isNothing, placeOf } from "../catalog/stores.ts";
import { type DumpOptions, type DumpResult, dump, type Wanted } from "../dump/dump.ts";
import { fileError, SegueError } from "../errors.ts";
import { withScratch } from "../io/folders.ts";
import { heedSignals } from "../io/interrupt.ts";
import { makeFolders } from "../io/made.ts";
import type { Places } from "./places.ts";
import { refuseStore } from "./refuse.ts";

export { FORMATS, type Format } from "../dump/dump.ts";

/** Callbacks for progress and failures. */
type Told = Pick<DumpOptions, "progress" | "failed" | "damaged" | "kept">;

export interface DumpRequest
  extends Omit<DumpOptions, "env" | "scratch" | "pause" | keyof Told>,
    Partial<Told> {
  /** Only this agent's sessions; undefined for all. */
  agent?: Agent | undefined;
  /** Only sessions of the project in this folder. */
  cwd?: string | undefined;
  /** Only sessions updated since: milliseconds since the epoch. */
  since?: number | undefined;
  /** Only the session at this path. */
  path?: string | undefined;
}

const SILENT: Told = { progress() {}, failed() {}, damaged() {}, kept() {} };

/**
 * Writes the sessions to the folder, and creates it if necessary.
 * @throws SegueError `refused` for a folder in an agent's store, `not-found` if there is no
 * session.
 */
export async function dumpSessions(places: Places, request: DumpRequest): Promise<DumpResult> {
  const { agent, cwd, since, path, ...options } = request;
  const { folder } = options;
  refuseStore(folder, places);
  const all = await wanted(agent, places, { cwd, since, path });
  try {
    makeFolders(folder);
  } catch (error) {
    throw fileError(error, folder, "make the folder");
  }
  return await withScratch((scratch) =>
    dump(all, { ...SILENT, ...options, env: places.env, scratch, pause: heedSignals }),
  );
}

async function wanted(
  only: Agent | undefined,
  places: Places,
  { since: oldest = 0, cwd, path }: Pick<DumpRequest, "since" | "cwd" | "path">,
): Promise<Wanted[]> {
  const here = cwd === undefined ? null : await placesHere(places, only);
  const all = (await allSessions(places, only)).flatMap((found) => {
    const agent = findAgent(found.profile ?? found.agent, places.profiles);
    if (!agent || isNothing(found.bytes, agent)) return [];
    const place = placeOf(found, agent);
    const isMeant = path === undefined || place === path;
    return isMeant && (here === null || here.has(place)) ? [{ agent, found, place }] : [];
  });
  if (all.length === 0) throw nothingFound(only, cwd);
  // It is not an error if nothing is new.
  return all.filter(({ found }) => found.mtime >= oldest);
}

function nothingFound(only: Agent | undefined, cwd: string | undefined): SegueError {
  const whose = only ? ` of ${only.name}` : "";
  if (cwd === undefined) {
    return new SegueError("not-found", `there is no session${whose} to dump`, {
      hint: "`segue agents` shows where Segue looks for sessions",
    });
  }
  const where = resolve(cwd);
  const gone = existsSync(where) ? "" : ", and there is no such folder";
  return new SegueError("not-found", `no session${whose} belongs to this project${gone}`, {
    where,
    hint: "`segue list --all` shows every session and its folder",
  });
}

/** The paths of the project's sessions. */
async function placesHere(places: Places, only: Agent | undefined): Promise<Set<string>> {
  const catalog = await openCatalog(places, only);
  try {
    return new Set(catalog.sessions({ here: true }).map(({ path }) => path));
  } finally {
    catalog.close();
  }
}
