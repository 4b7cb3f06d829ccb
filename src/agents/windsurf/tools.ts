/** Cascade's steps in the shared vocabulary, as far as they are known. */
import type { Tools } from "../../session/codec.ts";
import type { JsonObject, ToolUse } from "../../session/types.ts";
import { hasOnly } from "../shared/tools.ts";

/** What a step did; null if the shared vocabulary has no word for it. */
export function fromNative(type: string, own: JsonObject): ToolUse | null {
  const { path, new_content: content } = own;
  if (type !== "code_action" || !hasOnly(own, ["path", "new_content"])) return null;
  return typeof path === "string" && typeof content === "string"
    ? { tool: "write", path, content }
    : null;
}

/** No session can be written for it. */
export const tools: Tools = { toNative: () => null, accepts: () => false };
