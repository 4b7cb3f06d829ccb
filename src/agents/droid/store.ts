/** Where Droid keeps its sessions. */
import { realpathSync } from "node:fs";
import { basename, dirname, join, posix, win32 } from "node:path";
import { headOf } from "../../io/door.ts";
import { filesIn } from "../../io/files.ts";
import { hostOf } from "../../io/host.ts";
import { readOr } from "../../io/unread.ts";
import { parseValue } from "../../lossless/json-text.ts";
import { member, string } from "../../session/json.ts";
import type { Header } from "../../session/types.ts";
import type { Found, Store } from "../types.ts";

export const store: Store = {
  variables: ["FACTORY_HOME_OVERRIDE"],

  roots: (env) => [join(homeOf(env), "sessions")],

  home: homeOf,

  // sessions/<folder's name>/<id>.jsonl; without a folder sessions/<id>.jsonl; what was asked on the side in sessions/btw.
  async find(root) {
    const found: Found[] = [];
    for (const file of filesIn(root, 2)) {
      const name = basename(file.path);
      const folder = basename(dirname(file.path));
      const isPlace = dirname(file.path) === root || folder.startsWith("-") || folder === "btw";
      if (!name.endsWith(".jsonl") || !isPlace) continue;
      found.push({ ...file, agent: "droid", id: name.slice(0, -".jsonl".length) });
    }
    return found;
  },

  pathFor: (root, header: Header) =>
    join(root, folderName(real(header.cwd ?? "/")), `${header.id}.jsonl`),

  // Of two with one id in different folders it opens either.
  hasId: (root, id) => filesIn(root, 2).some(({ path }) => basename(path) === `${id}.jsonl`),

  isSubagent: (path) => callerOf(path) !== undefined,

  // Sessions of their own, beside the one that called them.
  async children(path) {
    const id = basename(path).replace(/\.jsonl$/, "");
    return filesIn(dirname(path), 1)
      .map((file) => file.path)
      .filter((other) => other.endsWith(".jsonl") && other !== path && callerOf(other) === id)
      .sort();
  },
};

/** The session whose call began this one. */
function callerOf(path: string): string | undefined {
  return string(member(firstLine(path), "callingSessionId"));
}

function homeOf(env: NodeJS.ProcessEnv): string {
  return join(env.FACTORY_HOME_OVERRIDE || hostOf(env).home, ".factory");
}

/**
 * "/home/dev/shop" → "-home-dev-shop": only slashes are replaced. In a folder of another name the CLI
 * opens the session without its history, and says nothing.
 */
export function folderName(cwd: string): string {
  // A session may come from another kind of system.
  const { resolve } = /^[A-Za-z]:|^\\\\/.test(cwd) ? win32 : posix;
  const path = resolve(cwd)
    .replace(/[\\/]+$/, "")
    .replace(/^\/+/, "");
  return `-${path.replace(/[\\/]+/g, "-")}`;
}

/** The CLI resolves links. */
function real(cwd: string): string {
  try {
    return realpathSync(cwd);
  } catch {
    return cwd;
  }
}

const HEAD_BYTES = 64 << 10;

function firstLine(path: string) {
  const head = readOr(path, "", () => headOf(path, HEAD_BYTES).toString("utf8"));
  return parseValue(head.split("\n")[0] ?? "");
}
