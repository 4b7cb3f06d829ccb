/** Where Cline keeps its sessions: its CLI, and its extensions for editors from 4.0 on. */

import { readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { statOf } from "../../io/files.ts";
import { rowPlace } from "../../io/row-place.ts";
import { isObject, member, number, string } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";
import { jsonAt } from "../shared/opened.ts";
import type { Found, Store, Summary } from "../types.ts";
import { database, namesIn } from "./database.ts";
import { manifestAt, placesOf } from "./files.ts";

export const store: Store = {
  variables: ["CLINE_DIR", "CLINE_DATA_DIR", "CLINE_SESSION_DATA_DIR"],

  roots: (env) => [resolve(env.CLINE_SESSION_DATA_DIR || join(dataFolder(env), "sessions"))],

  home: (env) => clineFolder(env),

  // sessions/<id>/<id>.messages.json; subagents' transcripts are beside it.
  async find(root) {
    return namesIn(root).flatMap((id) => foundAt(root, id) ?? []);
  },

  pathFor: (root) => root,

  async children(place) {
    const [root, id] = placeOf(place);
    const { folder, transcript } = placesOf(root, id);
    const names = await readdir(folder).catch(() => []);
    const others = names.filter((name) => name.endsWith(".messages.json"));
    return others.map((name) => join(folder, name)).filter((path) => path !== transcript);
  },

  // A transcript by itself does not say it: the manifest is beside it.
  folder(place, { cwd }) {
    const manifest = cwd === null ? manifestBeside(place) : null;
    return cwd ?? string(manifest?.cwd) ?? null;
  },

  title: (place) => string(member(manifestBeside(place)?.metadata, "title")) || null,

  // In sessions/<id>/<id>.json: the process that has it open, as long as its state is none of an end.
  opened(root, id) {
    const manifest = manifestAt(placesOf(root, id));
    const pid = number(manifest?.pid);
    const isOpen = OPEN.has(string(manifest?.status) ?? "");
    return isOpen && pid !== undefined && pid > 0 ? [{ pid }] : [];
  },

  model: (root) => string(member(usedProvider(root), "model")) ?? null,

  facts: (root) => ({ provider: string(member(usedProvider(root), "provider")) ?? null }),

  whole(path) {
    const [root, id] = placeOf(path);
    const isOwn = placesOf(root, id).transcript === path && manifestAt(placesOf(root, id)) !== null;
    return isOwn && database.holds(root) ? `${root}#${id}` : null;
  },

  database,
};

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
  const settings = jsonAt(join(dirname(root), "settings", "providers.json"));
  const last = string(member(settings, "lastUsedProvider")) ?? "";
  const used = member(member(member(settings, "providers"), last), "settings");
  return isObject(used) ? used : undefined;
}
