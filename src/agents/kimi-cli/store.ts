/** Where Kimi CLI keeps its sessions. */
import { existsSync, realpathSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fileAt, leadsOut, namesOf, statOf } from "../../io/files.ts";
import type { IndexEntry } from "../../io/index-entry.ts";
import type { Header } from "../../session/types.ts";
import { jsonAt } from "../shared/opened.ts";
import type { Found, Store } from "../types.ts";
import {
  bucketOf,
  CONTEXT,
  folderName,
  INDEX,
  identityOf,
  placeIn,
  projectEntry,
  projectsIn,
  STATE,
  SUBAGENTS,
  sessionFolder,
  stateText,
  titleIn,
} from "./place.ts";

export const store: Store = {
  variables: ["KIMI_SHARE_DIR"],

  roots: (env) => [join(homeOf(env), "sessions")],

  home: homeOf,

  // sessions/<folder's name>/<id>/context.jsonl; <id>.jsonl in older versions.
  async find(root) {
    const projects = projectsOf(root);
    return namesIn(root).flatMap((bucket) => {
      const cwd = projects.get(bucket) ?? null;
      return namesIn(join(root, bucket)).flatMap((name) => look(root, bucket, name, cwd) ?? []);
    });
  },

  pathFor: (root, header: Header) => placeIn(root, projectOf(header), header.id),

  identity: identityOf,

  async children(path) {
    const folder = sessionFolder(path);
    if (folder === null) return [];
    const agents = join(folder, SUBAGENTS);
    return namesIn(agents)
      .map((name) => join(agents, name, CONTEXT))
      .filter(isFile);
  },

  folder(path, { cwd }) {
    const bucket = bucketOf(path);
    return projectsOf(dirname(bucket)).get(basename(bucket)) ?? cwd;
  },

  title(path) {
    const folder = sessionFolder(path);
    return folder === null ? null : titleIn(jsonAt(join(folder, STATE)));
  },

  companions(_root, path, header) {
    const text = stateText(header);
    return text === null ? [] : [{ path: join(dirname(path), STATE), text }];
  },

  entries(root, _path, header): IndexEntry[] {
    const cwd = projectOf(header);
    const path = indexOf(root);
    if (projectsIn(jsonAt(path)).includes(cwd)) return [];
    return [
      {
        path,
        form: "array",
        at: ["work_dirs"],
        key: "path",
        id: cwd,
        value: projectEntry(cwd),
        // It is the project's, not the session's.
        neededBy: join(root, folderName(cwd)),
      },
    ];
  },
};

/** Does kimi.json list the project of this session? Else the CLI begins a new one, and removes this one's file. */
export function isListed(path: string): boolean {
  const bucket = bucketOf(path);
  return projectsOf(dirname(bucket)).has(basename(bucket));
}

function homeOf(env: NodeJS.ProcessEnv): string {
  return resolve(env.KIMI_SHARE_DIR || join(env.HOME || homedir(), ".kimi"));
}

function indexOf(root: string): string {
  return join(dirname(root), INDEX);
}

/** The CLI goes by the path that the system has for the folder in which it is started. */
function projectOf({ cwd }: Header): string {
  const path = resolve(cwd ?? "/");
  return existsSync(path) ? realpathSync(path) : path;
}

/** The listed projects, by the names of their folders in the store. */
function projectsOf(root: string): Map<string, string> {
  return new Map(projectsIn(jsonAt(indexOf(root))).map((path) => [folderName(path), path]));
}

function namesIn(folder: string): string[] {
  return namesOf(folder).filter((name) => !name.startsWith("."));
}

function isFile(path: string): boolean {
  return statOf(path)?.isFile() ?? false;
}

function look(root: string, bucket: string, name: string, cwd: string | null): Found | undefined {
  const place = join(root, bucket, name);
  const isOld = name.endsWith(".jsonl");
  const wanted = isOld ? place : join(place, CONTEXT);
  const file = fileAt(wanted);
  if (!file || file.bytes === 0 || leadsOut(file.path, root)) return undefined;
  const id = identityOf(wanted)?.id;
  if (id === undefined) return undefined;
  const updatedAt = new Date(file.mtime).toISOString();
  const title = isOld ? null : titleIn(jsonAt(join(place, STATE)));
  // The records name no time, and no folder.
  const times = { createdAt: createdAt(wanted), updatedAt };
  const summary = { title, cwd, model: null, ...times, messages: null, parent: null };
  return { ...file, agent: "kimi-cli", id, summary };
}

/** Compactions replace the file, but the folder stays. */
function createdAt(context: string): string {
  return statSync(dirname(context)).birthtime.toISOString();
}
