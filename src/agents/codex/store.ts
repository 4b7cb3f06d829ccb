import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { zstdDecompress } from "node:zlib";
import { bytesIn, headOf, textOrNone } from "../../io/door.ts";
import { filesIn, type StoredFile, statOf } from "../../io/files.ts";
import { hostOf } from "../../io/host.ts";
import { parseValue } from "../../lossless/json-text.ts";
import { member, number, string } from "../../session/json.ts";
import type { Header, Json } from "../../session/types.ts";
import { holderOf } from "../shared/opened.ts";
import { timeFor } from "../shared/place.ts";
import type { Base, Found, Store } from "../types.ts";
import { lineOf } from "./records.ts";

const UUID = "[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}";

/**
 * rollout-<local time>-<thread>.jsonl, or …-<thread>_<segment>.jsonl after a rewind; or compressed.
 */
const NAME = new RegExp(`^rollout-(\\d{4}-.*)-(${UUID})(?:_(${UUID}))?\\.jsonl(?:\\.zst)?$`);

/** sessions/YYYY/MM/DD/FILE; archived ones are in a flat folder. */
const FOLDERS = [
  { name: "sessions", depth: 4 },
  { name: "archived_sessions", depth: 1 },
];

/** The first line contains the model's instructions; this is enough for it. */
const HEAD_BYTES = 1 << 20;
const MAX_BASES = 100;

const decompress = promisify(zstdDecompress);

interface Rollout extends StoredFile {
  stamp: string;
  threadId: string;
  /** The last UUID of the file's name, by which others refer to it. */
  fileId: string;
}

export const store: Store = {
  variables: ["CODEX_HOME"],

  roots(env, { path, home } = hostOf(env)) {
    return [env.CODEX_HOME || path.join(home, ".codex")];
  },

  async find(root) {
    const newest = new Map<string, Rollout>();
    for (const file of await rollouts(root)) {
      const other = newest.get(file.threadId);
      if (!other || isNewer(file, other)) newest.set(file.threadId, file);
    }
    return [...newest.values()].map(found);
  },

  pathFor(root, header: Header) {
    const [day, stamp] = localTime(header.createdAt);
    return join(root, "sessions", ...day, `rollout-${stamp}-${header.id}.jsonl`);
  },

  title(path) {
    const [, , threadId = ""] = NAME.exec(basename(path)) ?? [];
    const [root] = rootsAbove(path);
    return root === undefined ? null : threadName(root, threadId);
  },

  // A fork has a parent, too.
  isSubagent: (path) => spawnedBy(path) !== null,

  // Separate rollouts, begun while the thread that spawned them was being written.
  async children(path) {
    const [, stamp = "", threadId] = NAME.exec(basename(path)) ?? [];
    if (threadId === undefined) return [];
    return foldersSince(path, stamp)
      .flatMap((folder) => filesIn(folder, 1))
      .filter((file) => {
        const [, other = "", id] = NAME.exec(basename(file.path)) ?? [];
        return id !== undefined && id !== threadId && other >= stamp;
      })
      .flatMap((file) => (spawnedBy(file.path) === threadId ? [file.path] : []));
  },

  takesChildren: true,

  // thread-writer-locks/<thread>.lock, locked while the thread is open; a killed process leaves the
  // file (0.171).
  opened(root, id) {
    const pid = holderOf(join(root, "thread-writer-locks", `${id}.lock`));
    return pid === null ? [] : [{ pid }];
  },

  async bases(path, roots) {
    const bases: Base[] = [];
    const seen = new Set([basename(path)]);
    let base = await baseOf(path);
    const files = base
      ? await byFileId([...rootsAbove(path), ...roots])
      : new Map<string, Rollout>();
    while (base && bases.length < MAX_BASES) {
      const file = files.get(base.fileId);
      // The base no longer exists: Codex refuses the session, but the rest can still be read.
      if (!file || seen.has(basename(file.path))) break;
      seen.add(basename(file.path));
      bases.unshift({ path: file.path, bytes: base.bytes });
      base = await baseOf(file.path);
    }
    return bases;
  },
};

const DAY_MS = 86_400_000;
/** The longest time that a thread is followed: it limits the number of folders to search. */
const MOST_DAYS = 3660;

/**
 * The folders with rollouts that were begun between a rollout's own beginning and its last write: a
 * thread that is resumed on another day has its subagents there. Names are in the writer's local
 * time, hence one more day.
 */
function foldersSince(path: string, stamp: string): string[] {
  const [root] = rootsAbove(path);
  const first = Date.parse(`${stamp.slice(0, 10)}T12:00:00Z`);
  if (root === undefined || Number.isNaN(first)) return [dirname(path)];
  const last = (statOf(path)?.mtimeMs ?? first) + DAY_MS;
  const days = Math.min(MOST_DAYS, Math.max(0, Math.ceil((last - first) / DAY_MS)));
  const folders = Array.from({ length: days + 1 }, (_, n) => {
    const day = new Date(first + n * DAY_MS).toISOString().slice(0, 10);
    return join(root, "sessions", ...day.split("-"));
  });
  return [...folders, join(root, "archived_sessions")];
}

/** In a rollout's first line, the information about who started it is near the beginning. */
const SPAWN_BYTES = 4096;

/** The thread whose subagent a rollout is; null for none. */
function spawnedBy(path: string): string | null {
  if (!path.endsWith(".jsonl")) return null;
  try {
    const text = headOf(path, SPAWN_BYTES).toString("utf8");
    return /"thread_spawn":\{"parent_thread_id":"([^"]+)"/.exec(text)?.[1] ?? null;
  } catch {
    return null;
  }
}

/** The store of a file, wherever that is: a copy of a store keeps its folders. */
function rootsAbove(path: string): string[] {
  const [, root] =
    /^(.*)[\\/](?:sessions[\\/]\d+[\\/]\d+[\\/]\d+|archived_sessions)[\\/][^\\/]*$/.exec(path) ??
    [];
  return root === undefined ? [] : [root];
}

/** Archived sessions are in a separate folder. */
export function isArchived(path: string): boolean {
  return basename(dirname(path)) === "archived_sessions";
}

async function rollouts(root: string): Promise<Rollout[]> {
  const found: Rollout[] = [];
  for (const { name, depth } of FOLDERS) {
    for (const file of filesIn(join(root, name), depth)) {
      if (!/\.jsonl(\.zst)?$/.test(file.path)) continue;
      const rollout = parseName(file) ?? (await parseHead(file));
      if (rollout) found.push(rollout);
    }
  }
  return found;
}

function parseName(file: StoredFile): Rollout | undefined {
  const [, stamp, threadId, segment] = NAME.exec(basename(file.path)) ?? [];
  if (stamp === undefined || threadId === undefined) return undefined;
  return { ...file, stamp, threadId, fileId: segment ?? threadId };
}

/** Codex accepts files with any name; the first line identifies the session. */
async function parseHead(file: StoredFile): Promise<Rollout | undefined> {
  const meta = await readMeta(file.path);
  const id = string(member(meta, "id"));
  if (id === undefined) return undefined;
  const stamp = string(member(meta, "timestamp")) ?? "";
  return { ...file, stamp, threadId: id, fileId: id };
}

/**
 * After a rewind, the newest segment is the session; an archived copy counts as the file itself.
 */
function isNewer(a: Rollout, b: Rollout): boolean {
  const segments = Number(a.fileId !== a.threadId) - Number(b.fileId !== b.threadId);
  if (a.stamp !== b.stamp && segments === 0) return a.stamp > b.stamp;
  return segments === 0 ? a.mtime > b.mtime : segments > 0;
}

function found({ path, mtime, bytes, inode, threadId }: Rollout): Found {
  return { agent: "codex", id: threadId, path, mtime, bytes, inode };
}

/** The user's name for a thread: session_index.jsonl, to which Codex appends; the newest counts. */
function threadName(root: string, threadId: string): string | null {
  let name: string | null = null;
  for (const line of textOrNone(join(root, "session_index.jsonl")).split("\n")) {
    if (!line.includes(threadId)) continue;
    const record = parseValue(line);
    if (record === undefined || string(member(record, "id")) !== threadId) continue;
    name = string(member(record, "thread_name")) ?? name;
  }
  return name;
}

async function byFileId(roots: readonly string[]): Promise<Map<string, Rollout>> {
  const files = new Map<string, Rollout>();
  for (const root of roots) {
    for (const file of await rollouts(root))
      if (!files.has(file.fileId)) files.set(file.fileId, file);
  }
  return files;
}

async function baseOf(path: string): Promise<{ fileId: string; bytes: number } | undefined> {
  const base = member(await readMeta(path), "history_base");
  const fileId = string(member(base, "thread_id"));
  const bytes = number(member(base, "end_byte_offset"));
  return fileId === undefined || bytes === undefined ? undefined : { fileId, bytes };
}

/** The payload of a file's first line, if that is a session_meta. */
async function readMeta(path: string): Promise<Json | undefined> {
  try {
    const text = await readHead(path);
    const end = text.indexOf("\n");
    const record: Json = JSON.parse(end < 0 ? text : text.slice(0, end));
    const { type, payload } = lineOf(record);
    return type === "session_meta" ? payload : undefined;
  } catch {
    return undefined;
  }
}

async function readHead(path: string): Promise<string> {
  if (path.endsWith(".zst")) {
    const text = (await decompress(bytesIn(path))).toString("utf8", 0, HEAD_BYTES);
    return text.replace(/^\ufeff/, "");
  }
  return headOf(path, HEAD_BYTES)
    .toString("utf8")
    .replace(/^\ufeff/, "");
}

/** Codex names folders and files by the local time at which a session began. */
function localTime(createdAt: string | null): [day: [string, string, string], stamp: string] {
  const date = timeFor(createdAt);
  const two = (n: number) => String(n).padStart(2, "0");
  const year = String(date.getFullYear()).padStart(4, "0");
  const [month, day] = [two(date.getMonth() + 1), two(date.getDate())];
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join("-");
  return [[year, month, day], `${year}-${month}-${day}T${time}`];
}
