/** The app's own record of a session, which stands before the lines of the conversation. */
import { isObject, number, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";

/** The names that the app gives its sessions; nothing else becomes a part of a path. */
export const SESSION_ID = /^local_[\w-]{1,120}$/;

/** null for a line of the conversation. */
export function sessionIn(record: Json): JsonObject | null {
  if (!isObject(record) || typeof record.sessionId !== "string") return null;
  return "cliSessionId" in record || "processName" in record ? record : null;
}

export interface About {
  id: string;
  /** The session of Claude Code's that it runs. */
  cliId: string | null;
  title: string | null;
  cwd: string | null;
  model: string | null;
  createdAt: string | null;
  updatedAt: string | null;
}

export function aboutOf(session: JsonObject): About {
  return {
    id: string(session.sessionId) ?? "",
    cliId: string(session.cliSessionId) || null,
    title: string(session.title) || null,
    cwd: folderOf(session),
    model: string(session.model) || null,
    createdAt: timeOf(session.createdAt),
    updatedAt: timeOf(session.lastActivityAt),
  };
}

/** The user's folder: in the app's virtual machine, the session itself runs in `/sessions/<name>`. */
function folderOf({ userSelectedFolders: chosen, cwd }: JsonObject): string | null {
  const [first] = Array.isArray(chosen) ? chosen : [];
  const own = string(cwd);
  return string(first) || (own?.startsWith("/sessions/") ? null : own) || null;
}

/** Milliseconds since the epoch. */
function timeOf(value: Json | undefined): string | null {
  const at = number(value);
  return at !== undefined && Math.abs(at) < 8.64e15 ? new Date(at).toISOString() : null;
}
