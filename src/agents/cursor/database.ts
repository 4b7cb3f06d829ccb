/** Sessions in databases: a chat of the CLI in one of its own, and those of the editor in its state. */
import { parseValue } from "../../lossless/json-text.ts";
import { isObject, member } from "../../session/json.ts";
import type { Database } from "../types.ts";
import { holdsChat, readChat, replaceChat } from "./chats.ts";
import { holdsState, readState, refuseState } from "./editor.ts";

export const database: Database = {
  holds: (path) => holdsChat(path) || holdsState(path),
  refuse: (path) => {
    if (holdsState(path)) refuseState(path);
  },
  read: (path, id) => (holdsState(path) ? readState(path, id) : readChat(path, id)),
  end(path, id, most) {
    const lines = database.read(path, id);
    return lines === null ? null : [...lines.slice(0, 1), ...lines.slice(1).slice(-most)];
  },
  replace(path, id, before, after) {
    if (holdsState(path)) refuseState(path);
    replaceChat(path, id, before, after);
  },
  unopened: (now, then) => {
    const [head = "", ...rest] = now;
    const [first = ""] = then;
    return isSameTree(head, first) ? [first, ...rest] : now;
  },
  renamed,
  // A chat's database is new, as it is.
  import: () => {},
};

/** Opening a chat changes what its facts say of the model and the mode; not its root. */
function isSameTree(a: string, b: string): boolean {
  const root = (line: string) => member(member(parseValue(line), "chat"), "latestRootBlobId");
  return root(a) !== undefined && root(a) === root(b);
}

/** The same session under a new id; blobs are named by their content. */
function renamed(lines: readonly string[], newId: string): string[] {
  return lines.map((line, n) => {
    const record = n === 0 ? parseValue(line) : undefined;
    if (!isObject(record) || !isObject(record.chat)) return line;
    return JSON.stringify({ ...record, chat: { ...record.chat, agentId: newId } });
  });
}
