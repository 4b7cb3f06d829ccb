/** Where Qwen Code stores its sessions. */
import { homedir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { listFiles } from "../../io/files.ts";
import { expandHome } from "../../io/host.ts";
import type { Header } from "../../session/types.ts";
import { openedIn } from "../shared/opened.ts";
import { subagentOf } from "../shared/subagent.ts";
import type { Found, Store } from "../types.ts";
import { SUBAGENT } from "./records.ts";

/** The CLI does not recognize other names as sessions. */
const NAME = /^([0-9a-fA-F-]{32,36})\.jsonl$/;

export const store: Store = {
  variables: ["QWEN_RUNTIME_DIR", "QWEN_HOME"],

  roots(env) {
    return [join(baseFolder(env), "projects")];
  },

  home: baseFolder,

  // projects/<folder's name>/chats/<id>.jsonl, and archived ones in chats/archive.
  async find(root) {
    const found: Found[] = [];
    for await (const file of listFiles(root, 4)) {
      const id = NAME.exec(basename(file.path))?.[1];
      if (id !== undefined && isChat(file.path)) found.push({ ...file, agent: "qwen", id });
    }
    return found;
  },

  // <base>/sessions/<pid>.json
  opened: (root, id) => openedIn(join(dirname(root), "sessions"), id),

  // projects/<folder's name>/subagents/<id>/agent-<type>-<call id>.jsonl
  async children(path) {
    const chats = basename(dirname(path)) === "archive" ? dirname(dirname(path)) : dirname(path);
    const folder = join(dirname(chats), "subagents", basename(path, ".jsonl"));
    const found: string[] = [];
    for await (const file of listFiles(folder, 1)) {
      if (file.path.endsWith(".jsonl")) found.push(file.path);
    }
    return found;
  },

  // As in Claude Code: a project may have been renamed since.
  folder(path, { cwd, cwds }) {
    const chats = basename(dirname(path)) === "archive" ? dirname(dirname(path)) : dirname(path);
    const name = basename(dirname(chats));
    return cwds.find((one) => folderName(one) === name) ?? cwd;
  },

  pathFor(root, header: Header) {
    const folder = join(root, folderName(header.cwd ?? "/"));
    const isSubagent = subagentOf(header) !== null;
    const below = isSubagent ? join("subagents", header.parent ?? "") : "chats";
    return join(folder, below, `${header.id}.jsonl`);
  },

  takesChildren: true,

  childId: (uuid) => `agent-${SUBAGENT}-call_${uuid.replaceAll("-", "").slice(-24)}`,

  /** What the CLI stores beside a subagent's file: its id, its purpose, and that it is done. */
  companions(_root, path, header) {
    const agentId = subagentOf(header);
    if (agentId === null) return [];
    const meta = {
      agentId,
      agentType: SUBAGENT,
      description: header.title ?? "",
      parentSessionId: header.parent,
      parentAgentId: null,
      createdAt: header.createdAt,
      status: "completed",
      isBackgrounded: true,
      lastUpdatedAt: header.updatedAt ?? header.createdAt,
      subagentName: SUBAGENT,
      resumeCount: 0,
      depth: 0,
    };
    return [{ path: path.replace(/\.jsonl$/, ".meta.json"), text: JSON.stringify(meta, null, 2) }];
  },
};

function isChat(path: string): boolean {
  const folder = dirname(path);
  return basename(folder) === "chats" || folder.endsWith(join("chats", "archive"));
}

/** Its folder for temporary files, which it reads as if they were in the project. */
export function ownFolder(env: NodeJS.ProcessEnv): string {
  return join(baseFolder(env), "tmp", "segue");
}

function baseFolder(env: NodeJS.ProcessEnv): string {
  const home = env.HOME || homedir();
  const named = env.QWEN_RUNTIME_DIR || env.QWEN_HOME;
  return named ? resolve(expandHome(named, home)) : join(home, ".qwen");
}

/**
 * "/home/dev/shop" → "-home-dev-shop". In lower case on Windows, where names are not
 * case-sensitive.
 */
export function folderName(cwd: string, platform: NodeJS.Platform = process.platform): string {
  return (platform === "win32" ? cwd.toLowerCase() : cwd).replace(/[^A-Za-z0-9]/g, "-");
}
