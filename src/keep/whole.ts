/** All that a store has of one session. */
import { type Dirent, existsSync, readdirSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import type { Agent, Found } from "../agents/types.ts";
import { placeOf } from "../catalog/stores.ts";
import { childrenOf } from "../convert/read/bases.ts";
import { rowsAt } from "../convert/read/open.ts";
import { besides, filesBelow, RUNNING } from "../convert/store/beside.ts";
import { fileAt } from "../io/files.ts";
import { Input } from "../io/input.ts";
import type { Env } from "../io/state.ts";
import type { Role, State } from "./manifest.ts";

/** A file, or rows of a database, that belong to a session. */
export interface Piece {
  role: Role;
  /** A path, or `path#id`. */
  place: string;
  /** The path below the store's folder, with "/"; null for a file elsewhere. */
  name: string | null;
  /** null for rows of a subagent, whose state only reading them tells. */
  state: State | null;
  mode: number | null;
}

/** Where a session was found. */
export interface Origin {
  agent: Agent;
  found: Found;
  /** The store's folder. */
  root: string;
  env: Env;
  folders: Folders;
}

export function stateOf({ mtime, bytes, inode = 0 }: Found): State {
  return { mtime, bytes, inode };
}

/** The session itself first. */
export async function piecesOf(origin: Origin): Promise<Piece[]> {
  const { agent, found } = origin;
  const place = placeOf(found, agent);
  const isRows = place !== found.path;
  const own: Piece[] = isRows
    ? [{ role: "rows", place, name: rowsName(found), state: stateOf(found), mode: null }]
    : pieceAt("session", place, origin.root);
  const files = isRows ? filesOfRows(origin) : besides(place, { id: found.id, path: place });
  const children = await childrenOf(agent, place);
  const bases = isRows ? [] : await basesOf(origin, [place, ...children]);
  const all = [
    ...own,
    ...children.flatMap((child) => childAt(child, origin.root)),
    ...bases.flatMap((path) => pieceAt("base", path, origin.root)),
    ...files.flatMap(({ from }) => pieceAt("beside", from, origin.root)),
    ...(isRows ? [] : sharedBy(origin, [place, ...children, ...bases])),
  ];
  return [...new Map(all.reverse().map((piece) => [piece.place, piece])).values()].reverse();
}

/** The current state of a file; null if it is gone. */
export function stateAt(path: string): State | null {
  const file = fileAt(path);
  return file ? { mtime: file.mtime, bytes: file.bytes, inode: file.inode } : null;
}

function rowsName({ id }: Found): string {
  return `${id.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^\.+/, "")}.jsonl`;
}

function childAt(place: string, root: string): Piece[] {
  const rows = rowsAt(place);
  if (!rows) return pieceAt("subagent", place, root);
  const name = rowsName({ agent: "", path: "", mtime: 0, bytes: 0, id: rows.id });
  return [{ role: "subagent", place, name: `subagents/${name}`, state: null, mode: null }];
}

function pieceAt(role: Role, path: string, root: string): Piece[] {
  const state = stateAt(path);
  if (!state) return [];
  const mode = statSync(path, { throwIfNoEntry: false })?.mode;
  return [{ role, place: path, name: nameIn(root, path), state, mode: (mode ?? 0o600) & 0o777 }];
}

function nameIn(root: string, path: string): string | null {
  const names = relative(root, path).split(sep);
  return names[0] === ".." || names[0] === "" || join(root, ...names) !== path
    ? null
    : names.join("/");
}

async function basesOf({ agent, env }: Origin, paths: readonly string[]): Promise<string[]> {
  const { store } = agent;
  if (!store.bases) return [];
  const roots = store.roots(env);
  const all = await Promise.all(paths.map((path) => store.bases?.(path, roots) ?? []));
  return all.flat().map(({ path }) => path);
}

/** What its records refer to, and other sessions may have, too. */
function sharedBy({ agent, root }: Origin, paths: readonly string[]): Piece[] {
  const { store } = agent;
  const found = new Set<string>();
  for (const path of store.shared ? paths : []) {
    const input = new Input(path);
    try {
      for (const { text } of input.lines()) {
        for (const { from } of store.shared?.(text, path, root) ?? []) found.add(from);
      }
    } finally {
      input.close();
    }
  }
  return [...found].flatMap((path) => pieceAt("beside", path, root));
}

/** Of a store of documents: they are the session as its agent wrote it, and have what no row has. */
function filesOfRows({ agent, found: { path, id }, folders }: Origin): { from: string }[] {
  const file = agent.store.database?.file?.(path, id);
  if (file !== undefined && existsSync(file)) return [{ from: file }];
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [];
  return folders.named(path, id).map((from) => ({ from }));
}

/**
 * Files by the ids in their names, each store listed once: below its root, or in a folder of that, a
 * session has a folder with its id as name, or files with its id and any ending.
 */
export class Folders {
  readonly #stores = new Map<string, Map<string, string[]>>();

  named(root: string, id: string): string[] {
    const known = this.#stores.get(root);
    const store = known ?? listed(root);
    if (!known) this.#stores.set(root, store);
    return (store.get(id) ?? []).flatMap((path) => {
      return statSync(path, { throwIfNoEntry: false })?.isDirectory() ? filesBelow(path) : [path];
    });
  }
}

function listed(root: string): Map<string, string[]> {
  const store = new Map<string, string[]>();
  const add = (folder: string, entry: Dirent): void => {
    const isOther = !entry.isDirectory() && !entry.isFile();
    if (isOther || RUNNING.test(entry.name)) return;
    const path = join(folder, entry.name);
    for (const name of namesFor(entry.name)) {
      const paths = store.get(name);
      if (paths) paths.push(path);
      else store.set(name, [path]);
    }
  };
  for (const entry of entriesIn(root)) {
    add(root, entry);
    const below = join(root, entry.name);
    if (entry.isDirectory()) for (const one of entriesIn(below)) add(below, one);
  }
  return store;
}

/** The name, and what is before each of its dots. */
function namesFor(name: string): string[] {
  const words = name.split(".");
  return words.map((_, n) => words.slice(0, n + 1).join("."));
}

function entriesIn(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
