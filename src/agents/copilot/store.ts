/** Where Copilot CLI keeps its sessions. */
import { open, readdir, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import type { Header } from "../../session/types.ts";
import type { Companion, Found, Store } from "../types.ts";
import { readWorkspace, workspaceText } from "./workspace.ts";

const EVENTS = "events.jsonl";
const WORKSPACE = "workspace.yaml";

export const store: Store = {
  roots(env) {
    const home = env.COPILOT_HOME || join(env.HOME || homedir(), ".copilot");
    return [join(home, "session-state")];
  },

  // session-state/<id>/events.jsonl, of all folders side by side. A folder without events is a
  // screen that was opened and left; the one with a dot holds locks.
  async find(root) {
    const found: Found[] = [];
    for (const id of await names(root)) {
      const session = id.startsWith(".") ? undefined : await look(join(root, id), id);
      if (session) found.push(session);
    }
    return found;
  },

  pathFor: (root, header: Header) => join(root, header.id, EVENTS),

  companions: (_root, path, header): Companion[] => [
    { path: join(dirname(path), WORKSPACE), text: workspaceText(header) },
  ],
};

async function names(root: string): Promise<string[]> {
  try {
    return await readdir(root);
  } catch {
    return [];
  }
}

async function look(folder: string, id: string): Promise<Found | undefined> {
  const path = join(folder, EVENTS);
  try {
    const info = await stat(path);
    if (!info.isFile()) return undefined;
    const found: Found = { agent: "copilot", id, path, mtime: info.mtimeMs, bytes: info.size };
    const about = readWorkspace(await head(join(folder, WORKSPACE)));
    return about ? { ...found, summary: about } : found;
  } catch {
    // Gone meanwhile, a file among the folders, or not ours to read.
    return undefined;
  }
}

/** The file holds a dozen short lines. */
const MAX_BYTES = 16 << 10;

async function head(path: string): Promise<string> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_BYTES), 0, MAX_BYTES, 0);
      return buffer.toString("utf8", 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch {
    // The CLI does without it, too.
    return "";
  }
}
