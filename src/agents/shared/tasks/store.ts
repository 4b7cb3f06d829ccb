/** Where the extensions keep their tasks, in each editor. */
import { existsSync } from "node:fs";
import { basename, dirname } from "node:path";
import { textOrNone } from "../../../io/door.ts";
import { statOf } from "../../../io/files.ts";
import { type Host, hostOf } from "../../../io/host.ts";
import { rowPlace } from "../../../io/row-place.ts";
import { parseValue } from "../../../lossless/json-text.ts";
import { number, string } from "../../../session/json.ts";
import { titleOf } from "../../../session/title.ts";
import type { Found, Store, Summary } from "../../types.ts";
import { extensionFolder, userFolders } from "../vscode.ts";
import { holdsTasks, namesIn, taskDatabase } from "./database.ts";
import type { TaskDialect } from "./dialect.ts";
import { placesOf } from "./files.ts";
import { itemAt } from "./items.ts";

export function taskStore(dialect: TaskDialect): Store {
  const database = taskDatabase(dialect, (path) => holdsTasks(path, dialect));
  return {
    variables: ["VSCODE_PORTABLE", "VSCODE_APPDATA", "VSCODE_AGENT_FOLDER"],
    roots: (env, host) => taskRoots(dialect, env, host ?? hostOf(env)),
    home: (env) => dirname(taskRoots(dialect, env, hostOf(env))[0] ?? ""),

    // tasks/<id>/api_conversation_history.json
    async find(root) {
      return namesIn(root).flatMap((id) => taskAt(root, id, dialect, dialect.id) ?? []);
    },

    pathFor: (root) => root,

    whole(path) {
      const folder = dirname(path);
      const [root, id] = [dirname(folder), basename(folder)];
      const { messages, screen, item } = placesOf(root, id);
      const isOne = [messages, screen, item].includes(path) && existsSync(messages);
      return isOne && database.holds(root) ? `${root}#${id}` : null;
    },

    folder(place, { cwd }) {
      const { path, id } = rowPlace(place);
      return cwd ?? (id === "" ? null : cwdOf(itemAt(path, id, dialect)));
    },

    database,
  };
}

/**
 * Those that exist; where none does, the one of Visual Studio Code. A folder that a setting names takes
 * the place of the extension's own, which may still hold older tasks.
 */
export function taskRoots(dialect: TaskDialect, env: NodeJS.ProcessEnv, host: Host): string[] {
  const all = foldersOf(dialect, env, host);
  const there = all.filter(isDirectory);
  return there.length > 0 ? there : all.slice(0, 1);
}

/** Whether they exist or not. */
function foldersOf(dialect: TaskDialect, env: NodeJS.ProcessEnv, host: Host): string[] {
  const { path, home } = host;
  const all = userFolders(env, host).flatMap((user) => {
    const folders = dialect.extensions.map((id) => extensionFolder(user, id, host));
    return [...movedTo(user, dialect, host), ...folders];
  });
  if (dialect.home) all.push(path.join(home, ...dialect.home));
  return [...new Set(all)].map((one) => path.join(one, "tasks"));
}

/** Those that exist. */
export function tasksThere(dialect: TaskDialect, env: NodeJS.ProcessEnv, host: Host): string[] {
  return foldersOf(dialect, env, host).filter(isDirectory);
}

function isDirectory(path: string): boolean {
  return statOf(path)?.isDirectory() ?? false;
}

/** The editor's settings are JSON with comments. */
function movedTo(user: string, { setting }: TaskDialect, { path }: Host): string[] {
  if (setting === undefined) return [];
  const text = textOrNone(path.join(user, "settings.json")).replace(/^\s*\/\/.*$/gm, "");
  const name = setting.replaceAll(".", "\\.");
  const [, value] = new RegExp(`"${name}"\\s*:\\s*("(?:[^"\\\\]|\\\\.)*")`).exec(text) ?? [];
  const folder = value === undefined ? undefined : string(parseValue(value));
  return folder && path.isAbsolute(folder) ? [folder] : [];
}

type Item = ReturnType<typeof itemAt>;

function cwdOf(item: Item): string | null {
  return string(item?.workspace) || string(item?.cwdOnTaskInitialization) || null;
}

/** `agent`: that of the store. */
export function taskAt(
  root: string,
  id: string,
  dialect: TaskDialect,
  agent: string,
): Found | null {
  const info = statOf(placesOf(root, id).messages);
  if (!info?.isFile()) return null;
  const file = { mtime: info.mtimeMs, bytes: info.size, inode: info.ino };
  const item = itemAt(root, id, dialect);
  // Without a list, the messages tell: the task is read for it.
  if (item === null) return { agent, id, path: root, ...file };
  return { agent, id, path: root, ...file, summary: summaryOf(item, info.mtime) };
}

function summaryOf(item: NonNullable<Item>, changed: Date): Summary {
  const ts = number(item.ts);
  const at = ts !== undefined && ts >= 0 && ts < 8.64e15 ? new Date(ts) : changed;
  return {
    title: titleOf(null, string(item.task) || null),
    cwd: cwdOf(item),
    model: string(item.modelId) || null,
    createdAt: null,
    updatedAt: at.toISOString(),
    messages: null,
    parent: string(item.parentTaskId) || null,
  };
}
