/** Where Gemini CLI stores its sessions. */
import { hash } from "node:crypto";
import { homedir, tmpdir } from "node:os";
import { basename, dirname, join, resolve, sep } from "node:path";
import { headOf, textOrNone } from "../../io/door.ts";
import { listFiles, namesOf, type StoredFile } from "../../io/files.ts";
import type { Companion } from "../../io/output.ts";
import { readOr } from "../../io/unread.ts";
import { isObject, member, string } from "../../session/json.ts";
import type { Header, Json } from "../../session/types.ts";
import { timeFor } from "../shared/place.ts";
import type { Found, OwnPlace, Store } from "../types.ts";

export const store: Store = {
  variables: ["GEMINI_CLI_HOME"],

  roots: (env) => [rootOf(env)],

  home: (env) => dirname(rootOf(env)),

  // tmp/<project>/chats/session-*.jsonl, or .json; subagents are in folders below.
  async find(root) {
    const projects = new Map<string, string | null>();
    const found = new Map<string, Found>();
    for await (const file of listFiles(root, 3)) {
      const tag = checkpointIn(file.path, root);
      if (tag === null && !isSessionFile(file.path)) continue;
      const folder = dirname(file.path);
      const project = tag === null ? dirname(folder) : folder;
      if (!projects.has(project)) projects.set(project, projectAt(project));
      const head = tag === null ? idOf(file) : { id: tag, isEmpty: false };
      if (!head || head.isEmpty) continue;
      const cwd = projects.get(project) ?? null;
      const one = foundAt(file, head.id, cwd);
      // If there are several files with the same session, the CLI uses the one updated last.
      const key = `${folder}\0${head.id}`;
      const other = found.get(key);
      if (!other || other.mtime < one.mtime) found.set(key, one);
    }
    return [...found.values()];
  },

  pathFor(root, header: Header) {
    const time = timeFor(header.createdAt).toISOString().slice(0, 16).replace(/:/g, "-");
    return join(
      root,
      slugFor(root, header.cwd ?? "/"),
      "chats",
      `session-${time}-${nameOf(header.id)}.jsonl`,
    );
  },

  // chats/<id>/<id of the subagent>.jsonl
  async children(path) {
    const head = idOf({ path, mtime: 0, bytes: 0, inode: 0 });
    const folder = join(dirname(path), cleaned(head?.id ?? basename(path)));
    return namesIn(folder)
      .filter((name) => /\.jsonl?$/.test(name))
      .map((name) => join(folder, name));
  },

  // At its next start, the CLI deletes what was not updated for a month: a session that is added
  // now gets the current time, whatever its age.
  facts: () => ({ now: new Date().toISOString() }),

  // The CLI uses the marker; records name the folder only since 0.39.
  folder: (path, { cwd }) =>
    (basename(path).startsWith("checkpoint-") ? projectAt(dirname(path), cwd) : null) ??
    projectAt(dirname(dirname(path)), cwd) ??
    projectAt(dirname(dirname(dirname(path)))) ??
    cwd,

  companions: (root, path, header) => markersOf(root, dirname(dirname(path)), header.cwd ?? "/"),
};

/** A folder of the project from which the CLI reads files as if they were in the project. */
export function ownPlace(cwd: string, env: NodeJS.ProcessEnv): OwnPlace {
  const root = rootOf(env);
  const folder = join(root, slugFor(root, cwd), "segue");
  return { folder, companions: markersOf(root, dirname(folder), cwd) };
}

function rootOf(env: NodeJS.ProcessEnv): string {
  const home = env.GEMINI_CLI_HOME || env.HOME || homedir() || tmpdir();
  return join(home, ".gemini", "tmp");
}

/** Marks the folder as the project's, in both places where the CLI looks. */
function markersOf(root: string, project: string, cwd: string): Companion[] {
  const text = projectKey(cwd);
  const slug = basename(project);
  return [join(root, slug), join(dirname(root), "history", slug)].map((folder) => ({
    path: join(folder, MARKER),
    text,
  }));
}

const MARKER = ".project_root";

function isSessionFile(path: string): boolean {
  if (basename(dirname(path)) !== "chats") return false;
  return /^session-.*\.jsonl?$/.test(basename(path));
}

/** The tag of a checkpoint, for people; null for a session. */
export function tagOf(path: string): string | null {
  const [, tag] = /^checkpoint-(.+)\.json$/.exec(basename(path)) ?? [];
  if (tag === undefined) return null;
  try {
    return decodeURIComponent(tag);
  } catch {
    return tag;
  }
}

/**
 * tmp/<project>/checkpoint-<tag>.json: what `/chat save <tag>` wrote. Its name, or null for others.
 */
function checkpointIn(path: string, root: string): string | null {
  if (dirname(dirname(path)) !== root) return null;
  return /^(checkpoint-.+)\.json$/.exec(basename(path))?.[1] ?? null;
}

function foundAt(file: StoredFile, id: string, cwd: string | null): Found {
  const found: Found = { ...file, agent: "gemini", id };
  if (cwd === null) return found;
  const unknown = { title: null, model: null, createdAt: null, updatedAt: null };
  return { ...found, summary: { ...unknown, cwd, messages: null, parent: null } };
}

/**
 * At every resume up to 0.61, the CLI leaves a file with only metadata and context, named after the
 * session's first eight characters. At its next start, it takes that for a broken session, and
 * deletes it with all files whose names end in the same eight characters: including the session
 * itself, as the CLI would name it. The names of our files end in eight others. They begin with the
 * session's eight, by which the CLI recognizes the open session and spares it; and the end must be
 * eight letters or digits, so that deleting one file does not delete the other (sessionCleanup.ts,
 * [run]).
 */
export function nameOf(id: string): string {
  const first = cleaned(id).slice(0, 8);
  const digest = hash("sha1", id);
  const last = [digest.slice(0, 8), digest.slice(8, 16)].find((end) => end !== first);
  return `${first}-${last ?? "00000000"}`;
}

/** Like sanitizeFilenamePart. */
function cleaned(id: string): string {
  return id.replace(/[^a-zA-Z0-9_-]/g, "_");
}

const HEAD_BYTES = 64 * 1024;

interface Head {
  id: string;
  /** It contains no message. */
  isEmpty: boolean;
}

function idOf({ path }: StoredFile): Head | undefined {
  return readOr(path, undefined, () => {
    const bytes = headOf(path, HEAD_BYTES);
    return readHead(bytes.toString("utf8"), bytes.length < HEAD_BYTES);
  });
}

function readHead(text: string, whole: boolean): Head | undefined {
  const [first = "", ...lines] = text.split("\n");
  const id =
    string(member(parse(first), "sessionId")) ?? /"sessionId"\s*:\s*"([^"\\]+)"/.exec(text)?.[1];
  if (id === undefined) return undefined;
  return {
    id,
    isEmpty: whole && text.startsWith('{"') && parse(first) !== undefined && lines.every(isOpening),
  };
}

/** A line of a session that was only opened. */
function isOpening(line: string): boolean {
  if (line.trim() === "") return true;
  const set = member(parse(line), "$set");
  if (!isObject(set)) return false;
  return !Array.isArray(set.messages) || set.messages.length < 2;
}

function parse(line: string): Json | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Like the CLI's normalization of a project's path. */
function projectKey(cwd: string): string {
  const path = resolve(cwd);
  return process.platform === "win32" ? path.toLowerCase() : path;
}

/**
 * The folder of a project: according to projects.json or the markers, or a new one with the
 * folder's name (projectRegistry.ts). The CLI itself copies an older folder, named by the hash of
 * the path, to the new one.
 */
export function slugFor(root: string, cwd: string): string {
  const key = projectKey(cwd);
  const registry = registryOf(root);
  const registered = registry.get(key);
  if (registered !== undefined && mayOwn(root, registered, key)) return registered;
  return markedFor(root, key) ?? newSlug(root, key, new Set(registry.values()));
}

function registryOf(root: string): Map<string, string> {
  const projects = member(parse(textOrNone(join(dirname(root), "projects.json"))), "projects");
  const slugs = new Map<string, string>();
  for (const [path, slug] of Object.entries(isObject(projects) ? projects : {})) {
    if (typeof slug === "string" && /^[a-z0-9-]+$/.test(slug)) slugs.set(path, slug);
  }
  return slugs;
}

function bases(root: string): string[] {
  return [root, join(dirname(root), "history")];
}

function mayOwn(root: string, slug: string, key: string): boolean {
  return bases(root).every((base) => {
    const owner = ownerOf(join(base, slug));
    return owner === null || projectKey(owner) === key;
  });
}

/** The project of the folder; null if it is unknown. */
function ownerOf(folder: string): string | null {
  return textOrNone(join(folder, MARKER)).trim() || null;
}

/**
 * The project whose sessions are in this folder: according to its marker or projects.json. Older
 * folders are named by the SHA-256 of the project's path, which is looked up among the known paths.
 */
function projectAt(folder: string, told: string | null = null): string | null {
  const owner = ownerOf(folder);
  if (owner !== null) return owner;
  const [root, name] = [dirname(folder), basename(folder)];
  for (const [path, slug] of registryOf(root)) if (slug === name) return path;
  if (!/^[0-9a-f]{64}$/.test(name)) return null;
  return knownPaths(root, told).find((path) => hash("sha256", path) === name) ?? null;
}

function knownPaths(root: string, told: string | null): string[] {
  const trusted = parse(textOrNone(join(dirname(root), "trustedFolders.json")));
  const owners = namesIn(root).flatMap((name) => ownerOf(join(root, name)) ?? []);
  const above: string[] = [];
  for (let path = process.cwd(); ; path = dirname(path)) {
    above.push(path);
    if (dirname(path) === path) break;
  }
  return [
    ...(told === null ? [] : [told]),
    ...registryOf(root).keys(),
    ...(isObject(trusted) ? Object.keys(trusted) : []),
    ...owners,
    ...above,
  ];
}

function markedFor(root: string, key: string): string | undefined {
  for (const base of bases(root)) {
    for (const slug of namesIn(base)) {
      const owner = ownerOf(join(base, slug));
      if (owner !== null && projectKey(owner) === key && /^[a-z0-9-]+$/.test(slug)) return slug;
    }
  }
  return undefined;
}

function newSlug(root: string, key: string, taken: ReadonlySet<string>): string {
  const name = key.split(sep).at(-1) ?? "";
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "-")
    .replace(/-+/g, "-")
    .replace(/^-|-$/g, "");
  for (let n = 0; ; n++) {
    const slug = n === 0 ? plain || "project" : `${plain || "project"}-${n}`;
    if (!taken.has(slug) && mayOwn(root, slug, key)) return slug;
  }
}

function namesIn(folder: string): string[] {
  return namesOf(folder).sort();
}
