/** `sessions.json`: what versions before 2026.7.2 note of the sessions that are beside it, by their keys. */
import { basename, dirname, join } from "node:path";
import { isObject, member, string } from "../../session/json.ts";
import { jsonAt } from "../shared/opened.ts";

export interface Note {
  /** Of the chat that the session belongs to. */
  key: string;
  title: string | null;
  /** The key of the chat whose agent began it. */
  spawnedBy?: string;
}

/** By the names of the sessions' files. */
export function notesIn(folder: string): Map<string, Note> {
  const index = jsonAt(join(folder, "sessions.json"));
  const notes = new Map<string, Note>();
  for (const [key, entry] of Object.entries(isObject(index) ? index : {})) {
    const id = string(member(entry, "sessionId"));
    const spawnedBy = string(member(entry, "spawnedBy"));
    const title = string(member(entry, "label")) ?? string(member(entry, "displayName")) ?? null;
    const file = string(member(entry, "sessionFile"));
    // Names the file where that has another name; the folder may have been moved since.
    const name = file?.split(/[\\/]/).at(-1) ?? `${id ?? ""}.jsonl`;
    if (/^[^/\\]+\.jsonl$/.test(name))
      notes.set(name, { key, title, ...(spawnedBy ? { spawnedBy } : {}) });
  }
  return notes;
}

/** Of the session in a file. That of a topic in a chat has the topic's number in its name: `<id>-topic-<number>.jsonl`. */
export function noteAmong(notes: ReadonlyMap<string, Note>, path: string): Note | undefined {
  const name = basename(path);
  return notes.get(name) ?? notes.get(name.replace(/-topic-[^.]+(?=\.jsonl$)/, ""));
}

/** Of the session at a path. */
export function noteOf(path: string): Note | undefined {
  return noteAmong(notesIn(dirname(path)), path);
}
