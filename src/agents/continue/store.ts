/** Where Continue keeps its sessions: those of its CLI and of its extensions for editors. */
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { statOf } from "../../io/files.ts";
import { array, member, string } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";
import { sessionFile } from "../shared/documents.ts";
import { jsonAt } from "../shared/opened.ts";
import type { Found, Store } from "../types.ts";
import { database, idsIn } from "./database.ts";
import { INDEX } from "./files.ts";

export const store: Store = {
  variables: ["CONTINUE_GLOBAL_DIR"],

  roots: (env) => [homeOf(env)],

  // sessions/<id>.json; sessions.json beside them is their index.
  async find(home) {
    const root = join(home, "sessions");
    const listed = listedIn(root);
    return idsIn(root).flatMap((id) => foundAt(root, id, listed.get(id)) ?? []);
  },

  pathFor: (home) => join(home, "sessions"),

  // The CLI's own list shows what the index names.
  entries: (home, _path, header) => [
    {
      path: join(home, "sessions", INDEX),
      form: "array",
      key: "sessionId",
      id: header.id,
      value: {
        sessionId: header.id,
        title: header.title ?? "Untitled Session",
        dateCreated: String(Date.now()),
        workspaceDirectory: header.cwd ?? "/",
      },
    },
  ],

  database,
};

function homeOf(env: NodeJS.ProcessEnv): string {
  const home = env.HOME || env.USERPROFILE || homedir();
  return resolve(env.CONTINUE_GLOBAL_DIR || join(home, ".continue"));
}

/** The entries of the index, by id. */
function listedIn(root: string): Map<string, Json> {
  const listed = new Map<string, Json>();
  for (const entry of array(jsonAt(join(root, INDEX)))) {
    const id = string(member(entry, "sessionId"));
    if (id !== undefined) listed.set(id, entry);
  }
  return listed;
}

function foundAt(root: string, id: string, listed: Json | undefined): Found | null {
  const info = statOf(sessionFile(root, id));
  if (!info?.isFile()) return null;
  const created = Number(string(member(listed, "dateCreated")));
  const time = created > 0 && created < 8.64e15 ? new Date(created) : info.birthtime;
  return {
    agent: "continue",
    id,
    path: root,
    mtime: info.mtimeMs,
    bytes: info.size,
    inode: info.ino,
    // The records name no time.
    summary: {
      title: null,
      cwd: null,
      model: null,
      createdAt: time.toISOString(),
      updatedAt: info.mtime.toISOString(),
      messages: null,
      parent: null,
    },
  };
}
