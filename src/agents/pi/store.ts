/** Where Pi keeps its sessions. */
import { open } from "node:fs/promises";
import { basename, join, posix, win32 } from "node:path";
import { member, string } from "../../session/json.ts";
import type { Header, Json } from "../../session/types.ts";
import { listFiles } from "../shared/files.ts";
import { type Host, hostOf } from "../shared/host.ts";
import { timeFor } from "../shared/place.ts";
import type { Found, Store } from "../types.ts";

export const store: Store = {
  roots(env, host = hostOf(env)) {
    return [flatRoot(env, host) ?? host.path.join(agentFolder(env, host), "sessions")];
  },

  // sessions/<folder's name>/<time>_<id>.jsonl, or all in one folder. Pi looks no deeper.
  async find(root) {
    const found: Found[] = [];
    for await (const file of listFiles(root, 2)) {
      if (!file.path.endsWith(".jsonl")) continue;
      const id = idInName(file.path) ?? (await idInHeader(file.path));
      if (id !== undefined) found.push({ ...file, agent: "pi", id });
    }
    return found;
  },

  pathFor(root, header: Header, env) {
    const time = timeFor(header.createdAt).toISOString().replace(/[:.]/g, "-");
    const folder =
      root === flatRoot(env, hostOf(env)) ? root : join(root, folderName(header.cwd ?? "/"));
    return join(folder, `${time}_${header.id}.jsonl`);
  },
};

function agentFolder(env: NodeJS.ProcessEnv, host: Host): string {
  return expand(env.PI_CODING_AGENT_DIR, host) ?? host.path.join(host.home, ".pi", "agent");
}

/** With this variable all sessions lie side by side, whatever folder they belong to. */
function flatRoot(env: NodeJS.ProcessEnv, host: Host): string | undefined {
  return expand(env.PI_CODING_AGENT_SESSION_DIR, host);
}

function expand(path: string | undefined, host: Host): string | undefined {
  if (path === undefined || path === "") return undefined;
  return host.path.resolve(/^~(?:[\\/]|$)/.test(path) ? host.home + path.slice(1) : path);
}

/** "/home/dev/shop" → "--home-dev-shop--". Links are not resolved. */
export function folderName(cwd: string): string {
  // A session may come from a machine of another kind.
  const { resolve } = /^[A-Za-z]:|^\\\\/.test(cwd) ? win32 : posix;
  return `--${resolve(cwd)
    .replace(/^[/\\]/, "")
    .replace(/[/\\:]/g, "-")}--`;
}

/** An id may hold "_" itself; the time before it does not. */
export function idInName(path: string): string | undefined {
  return /^\d{4}-\d\d-\d\dT[\d-]+Z_(.+)\.jsonl$/.exec(basename(path))?.[1];
}

const HEAD_BYTES = 64 * 1024;

/** Pi goes by the header, not by the name: a renamed file is still a session. */
async function idInHeader(path: string): Promise<string | undefined> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
      return headerId(buffer.toString("utf8", 0, bytesRead));
    } finally {
      await file.close();
    }
  } catch {
    // Not ours to read: no session.
    return undefined;
  }
}

/** The first line that is JSON must be the header, as for Pi. */
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
