/** Where in logs/session a session lies: session_<time>_<its id's first eight>/ of 2.x, unified/<id>/ of 3.x. */
import { join } from "node:path";
import { textOrNone } from "../../io/door.ts";
import { entriesOf, linkOf } from "../../io/files.ts";
import { parseValue } from "../../lossless/json-text.ts";
import { member, string } from "../../session/json.ts";
import type { JsonObject } from "../../session/types.ts";
import { timeFor } from "../shared/place.ts";
import { objectAt } from "./files.ts";

export const UNIFIED = "unified";
export const META = "meta.json";
export const MESSAGES = "messages.jsonl";
export const CURRENT = "CURRENT";
/** Of 2.x. */
export const ATTACHMENTS = "attachments";

/** `session` is the prefix by default; settings can change it. */
const FOLDER = /^.+_\d{8}_\d{6}_[0-9A-Za-z-]{1,8}$/;

/** The vendor refuses links, and what begins with a dot is on its way in. */
export function foldersIn(folder: string): string[] {
  return entriesOf(folder).flatMap((entry) =>
    entry.isDirectory() && !entry.name.startsWith(".") ? [entry.name] : [],
  );
}

export function isFile(path: string): boolean {
  return linkOf(path)?.isFile() ?? false;
}

export function isFolder(path: string): boolean {
  return linkOf(path)?.isDirectory() ?? false;
}

/** The name of a new session's folder. */
export function folderName(id: string, startTime: string | null): string {
  const digits = timeFor(startTime).toISOString().replace(/\D/g, "");
  return `session_${digits.slice(0, 8)}_${digits.slice(8, 14)}_${id.slice(0, 8)}`;
}

export function isSafe(id: string): boolean {
  return /^[\w-]+$/.test(id);
}

/** A folder of 2.x, and its meta.json. */
export interface Folder {
  folder: string;
  meta: JsonObject;
  id: string;
}

export function oldFolders(root: string): Folder[] {
  return foldersIn(root).flatMap((name) => (FOLDER.test(name) ? oldFolder(root, name) : []));
}

function oldFolder(root: string, name: string): Folder[] {
  const folder = join(root, name);
  const meta = objectAt(join(folder, META));
  const id = string(meta?.session_id);
  return meta !== null && id && isFile(join(folder, MESSAGES)) ? [{ folder, meta, id }] : [];
}

/** The newest of the folders of 2.x with this id; null for none. */
export function oldFolderOf(root: string, id: string): Folder | null {
  if (!isSafe(id)) return null;
  const names = foldersIn(root).filter(
    (name) => FOLDER.test(name) && name.endsWith(`_${id.slice(0, 8)}`),
  );
  const found = names.flatMap((name) => oldFolder(root, name)).filter((one) => one.id === id);
  return found.sort((a, b) => writtenAt(b) - writtenAt(a))[0] ?? null;
}

function writtenAt({ folder }: Folder): number {
  return linkOf(join(folder, MESSAGES))?.mtimeMs ?? 0;
}

/** Is there a session whose id begins so? */
export function hasShort(root: string, short: string): boolean {
  const isOld = foldersIn(root).some((name) => FOLDER.test(name) && name.endsWith(`_${short}`));
  return isOld || foldersIn(join(root, UNIFIED)).some((name) => name.startsWith(short));
}

/** The ids of the sessions of 3.x. */
export function unifiedIds(root: string): string[] {
  return foldersIn(join(root, UNIFIED)).filter(
    (id) => isSafe(id) && isFile(join(root, UNIFIED, id, CURRENT)),
  );
}

/** The folder of a session of 3.x with this id; null for none. */
export function unifiedFolder(root: string, id: string): string | null {
  const folder = join(root, UNIFIED, id);
  const isThere = isSafe(id) && isFolder(join(root, UNIFIED)) && isFolder(folder);
  return isThere && isFile(join(folder, CURRENT)) ? folder : null;
}

/** Where 3.x imported a session of 2.x to. */
interface Import {
  id: string;
  at: string;
}

/** What was found by the folder's time, which is another one as soon as a session is added. */
const known = new Map<string, { mtime: number; imports: ReadonlyMap<string, string> }>();

/** Milliseconds: of two changes close to each other, the times may be the same. */
const SETTLED = 1000;

/** Those of all sessions, found once: reading each of a thousand would otherwise look at a thousand. */
export function importsIn(root: string): ReadonlyMap<string, string> {
  const folder = join(root, UNIFIED);
  const { mtimeMs: mtime = 0 } = linkOf(folder) ?? {};
  const before = known.get(folder);
  if (before?.mtime === mtime) return before.imports;
  const ids = unifiedIds(root);
  const imports = findImports(root, ids);
  // A folder may have been made, and not yet be a session.
  const isWhole = ids.length === foldersIn(folder).length;
  if (isWhole && Date.now() - mtime > SETTLED) known.set(folder, { mtime, imports });
  return imports;
}

/**
 * The sessions of 3.x that continue one of 2.x, by its id. 3.x imports a session of 2.x's under a new
 * id when it opens it, and continues with the first such copy whenever it is asked for the old id.
 */
function findImports(root: string, ids: readonly string[]): Map<string, string> {
  const listed = catalogued(root);
  const found = new Map<string, Import>();
  for (const id of ids) {
    const provenance = listed.get(id) ?? provenanceAt(join(root, UNIFIED, id));
    const source = member(provenance ?? undefined, "source");
    const from = string(member(source, "session_id"));
    if (from === undefined || member(source, "backend") !== "legacy") continue;
    const at = string(member(provenance ?? undefined, "imported_at")) ?? "";
    const before = found.get(from);
    if (!before || `${at} ${id}` < `${before.at} ${before.id}`) found.set(from, { id, at });
  }
  return new Map([...found].map(([from, { id }]) => [from, id]));
}

/** The CLI's own index. Where a session comes from never changes, so it does not matter how old it is. */
function catalogued(root: string): Map<string, JsonObject | null> {
  const index = objectAt(join(root, UNIFIED, ".session-index.json"));
  const entries = index?.entries;
  const known = new Map<string, JsonObject | null>();
  for (const entry of Array.isArray(entries) ? entries : []) {
    const id = string(member(entry, "session_id"));
    const provenance = member(entry, "import_provenance");
    if (id === undefined || provenance === undefined) continue;
    const isObject = typeof provenance === "object" && !Array.isArray(provenance);
    if (isObject) known.set(id, provenance);
  }
  return known;
}

function provenanceAt(folder: string): JsonObject | null {
  const generation = string(objectAt(join(folder, CURRENT))?.generation) ?? "";
  if (!/^\d{16}$/.test(generation)) return null;
  const state = textOrNone(join(folder, "generations", generation, "runtime-state.json"));
  // It is long, and most sessions come from nowhere.
  if (state === "" || state.includes('"import_provenance":null')) return null;
  const provenance = member(parseValue(state), "import_provenance");
  return typeof provenance === "object" && !Array.isArray(provenance) ? (provenance ?? null) : null;
}
