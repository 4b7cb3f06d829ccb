/** Finds what cannot be read and why, and other problems on this machine. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { unsupportedStores } from "../agents/unsupported.ts";
import { type Examination, examine, type Finding } from "../catalog/doctor.ts";
import { type FileShape, shapesOf } from "../catalog/shapes.ts";
import type { Settings } from "../config/settings.ts";
import { SegueError } from "../errors.ts";
import { isFolder } from "../io/files.ts";
import { withScratch } from "../io/folders.ts";
import { agentNamed } from "./names.ts";
import type { Places } from "./places.ts";

export type { Finding } from "../catalog/doctor.ts";
export type { FileShape } from "../catalog/shapes.ts";

export interface DoctorOptions {
  /** Id or alias of an agent, or name of a profile: only its sessions. */
  agent?: string | undefined;
  /** How many of the newest sessions of each agent to read completely; all by default. */
  each?: number;
  progress?: (done: number, total: number) => void;
}

/** Errors in the settings come first. */
export async function diagnose(
  places: Places,
  settings: Settings,
  { agent, each = Number.POSITIVE_INFINITY, progress }: DoctorOptions = {},
): Promise<Examination & { ok: boolean }> {
  const only = agent === undefined ? undefined : agentNamed(agent, places.profiles);
  const found = await withScratch((scratch) =>
    examine(places, only, { scratch, each, ...(progress ? { progress } : {}) }),
  );
  const findings = [...settings.faults.map(faultFound), ...found.findings];
  const ok = findings.every(({ severity }) => severity !== "attention");
  return { ...found, findings, ok };
}

/** An error in a settings file or a variable. */
function faultFound({ message, where, hint }: SegueError): Finding {
  const what = `invalid settings were ignored here: ${message}`;
  const about = { severity: "attention", about: "config", agent: null } as const;
  return { ...about, path: where, what, count: 1, hint };
}

export interface StoreShape {
  /** The agent's name, or what the user typed. */
  name: string;
  path: string;
  files: FileShape[];
}

/**
 * What the stores of an agent that Segue does not support look like, or the file or folder at a path: names,
 * keys and types, without anything that was said.
 * @throws SegueError `not-found` if there is none
 */
export function storeShapes(what: string, { env, cwd }: Places): StoreShape[] {
  const stores = unsupportedStores(env, what);
  if (stores.length > 0) {
    return stores.map(({ name, path }) => ({ name, path, files: shapesOf(path) }));
  }
  const path = resolve(cwd, what);
  if (isFolder(path) || existsSync(path)) return [{ name: what, path, files: shapesOf(path) }];
  throw new SegueError("not-found", `there is no store of an agent "${what}", and no such path`, {
    hint: "name an agent that `segue agents` lists as not supported, or the path of its store",
  });
}
