/** Where Grok Build keeps its sessions: sessions/<project>/<id>/, see README.md. */

import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { textOrNone } from "../../io/door.ts";
import { statOf } from "../../io/files.ts";
import { rowPlace } from "../../io/row-place.ts";
import { array, member, number, string } from "../../session/json.ts";
import type { JsonObject } from "../../session/types.ts";
import { jsonAt } from "../shared/opened.ts";
import { textSetting } from "../shared/toml.ts";
import type { Found, Store, Summary } from "../types.ts";
import { database } from "./database.ts";
import { placesIn, summaryAt } from "./files.ts";
import { folderOf, foldersIn } from "./place.ts";

export const store: Store = {
  variables: ["GROK_HOME"],

  roots: (env) => [join(homeOf(env), "sessions")],

  home: homeOf,

  async find(root) {
    const parents = parentsIn(root);
    return everyFolder(root).flatMap(({ folder, id }) => {
      return foundAt(root, folder, id, parents.get(id) ?? null) ?? [];
    });
  },

  pathFor: (root) => root,

  hasId: (root, id) => folderOf(root, id) !== null,

  // subagents/<id>/meta.json in the session's folder; their own folders are among the others.
  async children(place) {
    const [root, id] = placeOf(place);
    const folder = root === null ? null : folderOf(root, id);
    if (folder === null) return [];
    const children = foldersIn(join(folder, SUBAGENTS));
    return children
      .filter((child) => folderOf(root ?? "", child))
      .map((child) => `${root}#${child}`);
  },

  isSubagent(place) {
    const summary = summaryOf(place);
    return summary !== null && isSubagents(summary);
  },

  // In the store's active_sessions.json: the process that has it open. It stays there after a crash.
  opened(root, id) {
    return array(jsonAt(join(dirname(root), "active_sessions.json"))).flatMap((one) => {
      const pid = number(member(one, "pid"));
      return member(one, "session_id") === id && pid !== undefined && pid > 0 ? [{ pid }] : [];
    });
  },

  folder: (place, { cwd }) => cwd ?? string(member(summaryOf(place)?.info, "cwd")) ?? null,

  title: (place) => titleIn(summaryOf(place)),

  model: (root) => textSetting(textOrNone(join(dirname(root), "config.toml")), "models", "default"),

  whole(path) {
    const folder = dirname(path);
    const root = dirname(dirname(folder));
    const id = folder.slice(dirname(folder).length + 1);
    const isOwn =
      /[\\/](?:chat_history|updates)\.jsonl$/.test(path) && folderOf(root, id) === folder;
    return isOwn && summaryAt(placesIn(folder)) && database.holds(root) ? `${root}#${id}` : null;
  },

  database,
};

function homeOf(env: NodeJS.ProcessEnv): string {
  const home = env.HOME || env.USERPROFILE || homedir();
  return env.GROK_HOME ? resolve(env.GROK_HOME) : join(home, ".grok");
}

/** `root#id`, the session's place. */
function placeOf(place: string): [root: string | null, id: string] {
  const { path, id } = rowPlace(place);
  return id === "" ? [null, ""] : [path, id];
}

/** Of a session in the store, or of the folder that a file is in. */
function summaryOf(place: string): JsonObject | null {
  const [root, id] = placeOf(place);
  const folder = root === null ? dirname(place) : folderOf(root, id);
  return folder === null ? null : summaryAt(placesIn(folder));
}

const SUBAGENTS = "subagents";

function everyFolder(root: string): { folder: string; id: string }[] {
  return foldersIn(root).flatMap((group) =>
    foldersIn(join(root, group)).map((id) => ({ folder: join(root, group, id), id })),
  );
}

/** Of subagents, the session that each is of: their own summaries do not say it. */
function parentsIn(root: string): Map<string, string> {
  return new Map(
    everyFolder(root).flatMap(({ folder, id }) =>
      foldersIn(join(folder, SUBAGENTS)).map((child): [string, string] => [child, id]),
    ),
  );
}

function isSubagents({ session_kind: kind, hidden }: JsonObject): boolean {
  return hidden === true || string(kind)?.startsWith("subagent") === true;
}

function titleIn(summary: JsonObject | null): string | null {
  return string(summary?.generated_title) || string(summary?.session_summary) || null;
}

function foundAt(root: string, folder: string, id: string, parent: string | null): Found | null {
  const places = placesIn(folder);
  const summary = summaryAt(places);
  const [chat, updates] = [places.chat, places.updates].map((path) => statOf(path));
  const info = chat ?? updates;
  if (!summary || !info?.isFile()) return null;
  const mtime = Math.max(chat?.mtimeMs ?? 0, updates?.mtimeMs ?? 0);
  const bytes = (chat?.size ?? 0) + (updates?.size ?? 0);
  const found = { agent: "grok", id, path: root, mtime, bytes, inode: info.ino };
  return { ...found, summary: shown(summary, mtime, parent) };
}

function shown(summary: JsonObject, mtime: number, parent: string | null): Summary {
  return {
    title: titleIn(summary),
    cwd: string(member(summary.info, "cwd")) ?? null,
    model: string(summary.current_model_id) ?? null,
    createdAt: string(summary.created_at) ?? null,
    updatedAt: new Date(mtime).toISOString(),
    messages: null,
    parent: string(summary.parent_session_id) ?? parent,
  };
}
