/** Where gptme keeps its sessions. */
import { statSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { bytesIn, textOrNone } from "../../io/door.ts";
import { fileAt, leadsOut, namesOf, statOf } from "../../io/files.ts";
import { expandHome } from "../../io/host.ts";
import { parseValue } from "../../lossless/json-text.ts";
import { member, string } from "../../session/json.ts";
import { holderOf } from "../shared/opened.ts";
import type { Found, Store } from "../types.ts";
import { type Chat, CONFIG, configText, idOf, META, placeIn, QUEUE, readChat } from "./place.ts";
import { viewOf } from "./view.ts";

export const store: Store = {
  variables: ["GPTME_LOGS_HOME", "XDG_DATA_HOME"],

  roots: (env) => [logsOf(env)],

  // logs/<id>/conversation.jsonl.
  async find(root) {
    return namesIn(root).flatMap((id) => look(root, id) ?? []);
  },

  pathFor: (root, { id }) => placeIn(root, id),

  hasId: (root, id) => statOf(join(root, id)) !== undefined,

  identity(path) {
    const id = idOf(path);
    return id === null ? null : { id, parent: parentOf(path) };
  },

  folder: (path, { cwd }) => folderOf(path, chatAt(path)) ?? cwd,

  title: (path) => chatAt(path).name,

  beside,

  companions: (_root, path, header) => [
    { path: join(dirname(path), CONFIG), text: configText(header) },
  ],

  opened(root, id) {
    const pid = holderOf(join(root, id, ".lock"));
    return pid === null ? [] : [{ pid }];
  },
};

function logsOf(env: NodeJS.ProcessEnv): string {
  const [own, data] = [env.GPTME_LOGS_HOME?.trim(), env.XDG_DATA_HOME?.trim()];
  if (own) return resolve(own);
  return data ? resolve(data, "gptme/logs") : join(env.HOME || homedir(), HOME_LOGS);
}

const HOME_LOGS = ".local/share/gptme/logs";

function chatAt(path: string): Chat {
  return readChat(idOf(path) === null ? "" : textOrNone(join(dirname(path), CONFIG)));
}

/** The session that started this one as its subagent. */
function parentOf(path: string): string | null {
  return basename(told(path, "parent_logdir") ?? "") || null;
}

/** What gptme notes of a subagent; undefined for other sessions. */
function told(path: string, key: string): string | undefined {
  const text = idOf(path) === null ? "" : textOrNone(join(dirname(path), META));
  return string(member(parseValue(text), key));
}

/** gptme shortens the user's home to a tilde. */
function folderOf(path: string, { workspace }: Chat): string | null {
  if (workspace === null || workspace === "@log") return null;
  const logs = dirname(dirname(path));
  const home = logs.endsWith(`/${HOME_LOGS}`) ? logs.slice(0, -HOME_LOGS.length - 1) : homedir();
  const folder = expandHome(workspace, home);
  // A subagent has an empty folder of its own beside its log, but works where the other session does.
  const isBeside = basename(folder) === "workspace" && basename(dirname(folder)) === idOf(path);
  return (isBeside ? told(path, "workdir") : undefined) ?? folder;
}

/** A copy of an attached file, by its digest; or the view that a compaction left. */
function beside(path: string, name: string): Buffer | null {
  if (name === "view") {
    const view = viewOf(path);
    return view === null ? null : Buffer.from(JSON.stringify(view));
  }
  if (name === "queue") return bytesBeside(path, QUEUE);
  if (!/^[0-9a-f]{8,64}(?:\.[\w.-]+)?$/.test(name) || name.includes("..")) return null;
  return bytesBeside(path, join("files", name));
}

function bytesBeside(path: string, name: string): Buffer | null {
  const file = join(dirname(path), name);
  try {
    return leadsOut(file, dirname(path)) ? null : bytesIn(file);
  } catch {
    return null;
  }
}

function namesIn(folder: string): string[] {
  return namesOf(folder).filter((name) => !name.startsWith("."));
}

function look(root: string, id: string): Found | undefined {
  const path = placeIn(root, id);
  const file = fileAt(path);
  if (!file || file.bytes === 0 || leadsOut(file.path, root)) return undefined;
  const chat = chatAt(path);
  const times = {
    createdAt: statSync(dirname(path)).birthtime.toISOString(),
    updatedAt: new Date(file.mtime).toISOString(),
  };
  const cwd = folderOf(path, chat);
  const summary = {
    title: chat.name,
    cwd,
    model: null,
    ...times,
    messages: null,
    parent: parentOf(path),
  };
  return { ...file, agent: "gptme", id, summary };
}
