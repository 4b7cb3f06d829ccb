/**
 * Histories that a user gave another name, by `--chat-history-file`, in a config file or by
 * AIDER_CHAT_HISTORY_FILE. Only their content says that they are histories.
 */
import { homedir } from "node:os";
import { extname, join, resolve } from "node:path";
import { headOf } from "../../io/door.ts";
import { member, string } from "../../session/json.ts";
import { history } from "./document.ts";
import { isHistory, projectFolders } from "./place.ts";

const CONFIG = ".aider.conf.yml";
const KEY = "chat-history-file";
/** Of a config file. */
const MOST_BYTES = 1 << 16;
/** A history begins with the time of its first run. */
const START_BYTES = 64;
/** What other agents' sessions are called is not looked into. */
const OTHERS = new Set([".jsonl", ".json", ".db", ".sqlite", ".zst", ".lock"]);

/** Is it a history under another name? */
export function isRenamed(path: string): boolean {
  if (isHistory(path) || OTHERS.has(extname(path))) return false;
  const start = beginningOf(path, START_BYTES);
  return start !== null && history.opens(start);
}

/** Other histories than `.aider.chat.history.md` that config files name for a project. */
export async function namedIn(project: string): Promise<string[]> {
  const folders = new Set([...projectFolders(project), homedir()]);
  const names = await Promise.all([...folders].map((folder) => nameIn(join(folder, CONFIG))));
  const paths = names.flatMap((name) => (name === null ? [] : [resolve(project, name)]));
  return [...new Set(paths)].filter(isRenamed);
}

async function nameIn(path: string): Promise<string | null> {
  const text = beginningOf(path, MOST_BYTES);
  if (text?.includes(KEY) !== true) return null;
  const { parse } = await import("yaml");
  try {
    return string(member(parse(text), KEY)) ?? null;
  } catch {
    // Aider does not start with such a file.
    return null;
  }
}

function beginningOf(path: string, most: number): string | null {
  try {
    return headOf(path, most).toString("utf8");
  } catch {
    return null;
  }
}
