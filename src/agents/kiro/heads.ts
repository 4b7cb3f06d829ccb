/** What the documents of Kiro's other stores say of a session, under the names that version 2 has for it. */
import { array, member, number, string } from "../../session/json.ts";
import type { JsonObject } from "../../session/types.ts";
import { type Own, timeOf } from "./records.ts";

/** Of Kiro CLI 3, and of its editor before version 1. */
export function headIn(kind: Own, own: JsonObject): JsonObject {
  if (kind === "metadata") {
    const { id, workspacePaths, createdAt, modelId, parentSessionId } = own;
    const [cwd = null] = array(workspacePaths);
    return {
      session_id: id ?? null,
      cwd,
      created_at: createdAt ?? null,
      model: modelId ?? null,
      parent_session_id: parentSessionId ?? null,
    };
  }
  const { metadata } = own;
  const folder = string(own.workspaceDirectory) || string(own.workspacePath);
  return {
    session_id: own.sessionId ?? null,
    title: own.title ?? null,
    cwd: folder ?? null,
    created_at: timeOf(own.dateCreated ?? member(metadata, "startTime")),
    model: own.selectedModel ?? member(metadata, "modelId") ?? null,
  };
}

/** What a row says, under the names that the file has for it. */
export function rowOf(row: JsonObject): JsonObject {
  const ms = number(row.created_at);
  return {
    session_id: row.conversation_id ?? null,
    cwd: row.key ?? null,
    created_at: ms === undefined ? null : ms / 1000,
    model: member(row.model_info, "model_id") ?? row.model ?? null,
  };
}
