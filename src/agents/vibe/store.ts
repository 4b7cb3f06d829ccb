/** Where Mistral Vibe keeps its sessions, see README.md. */

import { basename, dirname, join } from "node:path";
import { leadsOut, linkOf, namesOf } from "../../io/files.ts";
import { rowPlace } from "../../io/row-place.ts";
import { member, number, string } from "../../session/json.ts";
import type { JsonObject } from "../../session/types.ts";
import { holderOf } from "../shared/opened.ts";
import type { Found, Store, Summary } from "../types.ts";
import { database, placeOf } from "./database.ts";
import { bytesAt, objectAt } from "./files.ts";
import { metaAt } from "./generation.ts";
import { homeOf, savedIn } from "./moved.ts";
import {
  CURRENT,
  type Folder,
  hasShort,
  importsIn,
  isFile,
  MESSAGES,
  META,
  oldFolderOf,
  oldFolders,
  UNIFIED,
  unifiedFolder,
  unifiedIds,
} from "./place.ts";

export const store: Store = {
  variables: ["VIBE_HOME", "VIBE_SESSION_LOGGING__SAVE_DIR"],

  // The CLI finds sessions in the first only.
  roots: (env, _host, cwd) => {
    const own = join(homeOf(env), "logs", "session");
    const other = savedIn(env, cwd);
    return other === null || other === own ? [own] : [other, own];
  },

  home: homeOf,

  async find(root) {
    const old = oldFolders(root);
    const imports: ReadonlyMap<string, string> = old.length === 0 ? new Map() : importsIn(root);
    const continued = new Set(old.flatMap(({ id }) => imports.get(id) ?? []));
    const ids = unifiedIds(root).filter((id) => !continued.has(id));
    return [
      ...ids.flatMap((id) => unifiedAt(root, id, id, null) ?? []),
      ...newestOf(old).flatMap((one) => {
        const imported = imports.get(one.id);
        return (
          (imported === undefined ? undefined : unifiedAt(root, imported, one.id, one.meta)) ??
          oldAt(root, one) ??
          []
        );
      }),
    ];
  },

  pathFor: (root) => root,

  // The CLI takes the first eight characters for the whole id.
  hasId: (root, id) => hasShort(root, id.slice(0, 8)),

  // active/<id>.lock is locked as long as a process has it open.
  opened(root, id) {
    const { unified } = placeOf(root, id);
    if (unified === null) return [];
    const pid = holderOf(join(root, "active", `${basename(unified)}.lock`));
    return pid === null ? [] : [{ pid }];
  },

  folder(place, { cwd }) {
    const meta = metaOf(place);
    return string(member(meta?.environment, "working_directory")) ?? cwd;
  },

  beside: attachmentAt,

  title: (place) => string(metaOf(place)?.title) || null,

  whole(path) {
    const folder = dirname(path);
    if (basename(path) === CURRENT || basename(folder) === "journal") {
      const place = basename(path) === CURRENT ? folder : dirname(folder);
      const root = dirname(dirname(place));
      return unifiedFolder(root, basename(place)) === place ? `${root}#${basename(place)}` : null;
    }
    const id = string(objectAt(join(folder, META))?.session_id) ?? "";
    const root = dirname(folder);
    const isOwn = basename(path) === MESSAGES && oldFolderOf(root, id)?.folder === folder;
    return isOwn ? `${root}#${id}` : null;
  },

  database,
};

/**
 * Images of 2.x, which records name by their whole path: attachments/<SHA-1>.<ending>. The folder may have been moved
 * since, and what is outside of it is not the session's to give.
 */
function attachmentAt(place: string, name: string): Buffer | null {
  const folder = oldFolderAt(place);
  const file = name.split(/[\\/]/).at(-1) ?? "";
  if (folder === null || !/^[^.]/.test(file)) return null;
  const path = join(folder, "attachments", file);
  return !isFile(path) || leadsOut(path, folder) ? null : bytesAt(path);
}

function oldFolderAt(place: string): string | null {
  const { path, id } = rowPlace(place);
  return id === "" ? dirname(place) : (placeOf(path, id).old?.folder ?? null);
}

/** Several folders can have the same id: the CLI takes the newest. */
function newestOf(folders: readonly Folder[]): Folder[] {
  const newest = new Map<string, Folder>();
  for (const one of folders) {
    const before = newest.get(one.id);
    if (!before || writtenAt(one) > writtenAt(before)) newest.set(one.id, one);
  }
  return [...newest.values()];
}

function writtenAt({ folder }: Folder): number {
  return linkOf(join(folder, MESSAGES))?.mtimeMs ?? 0;
}

/** meta.json of a session in the store, or of the one that a file belongs to. */
function metaOf(place: string): JsonObject | null {
  const { path, id } = rowPlace(place);
  if (id === "") return objectAt(join(dirname(place), META));
  const { unified, old } = placeOf(path, id);
  // Without it, what continues one of 2.x has that one's.
  const own = unified === null || old !== null ? ownMeta(unified) : metaAt(unified);
  if (own === null) return old?.meta ?? null;
  return { ...own, title: own.title ?? old?.meta.title ?? null };
}

function ownMeta(unified: string | null): JsonObject | null {
  return unified === null ? null : objectAt(join(unified, META));
}

function oldAt(root: string, { folder, meta, id }: Folder): Found | null {
  const info = linkOf(join(folder, MESSAGES));
  if (!info) return null;
  const found = { agent: "vibe", id, path: root, mtime: info.mtimeMs, bytes: info.size };
  return { ...found, inode: info.ino, summary: summaryOf(meta, info.mtimeMs) };
}

/** `id`: of the session of 2.x that it continues, or its own. */
function unifiedAt(root: string, name: string, id: string, old: JsonObject | null): Found | null {
  const folder = join(root, UNIFIED, name);
  const info = linkOf(join(folder, CURRENT));
  const meta = metaAt(folder);
  if (!info) return null;
  const journal = newestIn(join(folder, "journal"));
  const mtime = journal.bytes > 0 ? Math.max(info.mtimeMs, journal.mtime) : info.mtimeMs;
  const own = { ...meta, title: meta.title ?? old?.title ?? null };
  const bytes = newestIn(join(folder, "chunks")).total + journal.bytes;
  return {
    agent: "vibe",
    id,
    path: root,
    mtime,
    bytes,
    inode: info.ino,
    summary: summaryOf(own, mtime),
  };
}

/** The newest file by name, and the size of all. */
function newestIn(folder: string): { mtime: number; bytes: number; total: number } {
  const names = namesOf(folder).sort();
  const files = names.flatMap((name) => linkOf(join(folder, name)) ?? []);
  const last = files.at(-1);
  const total = files.reduce((sum, { size }) => sum + size, 0);
  return { mtime: last?.mtimeMs ?? 0, bytes: last?.size ?? 0, total };
}

function summaryOf(meta: JsonObject, mtime: number): Summary {
  const created = Date.parse(string(meta.start_time) ?? "");
  return {
    title: string(meta.title) || null,
    cwd: string(member(meta.environment, "working_directory")) ?? null,
    model: string(member(meta.config, "active_model")) ?? null,
    createdAt: Number.isNaN(created) ? null : new Date(created).toISOString(),
    updatedAt: new Date(mtime).toISOString(),
    messages: number(meta.total_messages) ?? null,
    parent: string(meta.parent_session_id) ?? null,
  };
}
