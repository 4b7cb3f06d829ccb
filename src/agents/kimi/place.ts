/** Where in the store a session lies, and what state.json beside it says. */
import { hash } from "node:crypto";
import { basename, dirname, join } from "node:path";
import { isObject, member, number, string } from "../../session/json.ts";
import type { Header, Json } from "../../session/types.ts";
import { timeFor } from "../shared/place.ts";
import type { Identity, Summary } from "../types.ts";

export const WIRE = "wire.jsonl";
export const STATE = "state.json";
const MAIN = "main";

/** sessions/<folder's name>/<id>/agents/<agent>/wire.jsonl. */
export function placeIn(root: string, header: Header): string {
  const folder = join(root, folderName(header.cwd ?? "/"));
  return join(folder, header.id, "agents", MAIN, WIRE);
}

/** The folder of the session that such a file is of; null for a file that lies otherwise. */
export function sessionFolder(wire: string): string | null {
  const agents = dirname(dirname(wire));
  return basename(wire) === WIRE && basename(agents) === "agents" ? dirname(agents) : null;
}

export function isMain(wire: string): boolean {
  return basename(dirname(wire)) === MAIN;
}

/** A subagent's id is its own only together with the session's: the first one's is always agent-0. */
export function identityOf(wire: string): Identity | null {
  const folder = sessionFolder(wire);
  if (folder === null) return null;
  const id = basename(folder);
  if (isMain(wire)) return { id, parent: null };
  return { id: `${id}.${basename(dirname(wire))}`, parent: id };
}

const SLUG = 40;

/** "/home/dev/My Shop" → "wd_my-shop_<12 digits of the path's SHA-256>". Links are not resolved. */
export function folderName(cwd: string): string {
  const path = cwd.replaceAll("\\", "/").replace(/\/+$/, "");
  const digest = hash("sha256", path).slice(0, 12);
  return `wd_${slug(path.split("/").at(-1) ?? path)}_${digest}`;
}

function slug(name: string): string {
  const plain = trimmed(name.toLowerCase().replace(/[^a-z0-9._-]+/g, "-"));
  const short = trimmed(plain.slice(0, SLUG));
  return ["", ".", ".."].includes(short) ? "workspace" : short;
}

function trimmed(text: string): string {
  return text.replace(/^-+|-+$/g, "");
}

/** What a list shows of a session, from its state.json; null where that is none. */
export function readState(state: Json): Summary | null {
  if (!isObject(state)) return null;
  return {
    title: titleOf(state),
    cwd: string(state.cwd) ?? string(member(state.custom, "cwd")) ?? string(state.workDir) ?? null,
    model: null,
    createdAt: timeOf(state.createdAt),
    updatedAt: timeOf(state.updatedAt),
    messages: null,
    parent: string(state.forkedFrom) ?? null,
  };
}

/** One that only repeats the first prompt is none. */
function titleOf(state: Json): string | null {
  const title = string(member(state, "title")) ?? string(member(state, "customTitle"));
  const kind = string(member(state, "titleKind"));
  const isOwn =
    kind === undefined ? member(state, "isCustomTitle") !== false : kind !== "replaceable";
  return isOwn && title ? title : null;
}

/** Milliseconds; in the first versions ISO 8601. */
function timeOf(time: Json | undefined): string | null {
  const ms = number(time) ?? Date.parse(string(time) ?? "");
  const isTime = Number.isFinite(ms) && Math.abs(ms) <= 8.64e15;
  return isTime ? new Date(ms).toISOString() : null;
}

/** state.json of a new session: without one the CLI does not find it. */
export function stateText(wire: string, header: Header): string {
  const { id, cwd, title, createdAt, updatedAt } = header;
  const state = {
    id,
    version: 2,
    cwd: cwd ?? "/",
    archived: false,
    agents: { [MAIN]: { homedir: dirname(wire), type: "main" } },
    custom: {},
    ...(title === null ? {} : { title, titleKind: "custom" }),
    createdAt: timeFor(createdAt).getTime(),
    updatedAt: timeFor(updatedAt ?? createdAt).getTime(),
    isCustomTitle: title !== null,
  };
  return JSON.stringify(state);
}
