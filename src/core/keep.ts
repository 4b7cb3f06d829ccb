/** The archive: keeping sessions in it, verifying it, and getting them out again. */
import { resolve } from "node:path";
import { programOf } from "../agents/command.ts";
import { findAgent } from "../agents/registry.ts";
import type { Agent } from "../agents/types.ts";
import { openCatalog } from "../catalog/catalog.ts";
import { isNothing, placeOf, rootsOf, walk } from "../catalog/stores.ts";
import { isFull, SegueError } from "../errors.ts";
import { withScratch } from "../io/folders.ts";
import { heedSignals } from "../io/interrupt.ts";
import { stateFolder } from "../io/state.ts";
import { Archive } from "../keep/archive.ts";
import { putSession } from "../keep/put.ts";
import { type Restored, restoreInto, restoreTo } from "../keep/restore.ts";
import { type Selected, selectKept } from "../keep/select.ts";
import { finishSweep, forget, sweep } from "../keep/sweep.ts";
import { type Verified, verify } from "../keep/verify.ts";
import { Folders, type Origin } from "../keep/whole.ts";
import type { Places } from "./places.ts";
import { refuseStore } from "./refuse.ts";
import { settings } from "./settings.ts";

export type { Damage } from "../keep/verify.ts";

export interface KeepRequest {
  /** Only this agent's sessions; undefined for all. */
  agent?: Agent | undefined;
  /** Only sessions of the project in this folder. */
  cwd?: string | undefined;
  /** Read everything again, even what looks unchanged. */
  afresh: boolean;
  /** Bytes of sessions that were looked at, and of all. */
  progress(done: number, total: number): void;
  /** Called for each session that could not be kept. */
  failed(place: string, error: unknown): void;
}

export interface KeepResult {
  /** The archive's folder. */
  archive: string;
  kept: number;
  changed: number;
  unchanged: number;
  failed: number;
  /** Bytes that were read from the stores, and written to the archive. */
  read: number;
  written: number;
}

/** The setting archive.path, else archive/ in Segue's own folder. */
export function archiveFolder({ env }: Places): string {
  return settings().text("archive.path") ?? resolve(stateFolder(env), "archive");
}

/** Keeps what is new or changed. @throws SegueError if nothing can be written to the archive. */
export async function keepSessions(places: Places, request: KeepRequest): Promise<KeepResult> {
  const folder = archiveFolder(places);
  refuseStore(folder, places);
  const all = await origins(places, request);
  const archive = new Archive(folder, places.env);
  if (all.length > 0) archive.describe();
  finishSweep(archive);
  const present = archive.objects.names();
  const total = all.reduce((sum, { found }) => sum + found.bytes, 0);
  const counts = { kept: 0, changed: 0, unchanged: 0, failed: 0, read: 0, written: 0 };
  const result: KeepResult = { archive: folder, ...counts };
  const left = new Set<string>();
  let done = 0;
  for (const origin of all) {
    request.progress(done, total);
    done += origin.found.bytes;
    await heedSignals();
    try {
      const put = await putSession(archive, origin, { present, afresh: request.afresh });
      result[put.how === "new" ? "kept" : put.how]++;
      result.read += put.read;
      result.written += put.written;
      for (const { sha256 } of put.left) left.add(sha256);
    } catch (error) {
      if (isFull(error)) throw error;
      result.failed++;
      request.failed(placeOf(origin.found, origin.agent), error);
    }
  }
  if (left.size > 0) sweep(archive, archive.machine, left);
  return result;
}

async function origins(places: Places, { agent: only, cwd }: KeepRequest): Promise<Origin[]> {
  const here = cwd === undefined ? null : await placesHere({ ...places, cwd }, only);
  const stores = await walk(places, only);
  const folders = new Folders();
  return stores.flatMap(({ agent: keeper, root, found: all }) => {
    const agent = findAgent(keeper.profile?.name ?? keeper.id, places.profiles);
    if (!agent) return [];
    const meant = all.filter((found) => {
      if (isNothing(found.bytes, agent)) return false;
      return here === null || here.has(placeOf(found, agent));
    });
    return meant.map((found): Origin => ({ agent, found, root, env: places.env, folders }));
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

/** Reads everything in the archive. */
export async function verifyArchive(
  places: Places,
  progress: (done: number, total: number) => void,
): Promise<Verified & { archive: string }> {
  const archive = opened(places);
  const verified = await verify(archive, { progress, pause: heedSignals });
  return { archive: archive.folder, ...verified };
}

function opened(places: Places): Archive {
  const archive = new Archive(archiveFolder(places), places.env);
  archive.require();
  finishSweep(archive);
  return archive;
}

export interface RestoreRequest {
  selector: string;
  /** To this folder; undefined for the agent's store. */
  folder?: string | undefined;
}

/** @throws SegueError if it is damaged, or something is in the way: then nothing was written. */
export async function restoreKept(
  places: Places,
  { selector, folder }: RestoreRequest,
): Promise<Restored & Selected> {
  const archive = opened(places);
  const selected = selectKept(archive, selector);
  if (folder !== undefined) {
    refuseStore(folder, places);
    return { ...selected, ...restoreTo(archive, selected.kept, resolve(folder)) };
  }
  const { kept } = selected;
  const agent = findAgent(kept.profile ?? kept.agent, places.profiles) ?? findAgent(kept.agent);
  const roots = agent ? rootsOf(agent, places) : [];
  const root = roots.find((one) => one === resolve(kept.root)) ?? roots[0];
  if (!agent || root === undefined) {
    throw new SegueError("refused", `there is no store of "${kept.agent}" to restore it to`, {
      hint: "restore it to a folder with -o DIR",
    });
  }
  const { env } = places;
  const home = { root, own: agent.store.home?.(env) };
  const command = programOf(agent, env);
  return await withScratch(async (scratch) => ({
    ...selected,
    ...restoreInto(archive, kept, { agent, home, command, env, scratch }),
  }));
}

/** Removes a session from the archive, and what only it needs. */
export function forgetKept(places: Places, selector: string): Selected {
  const archive = opened(places);
  const selected = selectKept(archive, selector);
  forget(archive, selected.stored);
  return selected;
}
