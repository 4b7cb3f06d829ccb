/** Grok Build's sessions as lines: each is a folder of files that are written together. */
import { existsSync, mkdirSync, renameSync, rmdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Overtaken, SegueError } from "../../errors.ts";
import { textOrNone } from "../../io/door.ts";
import { statOf } from "../../io/files.ts";
import { putFile } from "../../io/output.ts";
import { parseValue, stringify } from "../../lossless/json-text.ts";
import { isObject, member, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";
import type { Database } from "../types.ts";
import {
  changedChat,
  changedSummary,
  linesAt,
  newSummary,
  type Places,
  placesIn,
  type Said,
  saidIn,
} from "./files.ts";
import { folderOf, foldersIn, groupName } from "./place.ts";
import { CHAT, SUMMARY, UPDATES, unwrap } from "./records.ts";

export const database: Database = {
  holds,
  read: (root, id) => {
    const folder = folderOf(root, id);
    return folder === null ? null : linesAt(placesIn(folder));
  },
  replace,
  renamed,
  // Nothing but the folder is needed, which the CLI makes when it first runs.
  import: ({ path }) => {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  },
};

/** The name of a project's folder: its path, or a digest of that. Nothing is looked for in others. */
const GROUP = /^(?:%2F|[A-Za-z]%3A)|-[0-9a-f]{16}$/;

/** `~/.grok/sessions`, or another folder with such sessions in it. */
function holds(path: string): boolean {
  if (!(statOf(path)?.isDirectory() ?? false)) return false;
  if (basename(path) === "sessions" && basename(dirname(path)) === ".grok") return true;
  return foldersIn(path).some((group) =>
    (GROUP.test(group) ? foldersIn(join(path, group)) : []).some((id) => {
      const places = placesIn(join(path, group, id));
      return existsSync(places.summary) && existsSync(places.updates);
    }),
  );
}

function replace(
  root: string,
  id: string,
  before: readonly string[] | null,
  after: readonly string[] | null,
): void {
  const folder = folderOf(root, id);
  const now = folder === null ? null : linesAt(placesIn(folder));
  if (!sameLines(now, before)) throw movedOn(folder ?? root, before);
  if (folder === null || before === null) {
    if (after !== null) create(root, id, saidIn(after));
  } else if (after === null) remove(placesIn(folder));
  else change(placesIn(folder), before, after);
}

function sameLines(a: readonly string[] | null, b: readonly string[] | null): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((line, n) => line === b[n]);
}

function movedOn(where: string, before: readonly string[] | null): SegueError {
  if (before === null) return new Overtaken("the session already exists", { where });
  return new Overtaken("the session has changed in the meantime: nothing was changed", { where });
}

/** All of it appears at once, under the folder's name. */
function create(root: string, id: string, said: Said): void {
  const own = string(member(said.summary?.info, "id"));
  if (said.summary === null || own !== id) {
    throw new SegueError("refused", "these lines are no session of this id", { where: root });
  }
  const group = join(root, groupName(string(member(said.summary.info, "cwd")) ?? "/"));
  const folder = join(group, id);
  if (existsSync(folder)) {
    throw new Overtaken("the session's folder already exists", { where: folder });
  }
  mkdirSync(group, { recursive: true, mode: 0o700 });
  const aside = join(group, `.segue-${id}`);
  rmSync(aside, { recursive: true, force: true });
  mkdirSync(aside, { mode: 0o700 });
  try {
    putFile(join(aside, CHAT), said.chat);
    if (said.updates !== null) putFile(join(aside, UPDATES), said.updates);
    putFile(join(aside, SUMMARY), newSummary(said));
    renameSync(aside, folder);
  } catch (error) {
    rmSync(aside, { recursive: true, force: true });
    throw error;
  }
}

/** The items come last: they are what the CLI continues from. */
function change(places: Places, before: readonly string[], after: readonly string[]): void {
  const was = saidIn(before);
  const is = saidIn(after);
  if (isTorn(before, after)) {
    throw new SegueError("refused", "the last line of the session's file is not complete", {
      where: places.folder,
      hint: "--fork writes a new session",
    });
  }
  if (was.items === 0 && was.notices > 0 && is.items > 0) {
    // With a chat history of the new turns alone, the CLI would not rebuild that of the others.
    throw new SegueError("refused", `the session's ${CHAT} is missing or empty`, {
      where: places.folder,
      hint: "resume it in Grok Build once, which rebuilds it; or write a new session with --fork",
    });
  }
  const now = textOrNone(places.summary);
  const summary = now === null ? null : changedSummary(now, was, is);
  if (is.updates !== null) putFile(places.updates, is.updates);
  if (summary !== null && summary !== now) putFile(places.summary, summary);
  putFile(places.chat, changedChat(places, was, is));
}

/** Are lines added to a file whose last line was torn off? */
function isTorn(before: readonly string[], after: readonly string[]): boolean {
  return after.length > before.length && before.some((line) => line.endsWith(',"torn":true}'));
}

function remove(places: Places): void {
  for (const path of [places.chat, places.updates, places.summary]) {
    rmSync(path, { force: true });
    rmSync(`${path}.lock`, { force: true });
  }
  for (const folder of [places.folder, dirname(places.folder)]) {
    try {
      rmdirSync(folder);
    } catch {
      // Something else is there.
      return;
    }
  }
}

function renamed(lines: readonly string[], newId: string): string[] {
  const [first = ""] = lines;
  const stored = unwrap(parseValue(first) ?? null);
  const old = stored.kind === "summary" ? string(member(stored.summary.info, "id")) : undefined;
  return lines.map((line) => {
    const value = parseValue(line) ?? null;
    const own = unwrap(value);
    if (own.kind === "summary") {
      const info = { ...(isObject(own.summary.info) ? own.summary.info : {}), id: newId };
      return text({ summary: { ...own.summary, info } });
    }
    if (own.kind !== "update") return line;
    return text(named(own.record, old ?? "", newId));
  });
}

function named(record: JsonObject, old: string, id: string): JsonObject {
  const { params } = record;
  if (!isObject(params) || typeof params.sessionId !== "string") return record;
  const meta = params._meta;
  const event = string(member(meta, "eventId"));
  const isOwn = isObject(meta) && event?.startsWith(`${old}-`) === true;
  const eventId = isOwn ? `${id}${event.slice(old.length)}` : undefined;
  return {
    ...record,
    params: {
      ...params,
      sessionId: id,
      ...(isObject(meta) && eventId !== undefined ? { _meta: { ...meta, eventId } } : {}),
    },
  };
}

function text(value: Json): string {
  return stringify(value) ?? "null";
}
