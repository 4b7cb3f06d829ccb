import { basename, join, posix, win32 } from "node:path";
import { headOf, textOrNone } from "../../io/door.ts";
import { filesIn } from "../../io/files.ts";
import { expandHome, type Host, hostOf } from "../../io/host.ts";
import { member, string } from "../../session/json.ts";
import type { Header, Json } from "../../session/types.ts";
import { timeFor } from "../shared/place.ts";
import type { Found, Store } from "../types.ts";

export const store: Store = {
  variables: ["PI_CODING_AGENT_DIR", "PI_CODING_AGENT_SESSION_DIR"],

  roots(env, host = hostOf(env)) {
    const named = expand(env.PI_CODING_AGENT_SESSION_DIR, host);
    if (named !== undefined) return [named];
    const usual = host.path.join(agentFolder(env, host), "sessions");
    const set = setFolder(env, host);
    // Sessions written before the setting are still in the usual folder.
    return set === undefined || set === usual ? [usual] : [set, usual];
  },

  home: (env) => agentFolder(env, hostOf(env)),

  // sessions/<folder's name>/<time>_<id>.jsonl, or all in one folder. Pi searches no deeper.
  async find(root) {
    const found: Found[] = [];
    for (const file of filesIn(root, 2)) {
      if (!file.path.endsWith(".jsonl")) continue;
      const id = idInName(file.path) ?? idInHeader(file.path);
      if (id !== undefined) found.push({ ...file, agent: "pi", id });
    }
    return found;
  },

  pathFor(root, header: Header, env) {
    const time = timeFor(header.createdAt).toISOString().replace(/[:.]/g, "-");
    const isFlat = root === flatRoot(env, hostOf(env));
    const folder = isFlat ? root : join(root, folderName(header.cwd ?? "/"));
    return join(folder, `${time}_${header.id}.jsonl`);
  },
};

function agentFolder(env: NodeJS.ProcessEnv, host: Host): string {
  return expand(env.PI_CODING_AGENT_DIR, host) ?? host.path.join(host.home, ".pi", "agent");
}

/** If a variable or a setting names a folder, it contains all sessions side by side. */
function flatRoot(env: NodeJS.ProcessEnv, host: Host): string | undefined {
  return expand(env.PI_CODING_AGENT_SESSION_DIR, host) ?? setFolder(env, host);
}

/**
 * `sessionDir` in the settings: the project's takes precedence over the user's, as in Pi's
 * docs/settings.md.
 */
function setFolder(env: NodeJS.ProcessEnv, host: Host): string | undefined {
  const places = [host.path.resolve(".pi"), agentFolder(env, host)];
  for (const place of places) {
    const settings = parse(textOrNone(host.path.join(place, "settings.json")));
    const folder = settings && string(member(settings, "sessionDir"));
    if (folder) return expand(folder, host);
  }
  return undefined;
}

function expand(path: string | undefined, host: Host): string | undefined {
  if (path === undefined || path === "") return undefined;
  return host.path.resolve(expandHome(path, host.home));
}

/** "/home/dev/shop" → "--home-dev-shop--". Links are not resolved. */
export function folderName(cwd: string): string {
  // A session may come from another kind of system.
  const { resolve } = /^[A-Za-z]:|^\\\\/.test(cwd) ? win32 : posix;
  return `--${resolve(cwd)
    .replace(/^[/\\]/, "")
    .replace(/[/\\:]/g, "-")}--`;
}

/** An id may contain "_" itself; the time before it does not. */
export function idInName(path: string): string | undefined {
  return /^\d{4}-\d\d-\d\dT[\d-]+Z_(.+)\.jsonl$/.exec(basename(path))?.[1];
}

const HEAD_BYTES = 64 * 1024;

/** Pi uses the header, not the name: a renamed file is still a session. */
function idInHeader(path: string): string | undefined {
  try {
    return headerId(headOf(path, HEAD_BYTES).toString("utf8"));
  } catch {
    // No permission to read it: not a session.
    return undefined;
  }
}

/** The first line that is JSON must be the header, as in Pi. */
function headerId(head: string): string | undefined {
  for (const line of head.split("\n")) {
    const record = parse(line);
    if (record === undefined) continue;
    return member(record, "type") === "session" ? string(member(record, "id")) : undefined;
  }
  return undefined;
}

function parse(line: string): Json | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
