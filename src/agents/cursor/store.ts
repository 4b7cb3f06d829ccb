/**
 * Where Cursor keeps its sessions: chats of its CLI, the state of its editor, and the transcripts that both write
 * for their models to read.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { statOf } from "../../io/files.ts";
import { type Host, hostOf } from "../../io/host.ts";
import { rowPlace } from "../../io/row-place.ts";
import { readOr } from "../../io/unread.ts";
import { parseValue } from "../../lossless/json-text.ts";
import { member, string } from "../../session/json.ts";
import { namesIn, STATE, workspacesOf } from "../shared/state.ts";
import { EDITORS, userFolders } from "../shared/vscode.ts";
import type { Found, Store } from "../types.ts";
import { besideChat, factsAt, isPlace } from "./chats.ts";
import { database } from "./database.ts";
import { findState, hasComposer, holdsState } from "./editor.ts";
import { isoTime } from "./records.ts";

export const store: Store = {
  variables: ["CURSOR_CONFIG_DIR", "CURSOR_DATA_DIR"],

  roots(env, host = hostOf(env)) {
    return [...new Set([configFolder(env, host), dataFolder(env, host), ...users(env, host)])];
  },

  async find(root) {
    const chats = findChats(root);
    const ids = new Set(chats.map(({ id }) => id));
    const transcripts = findTranscripts(root).filter(({ id }) => !ids.has(id) && !isEditors(id));
    return [...chats, ...transcripts, ...findEditor(root)];
  },

  inDatabase: (path) => (holdsState(path) ? findState(path) : chatAt(path)),

  pathFor(root, { cwd, id }) {
    return join(root, "chats", projectOf(resolve(cwd ?? process.cwd())), id, "store.db");
  },

  // agent-transcripts/<id>/subagents/<its id>.jsonl
  async children(place) {
    const { path } = rowPlace(place);
    const folder = dirname(path);
    if (basename(dirname(folder)) !== TRANSCRIPTS) return [];
    const inside = join(folder, "subagents");
    return namesIn(inside)
      .map((name) => join(inside, name))
      .filter(isTranscript);
  },

  title(place) {
    const { path } = rowPlace(place);
    if (basename(path) !== "store.db") return null;
    try {
      const facts = parseValue(readFileSync(besideChat(path), "utf8"));
      return string(member(facts, "title")) || null;
    } catch {
      return null;
    }
  },

  folder(place, { cwd }) {
    return cwd ?? transcriptFolder(rowPlace(place).path);
  },

  facts: () => ({ now: Date.now() }),

  database,
};

/** session-migrate's format notes (see README.md) give this order. */
function configFolder(env: NodeJS.ProcessEnv, { path, home }: Host): string {
  if (env.CURSOR_CONFIG_DIR) return path.resolve(env.CURSOR_CONFIG_DIR);
  return env.XDG_CONFIG_HOME
    ? path.join(env.XDG_CONFIG_HOME, "cursor")
    : path.join(home, ".cursor");
}

/** @cursor/sdk 1.0.32: `CURSOR_DATA_DIR`, or else `~/.cursor`. */
function dataFolder(env: NodeJS.ProcessEnv, { path, home }: Host): string {
  const named = env.CURSOR_DATA_DIR?.trim();
  return named ? path.resolve(named) : path.join(home, ".cursor");
}

/** The folders of the editor's users; those of no particular editor are other agents'. */
function users(env: NodeJS.ProcessEnv, host: Host): string[] {
  const own = EDITORS.filter(({ name }) => name === "Cursor");
  return userFolders(env, host, own).filter((path) =>
    /[\\/](?:Cursor|\.cursor-server)[\\/]/.test(path),
  );
}

function projectOf(cwd: string): string {
  return createHash("md5").update(cwd).digest("hex");
}

/** chats/<md5 of the folder>/<id>/store.db */
function findChats(root: string): Found[] {
  const chats = join(root, "chats");
  return namesIn(chats).flatMap((project) =>
    namesIn(join(chats, project)).flatMap((id) => chatAt(join(chats, project, id, "store.db"))),
  );
}

function chatAt(path: string): Found[] {
  const info = statOf(path);
  if (!info?.isFile() || !database.holds(path)) return [];
  // What was written last is in the log until the CLI ends.
  const log = statOf(`${path}-wal`);
  const mtime = Math.max(info.mtimeMs, log?.mtimeMs ?? 0);
  const facts = factsOf(path);
  if (facts === null) return [];
  return [
    {
      agent: "cursor",
      id: isPlace(path)
        ? basename(dirname(path))
        : String(facts.agentId ?? basename(dirname(path))),
      path,
      mtime,
      bytes: info.size + (log?.size ?? 0),
      inode: info.ino,
      summary: {
        title: null,
        cwd: null,
        model: typeof facts.lastUsedModel === "string" ? facts.lastUsedModel : null,
        createdAt: typeof facts.createdAt === "number" ? isoTime(facts.createdAt) : null,
        updatedAt: new Date(mtime).toISOString(),
        messages: null,
        parent: null,
      },
    },
  ];
}

function factsOf(path: string): { [name: string]: unknown } | null {
  return readOr(path, null, () => factsAt(path));
}

const TRANSCRIPTS = "agent-transcripts";

function isTranscript(path: string): boolean {
  return /\.(?:jsonl|txt)$/.test(path) && statOf(path)?.isFile() === true;
}

/** projects/<folder>/agent-transcripts/<id>.jsonl, or in a folder of this name; older ones are text. */
function findTranscripts(root: string): Found[] {
  const projects = join(root, "projects");
  return namesIn(projects).flatMap((project) => {
    const folder = join(projects, project, TRANSCRIPTS);
    const found = new Map<string, Found>();
    for (const name of namesIn(folder)) {
      const id = basename(name, extname(name));
      for (const path of [
        join(folder, name),
        join(folder, name, `${name}.jsonl`),
        join(folder, name, `${name}.txt`),
      ]) {
        const info = statOf(path);
        if (!info?.isFile() || !/\.(?:jsonl|txt)$/.test(path)) continue;
        if (found.get(id)?.path.endsWith(".jsonl") === true) continue;
        const { mtimeMs: mtime, size: bytes, ino: inode } = info;
        found.set(id, { agent: "cursor", id, path, mtime, bytes, inode });
      }
    }
    return [...found.values()];
  });
}

/** The editor writes transcripts of its own chats there as well. */
function isEditors(id: string): boolean {
  return users(process.env, hostOf(process.env)).some((user) => hasComposer(user, id));
}

function findEditor(user: string): Found[] {
  const state = join(user, "globalStorage", STATE);
  const states = [state, ...workspacesOf(user).map((one) => one.state)];
  return states.filter(holdsState).flatMap(findState);
}

/**
 * The folder of a transcript: the project's name is its path with each run of other characters as a dash, so
 * that the path is found by looking which folders there are.
 */
function transcriptFolder(path: string): string | null {
  const [, name] = /[\\/]projects[\\/]([^\\/]+)[\\/]agent-transcripts[\\/]/.exec(path) ?? [];
  return name === undefined ? null : folderNamed("/", name);
}

function folderNamed(base: string, name: string): string | null {
  if (name === "") return base;
  for (const one of namesIn(base)) {
    const own = dashed(one);
    if (own === "" || (name !== own && !name.startsWith(`${own}-`))) continue;
    const found = folderNamed(join(base, one), name.slice(own.length + 1));
    if (found !== null && statOf(found)?.isDirectory()) return found;
  }
  return null;
}

/** As @cursor/sdk 1.0.32 names a project's folder. */
function dashed(name: string): string {
  return name.replace(/[^a-zA-Z0-9]+/g, "-").replace(/^-|-$/g, "");
}
