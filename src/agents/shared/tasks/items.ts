/**
 * A task's entry in the list of tasks. Roo Code has one beside each task, and an index of all; Cline and
 * others have a list; before, all had it in the editor's own state, a database beside the folders of all
 * extensions.
 */
import { dirname, join } from "node:path";
import { statOf } from "../../../io/files.ts";
import { parseValue } from "../../../lossless/json-text.ts";
import { array, isObject, member } from "../../../session/json.ts";
import type { Json, JsonObject } from "../../../session/types.ts";
import { jsonAt } from "../opened.ts";
import { reading, tablesOf } from "../sqlite.ts";
import type { TaskDialect } from "./dialect.ts";
import { listAt } from "./list.ts";

export const ITEM = "history_item.json";

/** What is noted of a task; null for none. */
export function itemAt(root: string, id: string, dialect: TaskDialect): JsonObject | null {
  const own = jsonAt(join(root, id, ITEM));
  if (isObject(own)) return own;
  for (const list of listsOf(root, dialect)) {
    const item = list.get(id);
    if (item !== undefined) return item;
  }
  return null;
}

type List = ReadonlyMap<string, JsonObject>;

function* listsOf(root: string, dialect: TaskDialect): Generator<List> {
  const folder = dirname(root);
  const { id } = dialect;
  yield kept(id, join(root, "_index.json"), (path) => member(jsonAt(path), "entries"));
  yield kept(id, listAt(root), jsonAt);
  // What Kilo Code's CLI before 7 has in the place of an editor's state.
  yield kept(id, join(folder, "global-state.json"), (path) => member(jsonAt(path), "taskHistory"));
  yield kept(id, join(dirname(folder), "state.vscdb"), (path) => stateIn(path, dialect));
}

interface Kept {
  stamp: string;
  list: List;
}

/** A list is asked for each of its tasks. The editor's state has one for each of the extensions. */
const lists = new Map<string, Kept>();
const NONE: List = new Map();

function kept(agent: string, path: string, read: (path: string) => Json | undefined): List {
  const info = statOf(path);
  if (!info?.isFile()) return NONE;
  const stamp = `${info.mtimeMs} ${info.size}`;
  const key = `${agent} ${path}`;
  const before = lists.get(key);
  if (before?.stamp === stamp) return before.list;
  const list = new Map(
    array(read(path)).flatMap((item): [string, JsonObject][] =>
      isObject(item) && typeof item.id === "string" ? [[item.id, item]] : [],
    ),
  );
  lists.set(key, { stamp, list });
  return list;
}

/** The editor keeps an extension's state as one JSON text, under its id in whatever case. */
function stateIn(path: string, { extensions }: TaskDialect): Json | undefined {
  if (!tablesOf(path)?.has("ItemTable")) return undefined;
  const sql = "SELECT value FROM ItemTable WHERE lower(key) = ?";
  try {
    const rows = reading(path, (db) => extensions.flatMap((id) => db.prepare(sql).all(id)));
    return rows.flatMap(({ value }) => {
      const text = value instanceof Uint8Array ? Buffer.from(value).toString("utf8") : value;
      const state = typeof text === "string" ? parseValue(text) : undefined;
      return array(member(state, "taskHistory"));
    });
  } catch {
    // Without the list a task is read as well: only its folder and title are guessed.
    return undefined;
  }
}
