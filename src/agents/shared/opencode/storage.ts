/**
 * The folder of JSON files in which OpenCode stored its sessions before version 1.2. It is only
 * read.
 */
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { textIn } from "../../../io/door.ts";
import { isFolder, namesOf } from "../../../io/files.ts";
import { noteUnread } from "../../../io/unread.ts";
import { array, isObject, member, number, object, string } from "../../../session/json.ts";
import type { Json, JsonObject } from "../../../session/types.ts";
import type { Found } from "../../types.ts";
import type { Flavour } from "./flavour.ts";
import { isoTime } from "./read.ts";
import { ownTitle } from "./title.ts";

export function holdsStorage(path: string, { folder }: Flavour): boolean {
  if (basename(path) !== "storage" || !existsSync(join(path, "session"))) return false;
  return basename(join(path, "..")) === folder || folder === "opencode";
}

/** The session as records of an export: the files contain the same objects. */
export function readStored(storage: string, id: string): string[] | null {
  if (!isName(id)) return null;
  const info = projects(storage)
    .map((project) => readJson(join(storage, "session", project, `${id}.json`)))
    .find((found) => found !== undefined);
  if (info === undefined) return null;
  const messages = readAll(join(storage, "message", id)).sort(byTime);
  const lines: Json[] = [{ info, messages: [] }];
  for (const message of messages) {
    const own = string(message.id) ?? "";
    const parts = isName(own) ? readAll(join(storage, "part", own)) : [];
    lines.push({ info: message, parts: parts.sort(byId) });
  }
  return lines.map((line) => JSON.stringify(line));
}

/** Ids are untrusted: none may lead out of its folder. */
function isName(id: string): boolean {
  return /^[A-Za-z0-9_-]+$/.test(id);
}

export function findStored(storage: string, agent: string): Found[] {
  return projects(storage).flatMap((project) =>
    names(join(storage, "session", project)).flatMap((name) => {
      const path = join(storage, "session", project, name);
      const info = object(readJson(path));
      const id = string(info?.id);
      if (!info || id === undefined || info.parentID !== undefined) return [];
      return [found(storage, agent, id, info)];
    }),
  );
}

function found(storage: string, agent: string, id: string, info: JsonObject): Found {
  const updated = number(member(info.time, "updated")) ?? 0;
  return {
    agent,
    id,
    path: storage,
    mtime: updated,
    bytes: 0,
    summary: {
      title: ownTitle(string(info.title)),
      cwd: string(info.directory) ?? null,
      model: null,
      createdAt: isoTime(number(member(info.time, "created")) ?? null),
      updatedAt: isoTime(updated),
      messages: names(join(storage, "message", id)).length,
      parent: null,
    },
  };
}

function projects(storage: string): string[] {
  const folder = join(storage, "session");
  return namesOf(folder).filter((name) => isFolder(join(folder, name)));
}

function names(folder: string): string[] {
  return namesOf(folder).filter((name) => name.endsWith(".json"));
}

function readAll(folder: string): JsonObject[] {
  return names(folder)
    .map((name) => readJson(join(folder, name)))
    .filter(isObject);
}

function readJson(path: string): Json | undefined {
  try {
    return JSON.parse(textIn(path));
  } catch (error) {
    // The file does not exist, or is incomplete.
    noteUnread(path, error);
    return undefined;
  }
}

function byTime(a: JsonObject, b: JsonObject): number {
  const created = (one: JsonObject) => number(member(one.time, "created")) ?? 0;
  return created(a) - created(b) || byId(a, b);
}

function byId(a: JsonObject, b: JsonObject): number {
  const [x, y] = [string(a.id) ?? "", string(b.id) ?? ""];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** Recently chosen models, from the CLI's own state. */
export function recentModel(path: string): string | null {
  const [recent] = array(member(readJson(path), "recent"));
  const provider = string(member(recent, "providerID"));
  const model = string(member(recent, "modelID"));
  return provider !== undefined && model !== undefined ? `${provider}/${model}` : null;
}
