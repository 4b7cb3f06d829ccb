/** Where OpenHands keeps its sessions: conversations/<id>/, see README.md. */

import { homedir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { headOf, textOrNone } from "../../io/door.ts";
import { statOf } from "../../io/files.ts";
import { rowPlace } from "../../io/row-place.ts";
import { parseValue } from "../../lossless/json-text.ts";
import { member, string } from "../../session/json.ts";
import type { JsonObject } from "../../session/types.ts";
import { readTime } from "../shared/local-time.ts";
import type { Found, Store } from "../types.ts";
import { database, idsIn, isId, modelAt } from "./database.ts";
import { eventNames, type Places, placesOf, stateAt } from "./files.ts";

export const store: Store = {
  variables: ["OPENHANDS_PERSISTENCE_DIR", "OPENHANDS_CONVERSATIONS_DIR"],

  roots: (env) => [resolve(env.OPENHANDS_CONVERSATIONS_DIR || join(homeOf(env), "conversations"))],

  home: homeOf,

  // <id>/base_state.json, <id>/events/event-<number>-<id>.json.
  async find(root) {
    return idsIn(root).flatMap((id) => foundAt(root, id) ?? []);
  },

  pathFor: (root) => root,

  // subagents/<id>/ in the session's folder, of the same form.
  async children(place) {
    const [root, id] = placeOf(place);
    const folder = join(placesOf(root, id).folder, SUBAGENTS);
    return idsIn(folder).map((child) => `${folder}#${child}`);
  },

  folder(place, { cwd }) {
    const [root, id] = placeOf(place);
    return cwd ?? folderIn(stateAt(placesOf(root, id)));
  },

  model: (root) => modelAt(root),

  facts: (root) => ({ prompt: promptAt(root) }),

  whole(path) {
    const own = basename(path) === "base_state.json" ? dirname(path) : dirname(dirname(path));
    const isOwn = /[\\/](?:base_state\.json|events[\\/]event-[^\\/]*\.json)$/.test(path);
    const [root, id] = [dirname(own), basename(own)];
    return isOwn && isId(id) && database.holds(root) ? `${root}#${id}` : null;
  },

  database,
};

const SUBAGENTS = "subagents";

function homeOf(env: NodeJS.ProcessEnv): string {
  const home = env.HOME || env.USERPROFILE || homedir();
  return resolve(env.OPENHANDS_PERSISTENCE_DIR || join(home, ".openhands"));
}

/** `root#id`. */
function placeOf(place: string): [root: string, id: string] {
  const { path, id } = rowPlace(place);
  return id === "" ? ["", ""] : [path, id];
}

function folderIn(state: JsonObject | null): string | null {
  return string(member(state?.workspace, "working_dir")) || null;
}

function foundAt(root: string, id: string): Found | null {
  const places = placesOf(root, id);
  const folder = statOf(places.events);
  const names = folder?.isDirectory() ? eventNames(places) : [];
  const [first] = names;
  if (!folder || first === undefined) return null;
  const state = stateAt(places);
  const parent = basename(root) === SUBAGENTS ? basename(dirname(root)) : null;
  return {
    agent: "openhands",
    id,
    path: root,
    // Each event is a new file in it.
    mtime: folder.mtimeMs,
    bytes: bytesOf(places, names),
    inode: folder.ino,
    summary: {
      title: null,
      cwd: folderIn(state),
      model: string(member(member(state?.agent, "llm"), "model")) ?? null,
      createdAt: startOf(join(places.events, first)),
      updatedAt: folder.mtime.toISOString(),
      messages: null,
      parent,
    },
  };
}

/** So many files are asked for their size; of more, the size of all is estimated. */
const MOST_ASKED = 6;

function bytesOf({ events }: Places, names: readonly string[]): number {
  const step = Math.max(1, Math.ceil(names.length / MOST_ASKED));
  let bytes = 0;
  let asked = 0;
  for (let n = 0; n < names.length; n += step) {
    bytes += statOf(join(events, names[n] ?? ""))?.size ?? 0;
    asked++;
  }
  return Math.round((bytes / Math.max(1, asked)) * names.length);
}

/** The time of the first event, which its second key tells. */
function startOf(path: string): string | null {
  try {
    const [, time] = /"timestamp":\s*"([^"\\]*)"/.exec(headOf(path, 512).toString("utf8")) ?? [];
    return readTime(time);
  } catch {
    return null;
  }
}

/** So many of the newest sessions are looked at for the CLI's own system prompt. */
const MOST_TRIED = 8;

/** The system prompt of the newest session that the CLI itself began: it lists its tools with it. */
function promptAt(root: string): string | null {
  const newest = idsIn(root)
    .map((id) => {
      const places = placesOf(root, id);
      return { places, mtime: statOf(places.events)?.mtimeMs ?? 0 };
    })
    .sort((a, b) => b.mtime - a.mtime);
  for (const { places } of newest.slice(0, MOST_TRIED)) {
    const [first = ""] = eventNames(places);
    const event = parseValue(textOrNone(join(places.events, first)));
    const prompt = string(member(member(event, "system_prompt"), "text"));
    const tools = member(event, "tools");
    if (prompt && Array.isArray(tools) && tools.length > 0) return prompt;
  }
  return null;
}
