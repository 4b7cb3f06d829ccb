/**
 * The states of editors made from Visual Studio Code: `state.vscdb`, a database of values by key, one for a user and
 * one for each of the user's workspaces. Only read, by key: it can have gigabytes, and the editor has it open.
 */
import { isUtf8 } from "node:buffer";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { namesOf } from "../../io/files.ts";
import { parseValue } from "../../lossless/json-text.ts";
import { member, string } from "../../session/json.ts";

export const STATE = "state.vscdb";

export function valueIn(db: DatabaseSync, table: string, key: string): string | null {
  const row = db.prepare(`SELECT value FROM "${table}" WHERE key = ?`).get(key);
  return textOf(row?.value);
}

/** Values are text in some versions, and bytes in others. */
export function textOf(value: SQLOutputValue | undefined): string | null {
  if (typeof value === "string") return value;
  if (!(value instanceof Uint8Array)) return null;
  const bytes = Buffer.from(value);
  return isUtf8(bytes) ? bytes.toString("utf8") : null;
}

/** The states of the workspaces of a user, and their folders, which may no longer exist. */
export function workspacesOf(user: string): { state: string; folder: string | null }[] {
  return namesIn(join(user, "workspaceStorage")).flatMap((name) => {
    const state = join(user, "workspaceStorage", name, STATE);
    return existsSync(state) ? [{ state, folder: workspaceFolder(dirname(state)) }] : [];
  });
}

/** The folder of the workspace whose state is in `folder`; null if it is unknown. */
export function workspaceFolder(folder: string): string | null {
  try {
    const value = parseValue(readFileSync(join(folder, "workspace.json"), "utf8")) ?? null;
    const own = string(member(value, "folder"));
    if (own !== undefined) return folderOf(own);
    const file = string(member(value, "workspace"));
    return file === undefined ? null : dirname(fileURLToPath(file));
  } catch {
    return null;
  }
}

export function folderOf(uri: string | null): string | null {
  if (uri === null || uri === "") return null;
  if (/^(?:\/|[A-Za-z]:[\\/])/.test(uri)) return uri;
  try {
    return fileURLToPath(uri, { windows: /^file:\/\/\/[A-Za-z](?::|%3A)/i.test(uri) });
  } catch {
    // A folder on another machine.
    return null;
  }
}

export function namesIn(folder: string): string[] {
  return namesOf(folder).sort();
}
