/** Where Nanocoder keeps its sessions. */
import { join } from "node:path";
import { statOf } from "../../io/files.ts";
import { array, member, string } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";
import { sessionFile } from "../shared/documents.ts";
import { jsonAt } from "../shared/opened.ts";
import type { Found, Store } from "../types.ts";
import { database, INDEX, idsIn } from "./database.ts";
import { dataFolder, settingsFolders } from "./place.ts";

export const store: Store = {
  variables: ["NANOCODER_DATA_DIR", "NANOCODER_CONFIG_DIR"],

  roots: (env) => [dataFolder(env)],

  // sessions/<id>.json; sessions.json beside them is their index.
  async find(home) {
    const root = join(home, "sessions");
    const listed = listedIn(root);
    return idsIn(root).flatMap((id) => foundAt(root, id, listed.get(id)) ?? []);
  },

  pathFor: (home) => join(home, "sessions"),

  // The CLI's own list shows what the index names. It removes sessions that were not used for 30 days.
  entries: (home, _path, header) => {
    const now = new Date().toISOString();
    return [
      {
        path: join(home, "sessions", INDEX),
        form: "array",
        key: "id",
        id: header.id,
        value: {
          id: header.id,
          title: header.title ?? "New Session",
          createdAt: header.createdAt ?? now,
          lastAccessedAt: now,
          // The CLI counts them when it opens the session.
          messageCount: 0,
          provider: "",
          model: header.model ?? "",
          workingDirectory: header.cwd ?? "/",
        },
      },
    ];
  },

  // The provider and model that the CLI used last: a session names both, and a name of elsewhere means nothing there.
  facts(_root, cwd, env) {
    for (const folder of settingsFolders(cwd, env)) {
      const settings = jsonAt(join(folder, "nanocoder-preferences.json"));
      const provider = string(member(settings, "lastProvider"));
      const model = string(member(settings, "lastModel"));
      if (provider !== undefined && model !== undefined) return { provider, model };
    }
    return null;
  },

  database,
};

/** The entries of the index, by id. */
function listedIn(root: string): Map<string, Json> {
  const listed = new Map<string, Json>();
  for (const entry of array(jsonAt(join(root, INDEX)))) {
    const id = string(member(entry, "id"));
    if (id !== undefined) listed.set(id, entry);
  }
  return listed;
}

function foundAt(root: string, id: string, listed: Json | undefined): Found | null {
  const info = statOf(sessionFile(root, id));
  if (!info?.isFile()) return null;
  return {
    agent: "nanocoder",
    id,
    path: root,
    mtime: info.mtimeMs,
    bytes: info.size,
    inode: info.ino,
    // The rest is in the records.
    summary: {
      title: null,
      cwd: null,
      model: null,
      createdAt: string(member(listed, "createdAt")) ?? null,
      updatedAt: info.mtime.toISOString(),
      messages: null,
      parent: null,
    },
  };
}
