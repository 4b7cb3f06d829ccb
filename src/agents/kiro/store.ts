/**
 * Where Kiro keeps its sessions: Kiro CLI 2 two files for each, version 3 a folder, older versions rows of a database,
 * and its editor documents.
 */
import { dirname, join } from "node:path";
import { statOf } from "../../io/files.ts";
import { hostOf } from "../../io/host.ts";
import { rowPlace } from "../../io/row-place.ts";
import { member, number, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";
import { jsonAt } from "../shared/opened.ts";
import type { Found, Store, Summary } from "../types.ts";
import { database, holdsFiles, idsIn } from "./database.ts";
import { findEditor, holdsEditor, titleOfEditor, wholeEditor } from "./editor.ts";
import { aboutAt } from "./files.ts";
import { findKas, holdsKas, isSubagentPlace, subagentsOf, titleOfKas, wholeKas } from "./kas.ts";
import {
  DATABASE,
  editorFolders,
  filesOf,
  homeOf,
  kasIn,
  olderFolders,
  sessionsIn,
} from "./place.ts";
import { findRows, holdsRows } from "./rows.ts";

export const store: Store = {
  variables: ["KIRO_HOME"],

  // Kiro CLI 3 does not go by KIRO_HOME (2.21.4), though its documentation says that it does.
  roots(env, host = hostOf(env)) {
    const homes = [homeOf(env, host), host.path.join(host.home, ".kiro")];
    const own = [sessionsIn(homeOf(env, host)), ...homes.map(kasIn)];
    return [...new Set([...own, ...olderFolders(env, host), ...editorFolders(env, host)])];
  },

  home: (env) => homeOf(env, hostOf(env)),

  async find(root) {
    const path = join(root, DATABASE);
    if (holdsRows(path)) return findRows(path);
    if (holdsKas(root)) return findKas(root);
    if (holdsEditor(root)) return findEditor(root);
    const others = [...findKas(root), ...findEditor(root)];
    if (others.length > 0) return others;
    return holdsFiles(root) ? idsIn(root).flatMap((id) => foundAt(root, id) ?? []) : [];
  },

  inDatabase: (path) => (holdsRows(path) ? findRows(path) : []),

  pathFor: (root) => root,

  hasId: (root, id) => aboutOf(root, id) !== null,

  // They are among the others, and name their parent.
  async children(place) {
    const { path, id } = rowPlace(place);
    if (id !== "" && holdsKas(path)) return subagentsOf(path, id);
    if (id === "" || !holdsFiles(path)) return [];
    const own = idsIn(path).filter((child) => {
      const about = aboutOf(path, child);
      return about?.parent_session_id === id && isSubagents(about);
    });
    return own.map((child) => `${path}#${child}`);
  },

  isSubagent(place) {
    const { path, id } = rowPlace(place);
    if (isSubagentPlace(path)) return true;
    const about = id === "" ? null : aboutOf(path, id);
    return about !== null && isSubagents(about);
  },

  // Removed when the process ends, unless it crashes.
  opened(root, id) {
    const files = filesOf(root, id);
    const pid = files === null ? undefined : number(member(jsonAt(files.lock), "pid"));
    return pid !== undefined && pid > 0 ? [{ pid }] : [];
  },

  title(place) {
    const { path, id } = rowPlace(place);
    if (holdsKas(path)) return titleOfKas(path, id);
    if (holdsEditor(path)) return titleOfEditor(path, id);
    return (id === "" ? null : string(aboutOf(path, id)?.title)) || null;
  },

  whole(path) {
    const other = wholeKas(path) ?? wholeEditor(path);
    if (other !== null) return other;
    const [, id] = /([^\\/]+)\.jsonl?$/.exec(path) ?? [];
    const root = dirname(path);
    return id !== undefined && aboutOf(root, id) !== null ? `${root}#${id}` : null;
  },

  database,
};

function aboutOf(root: string, id: string): JsonObject | null {
  const files = filesOf(root, id);
  return files === null ? null : aboutAt(files);
}

/** Every session has the reason `subagent`; one that was begun by going back in another has a parent, too. */
function isSubagents({ parent_session_id: parent, session_created_reason: reason }: JsonObject) {
  return typeof parent === "string" && reason === "subagent";
}

function foundAt(root: string, id: string): Found | null {
  const files = filesOf(root, id);
  const about = files === null ? null : aboutAt(files);
  const info = files === null ? undefined : statOf(files.log);
  if (!info?.isFile() || info.size === 0) return null;
  const { mtimeMs: mtime, size: bytes, ino: inode } = info;
  const found = { agent: "kiro", id, path: root, mtime, bytes, inode };
  // Damaged: reading it says so.
  return about === null ? found : { ...found, summary: shown(about, mtime) };
}

function shown(about: JsonObject, mtime: number): Summary {
  const text = (value: Json | undefined) => string(value) || null;
  const info = member(member(about.session_state, "rts_model_state"), "model_info");
  return {
    title: text(about.title),
    cwd: text(about.cwd),
    model: text(member(info, "model_id")),
    createdAt: text(about.created_at),
    updatedAt: new Date(mtime).toISOString(),
    messages: null,
    parent: text(about.parent_session_id),
  };
}
