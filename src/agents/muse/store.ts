/** Where Muse Code keeps its sessions: a folder for each, below that of the day on which it began. */
import { basename, dirname, join } from "node:path";
import { textOrNone } from "../../io/door.ts";
import { filesIn, statOf } from "../../io/files.ts";
import { type Host, hostOf } from "../../io/host.ts";
import { parseValue } from "../../lossless/json-text.ts";
import { string } from "../../session/json.ts";
import type { Header } from "../../session/types.ts";
import { timeFor } from "../shared/place.ts";
import type { Found, Store } from "../types.ts";
import { factsOf, unwrap } from "./records.ts";

const LOG = "session.jsonl";

/** YYYY/MM/DD/<id>/session.jsonl: the folders of caches begin with a dot. */
const PLACE = /[\\/](\d{4})[\\/](\d\d)[\\/](\d\d)[\\/]([0-9a-fA-F-]{36})[\\/]session\.jsonl$/;
const CHILD = /[\\/]([0-9a-fA-F-]{36})[\\/]subagent[\\/]([0-9a-fA-F-]{36})[\\/]session\.jsonl$/;

export const store: Store = {
  variables: ["XDG_DATA_HOME"],

  roots: (env, host = hostOf(env)) => [host.path.join(dataFolder(env, host), "muse", "sessions")],

  home: (env) => join(dataFolder(env, hostOf(env)), "muse"),

  async find(root) {
    return filesIn(root, 5).flatMap((file): Found[] => {
      const id = PLACE.exec(file.path)?.[4];
      return id === undefined ? [] : [{ ...file, agent: "muse", id }];
    });
  },

  // Muse has the day in local time, and looks for the id in all of them.
  pathFor(root, header: Header) {
    const day = timeFor(header.createdAt).toISOString().slice(0, 10).split("-");
    return join(root, ...day, header.id, LOG);
  },

  hasId: (root, id) => filesIn(root, 5).some(({ path }) => PLACE.exec(path)?.[4] === id),

  // <id>/subagent/<id>/session.jsonl, and of a subagent's own below that.
  async children(path) {
    return filesIn(join(dirname(path), "subagent"), 2)
      .filter((file) => basename(file.path) === LOG)
      .map((file) => file.path);
  },

  isSubagent: (path) => CHILD.test(path),

  identity(path) {
    const [, parent, id] = CHILD.exec(path) ?? [];
    return parent === undefined || id === undefined ? null : { id, parent };
  },

  // A subagent's log does not say where it works.
  folder(path, { cwd }) {
    if (cwd !== null || !CHILD.test(path)) return cwd;
    return folderIn(join(dirname(path), "..", "..", LOG));
  },
};

function dataFolder(env: NodeJS.ProcessEnv, { path, home }: Host): string {
  const named = env.XDG_DATA_HOME;
  return named && path.isAbsolute(named) ? named : path.join(home, ".local", "share");
}

/** The folder that a log's first events name; they may stand in a frame. */
function folderIn(log: string): string | null {
  if (!(statOf(log)?.isFile() ?? false)) return null;
  for (const line of (textOrNone(log) ?? "").split("\n")) {
    const stored = line.includes("workspace_root") ? unwrap(parseValue(line) ?? null) : null;
    const inner = stored?.kind === "frame" ? stored.children.map(unwrap) : [stored];
    for (const event of inner) {
      const folder = event?.kind === "event" ? string(factsOf(event).workspace_root) : undefined;
      if (folder) return folder;
    }
  }
  return null;
}
