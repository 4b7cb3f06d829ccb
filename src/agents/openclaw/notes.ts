/** `sessions.json`: what versions before 2026.7.2 note of the sessions that lie beside it, by their keys. */
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

/** By the sessions' ids. */
export function notesIn(folder: string): Map<string, Note> {
  const index = jsonAt(join(folder, "sessions.json"));
  const notes = new Map<string, Note>();
  for (const [key, entry] of Object.entries(isObject(index) ? index : {})) {
    const id = string(member(entry, "sessionId"));
    const spawnedBy = string(member(entry, "spawnedBy"));
    const title = string(member(entry, "label")) ?? string(member(entry, "displayName")) ?? null;
    if (id !== undefined) notes.set(id, { key, title, ...(spawnedBy ? { spawnedBy } : {}) });
  }
  return notes;
}

/** Of the session at a path. */
export function noteOf(path: string): Note | undefined {
  return notesIn(dirname(path)).get(basename(path).replace(/\.jsonl$/, ""));
}
