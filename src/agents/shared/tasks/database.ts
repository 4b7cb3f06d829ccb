/** Folders of tasks as a database: a task is `tasks#<id>`. */
import { existsSync, mkdirSync, renameSync, rmdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Overtaken, SegueError } from "../../../errors.ts";
import { namesOf, statOf } from "../../../io/files.ts";
import { putFile } from "../../../io/output.ts";
import { parseValue } from "../../../lossless/json-text.ts";
import { isObject, member } from "../../../session/json.ts";
import type { Database } from "../../types.ts";
import { type Lines, movedOn, sameLines } from "../lines.ts";
import { jsonAt } from "../opened.ts";
import { EXTENSIONS, type TaskDialect } from "./dialect.ts";
import {
  itemFile,
  linesAt,
  messagesFile,
  type Places,
  placesOf,
  type Said,
  saidIn,
  screenFile,
} from "./files.ts";
import { checkList, enlist, listAt, removeListed } from "./list.ts";

export function taskDatabase(dialect: TaskDialect, holds: Database["holds"]): Database {
  return {
    holds,
    read: (root, id) => linesAt(root, id, dialect),
    replace: (root, id, before, after) => replace(dialect, root, id, before, after),
    renamed: (lines, newId) => renamed(dialect, lines, newId),
    // Nothing but the folder is needed, which the extension makes when it first runs.
    import: ({ path }) => {
      mkdirSync(path, { recursive: true, mode: 0o700 });
    },
  };
}

/** Is it a folder of this extension's tasks? Elsewhere than in its own folder, the list shows it. */
export function holdsTasks(path: string, { extensions, home = [], list }: TaskDialect): boolean {
  if (basename(path) !== "tasks") return false;
  if (!(statOf(path)?.isDirectory() ?? false)) return false;
  const folder = dirname(path);
  const owner = basename(folder).toLowerCase();
  if (extensions.includes(owner)) return true;
  const above = folder.split(/[\\/]/).slice(-home.length);
  if (home.length > 0 && above.join() === home.join()) return true;
  return !EXTENSIONS.test(owner) && listIn(path) === list;
}

/** Which list the tasks in this folder are in, whoever's they are; null without tasks. */
function listIn(path: string): TaskDialect["list"] | null {
  if (existsSync(listAt(path))) return "file";
  const tasks = namesIn(path).map((name) => placesOf(path, name));
  if (tasks.some(({ item }) => existsSync(item))) return "folders";
  return tasks.some(({ messages }) => existsSync(messages)) ? "editor" : null;
}

/** The folders of tasks; what begins with a dot is on its way in, and with a line below, an index. */
export function namesIn(root: string): string[] {
  return namesOf(root).filter((name) => !/^[._]/.test(name));
}

function replace(
  dialect: TaskDialect,
  root: string,
  id: string,
  before: Lines,
  after: Lines,
): void {
  const places = placesOf(root, id);
  const now = linesAt(root, id, dialect);
  if (!sameLines(now, before)) throw movedOn(places.folder, now, before);
  if (after === null) {
    if (dialect.list === "file") removeListed(root, id);
    remove(places);
    return;
  }
  const is = said(after, places, id, dialect);
  if (before === null) create(root, id, is, dialect);
  else change(places, id, said(before, places, id, dialect), is, dialect);
}

/** All of it appears at once, under the folder's name. */
function create(root: string, id: string, is: Said, dialect: TaskDialect): void {
  const places = placesOf(root, id);
  if (dialect.list === "editor") {
    const what = `${dialect.whose} does not list a task that it has not made`;
    throw new SegueError("refused", what, { where: places.folder });
  }
  if (existsSync(places.folder)) {
    throw new Overtaken("the task's folder already exists", { where: places.folder });
  }
  if (dialect.list === "file") checkList(root, dialect);
  const aside = join(root, `.segue-${id}`);
  rmSync(aside, { recursive: true, force: true });
  mkdirSync(aside, { mode: 0o700 });
  try {
    put(join(aside, basename(places.messages)), messagesFile(is, dialect));
    put(join(aside, basename(places.screen)), screenFile(places, null, is));
    const item = itemFile(is, null, id);
    if (dialect.list === "folders") put(join(aside, basename(places.item)), item);
    renameSync(aside, places.folder);
    if (dialect.list === "file") enlist(root, id, item, () => remove(places));
  } catch (error) {
    rmSync(aside, { recursive: true, force: true });
    throw error;
  }
}

function put(path: string, content: string | Buffer): void {
  putFile(path, content);
}

/** The messages come last: they are what a model is sent. */
function change(places: Places, id: string, was: Said, is: Said, dialect: TaskDialect): void {
  if (was.spelling?.raw !== undefined && was.messages.length < is.messages.length) {
    const what = "the messages are formatted in a way that cannot be added to";
    const hint = "--fork writes a new session";
    throw new SegueError("refused", what, { where: places.messages, hint });
  }
  const bytes = messagesFile(is, dialect);
  const isListed = JSON.stringify(was.task) === JSON.stringify(is.task);
  if (!isListed && existsSync(places.item)) {
    put(places.item, itemFile(is, jsonAt(places.item), id));
  }
  if (existsSync(places.screen)) put(places.screen, screenFile(places, was, is));
  put(places.messages, bytes);
}

function remove(places: Places): void {
  for (const path of [places.item, places.messages, places.screen]) rmSync(path, { force: true });
  try {
    rmdirSync(places.folder);
  } catch {
    // Something else is there, such as checkpoints.
  }
}

function said(lines: readonly string[], places: Places, id: string, dialect: TaskDialect): Said {
  const found = saidIn(lines, dialect);
  if (found.task?.id === id) return found;
  throw new SegueError("refused", "the lines are those of another session", {
    where: places.folder,
  });
}

function renamed(dialect: TaskDialect, lines: readonly string[], newId: string): string[] {
  // How the other file was spelled does not matter.
  const own = lines.filter((line) => !line.startsWith('{"spelling":'));
  return own.map((line) => {
    const task = member(parseValue(line), dialect.keys.task);
    if (!isObject(task)) return line;
    // Another id of the same task's.
    const { ulid: _, ...rest } = task;
    return JSON.stringify({ [dialect.keys.task]: { ...rest, id: newId } });
  });
}
