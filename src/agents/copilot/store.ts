import { statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { textOrNone } from "../../io/door.ts";
import { leadsOut, namesOf } from "../../io/files.ts";
import type { Companion } from "../../io/output.ts";
import { member, string } from "../../session/json.ts";
import type { Header } from "../../session/types.ts";
import { jsonAt } from "../shared/opened.ts";
import type { Found, Store } from "../types.ts";
import { readWorkspace, workspaceText } from "./workspace.ts";

const EVENTS = "events.jsonl";
const WORKSPACE = "workspace.yaml";

function homeOf(env: NodeJS.ProcessEnv): string {
  return env.COPILOT_HOME || join(env.HOME || homedir(), ".copilot");
}

export const store: Store = {
  variables: ["COPILOT_HOME"],

  roots(env) {
    return [join(homeOf(env), "session-state")];
  },

  home: homeOf,

  // session-state/<id>/events.jsonl, with all folders side by side. A folder without events is from
  // a screen that was opened and left; the one with a dot contains locks.
  async find(root) {
    const found: Found[] = [];
    for (const id of names(root)) {
      const folder = join(root, id);
      const isOther = id.startsWith(".") || leadsOut(join(folder, EVENTS), root);
      const session = isOther ? undefined : look(folder, id);
      if (session) found.push(session);
    }
    return found;
  },

  pathFor: (root, header: Header) => join(root, header.id, EVENTS),

  folder: (path, { cwd }) => readWorkspace(textOrNone(join(dirname(path), WORKSPACE)))?.cwd ?? cwd,

  // open-sessions-state.json: {<id>: {openedAt, …}}, without the process; a session is removed when
  // its screen is left, not when the process is killed (1.0.102).
  opened(root, id) {
    const note = member(jsonAt(join(dirname(root), "open-sessions-state.json")), id);
    const at = Date.parse(string(member(note, "openedAt")) ?? "");
    return Number.isNaN(at) ? [] : [{ at }];
  },

  title: (path) => readWorkspace(textOrNone(join(dirname(path), WORKSPACE)))?.title ?? null,

  companions: (_root, path, header): Companion[] => [
    { path: join(dirname(path), WORKSPACE), text: workspaceText(header) },
  ],
};

function names(root: string): string[] {
  return namesOf(root);
}

function look(folder: string, id: string): Found | undefined {
  const path = join(folder, EVENTS);
  try {
    const info = statSync(path);
    if (!info.isFile()) return undefined;
    const found: Found = { agent: "copilot", id, path, mtime: info.mtimeMs, bytes: info.size };
    const about = readWorkspace(textOrNone(join(folder, WORKSPACE)));
    return about ? { ...found, summary: about } : found;
  } catch {
    // Removed in the meantime, a file among the folders, or no permission to read it.
    return undefined;
  }
}
