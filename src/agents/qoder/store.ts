/** Where Qoder stores its sessions: those of its CLI, of QoderWork, and of its editor's agent. */
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { filesIn } from "../../io/files.ts";
import { type Host, hostOf } from "../../io/host.ts";
import { member, string } from "../../session/json.ts";
import type { Header, Json } from "../../session/types.ts";
import { slugOf, storeOf } from "../shared/claude/store.ts";
import { jsonAt } from "../shared/opened.ts";
import type { Found, Store } from "../types.ts";

const common = storeOf("qoder", slug);

export const store: Store = {
  ...common,

  variables: ["QODER_CONFIG_DIR"],

  roots(env, host = hostOf(env)) {
    const { path, home } = host;
    const own = path.join(configIn(env, host), "projects");
    const others = [
      path.join(home, ".qoderwork", "projects"),
      path.join(settingsPlace(env, host), "Qoder", "SharedClientCache", "cli", "projects"),
    ];
    return [own, ...others.filter((folder) => existsSync(folder))];
  },

  home: (env) => configIn(env, hostOf(env)),

  // The editor's agent may have its sessions in the folder itself, not in one for each project.
  async find(root) {
    const found: Found[] = [];
    for (const file of filesIn(root, 1)) {
      const name = basename(file.path);
      if (!name.endsWith(".jsonl") || name.startsWith("agent-")) continue;
      found.push({ ...file, agent: "qoder", id: name.slice(0, -".jsonl".length) });
    }
    return [...found, ...(await common.find(root))];
  },

  folder(path, told) {
    return common.folder(path, told) ?? string(member(beside(path), "working_dir")) ?? null;
  },

  title: (path) => string(member(beside(path), "title")) || null,

  pathFor: (root, header: Header, env) => common.pathFor(root, header, env),
};

/** `<id>-session.json`, which the editor writes beside a session. */
function beside(path: string): Json | undefined {
  const name = basename(path, ".jsonl");
  return jsonAt(join(dirname(path), `${name}-session.json`));
}

function configIn(env: NodeJS.ProcessEnv, { path, home }: Host): string {
  return env.QODER_CONFIG_DIR || path.join(env.QODER_CLI_HOME || home, ".qoder");
}

/** Where the system keeps the settings of programs. */
function settingsPlace(env: NodeJS.ProcessEnv, { platform, path, home }: Host): string {
  if (platform === "win32") return env.APPDATA || path.join(home, "AppData", "Roaming");
  if (platform === "darwin") return path.join(home, "Library", "Application Support");
  return env.XDG_CONFIG_HOME || path.join(home, ".config");
}

export function slug(cwd: string): string {
  return slugOf(cwd, hash);
}

/** Bernstein's hash, with "exclusive or". */
function hash(text: string): number {
  let h = 5381;
  for (let i = 0; i < text.length; i++) h = (h * 33) ^ text.charCodeAt(i);
  return h;
}
