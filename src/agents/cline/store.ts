/**
 * Where Cline keeps its sessions: its CLI, and its extension for editors from 4.1 on; and the tasks of the
 * extension before that, and of CLI 2, which are stored by ../shared/tasks.
 */

import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { statOf } from "../../io/files.ts";
import { hostOf } from "../../io/host.ts";
import { rowPlace } from "../../io/row-place.ts";
import { isObject, member, number, string } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";
import { jsonAt } from "../shared/opened.ts";
import { CLINE } from "../shared/tasks/dialect.ts";
import { taskStore, tasksThere } from "../shared/tasks/store.ts";
import type { Found, Store, Summary } from "../types.ts";
import { namesIn } from "./database.ts";
import { database } from "./databases.ts";
import { manifestAt, placesOf, providersIn } from "./files.ts";

const tasks = taskStore(CLINE);

export const store: Store = {
  variables: [
    ...["CLINE_DIR", "CLINE_DATA_DIR", "CLINE_SESSION_DATA_DIR"],
    ...(tasks.variables ?? []),
  ],

  // New sessions go to the first one.
  roots(env, host = hostOf(env)) {
    const data = dataFolder(env);
    const own = resolve(env.CLINE_SESSION_DATA_DIR || join(data, "sessions"));
    const moved = resolve(data, "tasks");
    const all = [...(existsSync(moved) ? [moved] : []), ...tasksThere(CLINE, env, host)];
    const older = [...new Set(all)];
    const isOlder = older.length > 0 && !existsSync(own) && !existsSync(providersIn(data));
    return isOlder ? [...older, own] : [own, ...older];
  },

  home: (env) => clineFolder(env),

  // sessions/<id>/<id>.messages.json; subagents' transcripts are beside it.
  async find(root) {
    if (isTasks(root)) return withoutMoved(root, await tasks.find(root));
    return namesIn(root).flatMap((id) => foundAt(root, id) ?? []);
  },

  pathFor: (root) => root,

  async children(place) {
    if (isTasks(rowPlace(place).path)) return [];
    const [root, id] = placeOf(place);
    const { folder, transcript } = placesOf(root, id);
    const names = await readdir(folder).catch(() => []);
    const others = names.filter((name) => name.endsWith(".messages.json"));
    return others.map((name) => join(folder, name)).filter((path) => path !== transcript);
  },

  // A transcript by itself does not say it: the manifest is beside it.
  folder(place, told) {
    if (isTasks(rowPlace(place).path)) return tasks.folder?.(place, told) ?? null;
    const { cwd } = told;
    const manifest = cwd === null ? manifestBeside(place) : null;
    return cwd ?? string(manifest?.cwd) ?? null;
  },

  title: (place) => string(member(manifestBeside(place)?.metadata, "title")) || null,

  // In sessions/<id>/<id>.json: the process that has it open, as long as its state is none of an end.
  opened(root, id) {
    if (isTasks(root)) return [];
    const manifest = manifestAt(placesOf(root, id));
    const pid = number(manifest?.pid);
    const isOpen = OPEN.has(string(manifest?.status) ?? "");
    return isOpen && pid !== undefined && pid > 0 ? [{ pid }] : [];
  },

  model: (root) => (isTasks(root) ? null : (string(member(usedProvider(root), "model")) ?? null)),

  facts: (root) =>
    isTasks(root)
      ? { form: "task" }
      : { provider: string(member(usedProvider(root), "provider")) ?? null },

  whole(path) {
    const task = tasks.whole?.(path) ?? null;
    if (task !== null) return task;
    const [root, id] = placeOf(path);
    const isOwn = placesOf(root, id).transcript === path && manifestAt(placesOf(root, id)) !== null;
    return isOwn && database.holds(root) ? `${root}#${id}` : null;
  },

  database,
};

function isTasks(path: string): boolean {
  return tasks.database?.holds(path) ?? false;
}

/** A task that 4.1 has continued is a session of the same id, which has all of it. */
function withoutMoved(root: string, found: readonly Found[]): Found[] {
  const sessions = join(dirname(root), "sessions");
  return found.filter(({ id }) => !existsSync(placesOf(sessions, id).transcript));
}

const OPEN = new Set(["idle", "running", "pending"]);

function clineFolder(env: NodeJS.ProcessEnv): string {
  return env.CLINE_DIR || join(env.HOME || env.USERPROFILE || homedir(), ".cline");
}

function dataFolder(env: NodeJS.ProcessEnv): string {
  return env.CLINE_DATA_DIR || join(clineFolder(env), "data");
}

/** `root#id`, or the path of a transcript: the root and the id. */
function placeOf(place: string): [root: string, id: string] {
  const { path, id } = rowPlace(place);
  if (id !== "" && database.holds(path)) return [path, id];
  return [dirname(dirname(place)), basename(place, ".messages.json")];
}

function manifestBeside(place: string): { [key: string]: Json } | null {
  const [root, id] = placeOf(place);
  const own = manifestAt(placesOf(root, id));
  // A subagent's is its session's.
  return own ?? manifestAt(placesOf(root, basename(dirname(place))));
}

function foundAt(root: string, id: string): Found | null {
  const places = placesOf(root, id);
  const info = statOf(places.transcript);
  if (!info?.isFile()) return null;
  const file = { mtime: info.mtimeMs, bytes: info.size, inode: info.ino };
  return { agent: "cline", id, path: root, ...file, summary: summaryOf(places, info.mtime) };
}

function summaryOf(places: ReturnType<typeof placesOf>, changed: Date): Summary {
  const manifest = manifestAt(places);
  const metadata = member(manifest ?? undefined, "metadata");
  return {
    title: string(member(metadata, "title")) || null,
    cwd: string(manifest?.cwd) ?? null,
    model: string(manifest?.model) ?? null,
    createdAt: string(manifest?.started_at) ?? null,
    updatedAt: changed.toISOString(),
    messages: null,
    parent: string(member(member(metadata, "fork"), "forkedFromSessionId")) ?? null,
  };
}

/** settings/providers.json: `{lastUsedProvider, providers: {<id>: {settings: {provider, model, …}}}}`. */
function usedProvider(root: string): Json | undefined {
  const settings = jsonAt(providersIn(dirname(root)));
  const last = string(member(settings, "lastUsedProvider")) ?? "";
  const used = member(member(member(settings, "providers"), last), "settings");
  return isObject(used) ? used : undefined;
}
