/**
 * `state/taskHistory.json`, beside the folder of tasks: the list without which Cline shows no task. It is
 * one line of JSON, which the extension writes anew, and reads again when it changes.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { SegueError } from "../../../errors.ts";
import { addEntry, removeEntry } from "../../../io/index-entry.ts";
import { parseValue } from "../../../lossless/json-text.ts";
import { object } from "../../../session/json.ts";
import type { JsonObject } from "../../../session/types.ts";
import type { TaskDialect } from "./dialect.ts";

export function listAt(root: string): string {
  return join(dirname(root), "state", "taskHistory.json");
}

/**
 * Where there is no list, an older version may have it in the editor's state, and would put both
 * together; so it is not made.
 * @throws SegueError
 */
export function checkList(root: string, { whose }: TaskDialect): void {
  const where = listAt(root);
  if (existsSync(where)) return;
  const hint = `open ${whose} in the editor, and start a task: that makes it`;
  throw new SegueError("refused", `${whose} has no list of its tasks here yet`, { where, hint });
}

/** `item`: the entry, as text. `takeBack`: if it cannot be added. */
export function enlist(root: string, id: string, item: string, takeBack: () => void): void {
  const { number: _, ...rest } = object(parseValue(item)) ?? {};
  // An entry without a time or a name is not shown.
  const value = { ...rest, ts: rest.ts || Date.now(), task: rest.task || UNTITLED };
  try {
    addEntry(entry(root, id, value));
  } catch (error) {
    takeBack();
    throw error;
  }
}

const UNTITLED = "(no title)";

export function removeListed(root: string, id: string): void {
  removeEntry(entry(root, id, {}));
}

function entry(root: string, id: string, value: JsonObject) {
  const place = { path: listAt(root), form: "array", key: "id" } as const;
  return { ...place, id, value, isNew: false, madeFolder: null };
}
