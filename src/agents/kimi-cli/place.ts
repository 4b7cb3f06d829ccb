/** Where in the store a session is, and what the files beside it say. */
import { hash } from "node:crypto";
import { basename, dirname, join } from "node:path";
import { array, member, string } from "../../session/json.ts";
import type { Header, Json, JsonObject } from "../../session/types.ts";
import type { Identity } from "../types.ts";

export const CONTEXT = "context.jsonl";
export const STATE = "state.json";
export const INDEX = "kimi.json";
export const SUBAGENTS = "subagents";

/** Folders on this machine; others are reached by SSH. */
const LOCAL = "local";

/** sessions/<folder's name>/<id>/context.jsonl. */
export function placeIn(root: string, cwd: string, id: string): string {
  return join(root, folderName(cwd), id, CONTEXT);
}

/** The MD5 of the path of the project, as the CLI has it: absolute, and as the system names it. */
export function folderName(cwd: string): string {
  return hash("md5", cwd);
}

/** The folder of the session, if the file is one's main transcript; else null. */
export function sessionFolder(context: string): string | null {
  if (basename(context) !== CONTEXT) return null;
  const folder = dirname(context);
  return basename(dirname(folder)) === SUBAGENTS ? null : folder;
}

/** sessions/<folder's name>/<id>/subagents/<agent>/context.jsonl. */
function ownerOf(context: string): string | null {
  const agents = dirname(dirname(context));
  return basename(context) === CONTEXT && basename(agents) === SUBAGENTS ? dirname(agents) : null;
}

const FOLDER = /^(?:[a-z0-9]+_)?[0-9a-f]{32}$/;

/** A subagent's id is unique only together with the session's. Older versions have sessions/<folder's name>/<id>.jsonl. */
export function identityOf(path: string): Identity | null {
  const owner = ownerOf(path);
  if (owner !== null) {
    const parent = basename(owner);
    return { id: `${parent}.${basename(dirname(path))}`, parent };
  }
  const folder = sessionFolder(path);
  if (folder !== null) return { id: basename(folder), parent: null };
  const isOld = FOLDER.test(basename(dirname(path))) && path.endsWith(".jsonl");
  return isOld ? { id: basename(path, ".jsonl"), parent: null } : null;
}

/** The folder of the store that a session is in: one for each project. */
export function bucketOf(path: string): string {
  const folder = ownerOf(path) ?? sessionFolder(path);
  return folder === null ? dirname(path) : dirname(folder);
}

/** The paths of the projects that kimi.json lists. */
export function projectsIn(index: Json): string[] {
  return array(member(index, "work_dirs")).flatMap((dir) => {
    const path = string(member(dir, "path"));
    return path !== undefined && (string(member(dir, "kaos")) ?? LOCAL) === LOCAL ? [path] : [];
  });
}

/** The entry of a project in kimi.json, as the CLI begins it. */
export function projectEntry(cwd: string): JsonObject {
  return { path: cwd, kaos: LOCAL, last_session_id: null };
}

/** The title that the user gave a session, or that it has as a fork. The CLI also puts the first prompt there. */
export function titleIn(state: Json): string | null {
  if (member(state, "title_generated") !== true) return null;
  return string(member(state, "custom_title")) || null;
}

/** state.json of a new session with a title; null for one without: the CLI writes its own. */
export function stateText({ title }: Header): string | null {
  if (title === null) return null;
  return JSON.stringify({ version: 1, custom_title: title, title_generated: true }, null, 2);
}
