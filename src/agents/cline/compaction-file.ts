/**
 * `<id>.compaction.json`: what the CLI sends in the place of the first messages, as long as a digest of
 * these is as noted there. The digest is of what was said, not of ids and times (3.0.65 [run]).
 */
import { createHash } from "node:crypto";
import { parseValue } from "../../lossless/json-text.ts";
import { isObject, member, number, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";
import { withoutTags } from "./content.ts";

/** How many messages it stands for; null for one that the CLI would leave aside. */
export function inForce(compaction: Json | undefined, messages: readonly string[]): number | null {
  const count = number(member(compaction, "source_message_count"));
  if (count === undefined || count < 0 || count > messages.length) return null;
  if (!Array.isArray(member(compaction, "messages"))) return null;
  const noted = string(member(compaction, "source_prefix_hash"));
  if (noted !== undefined) return noted === prefixHash(messages.slice(0, count)) ? count : null;
  const last = string(member(compaction, "source_last_message_key"));
  return count > 0 && last === keyOf(messages[count - 1] ?? "") ? count : null;
}

/** What follows from its place, and from when it was saved. */
const DERIVED = new Set(
  `version updated_at conversation_id source_message_count source_prefix_hash
  source_last_message_key system_prompt`.split(/\s+/),
);

export function stableCompaction(compaction: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(compaction).filter(([key]) => !DERIVED.has(key)));
}

export function compactionFile(
  { line, after }: { line: JsonObject; after: number },
  messages: readonly string[],
  { id, at }: { id: string; at: string },
): JsonObject {
  const before = messages.slice(0, after);
  return {
    version: 1,
    updated_at: at,
    conversation_id: id,
    source_message_count: after,
    source_prefix_hash: prefixHash(before),
    ...(after > 0 ? { source_last_message_key: keyOf(before.at(-1) ?? "") } : {}),
    ...line,
  };
}

const HASHED = ["role", "content", "agent", "sessionId", "metadata", "modelInfo", "metrics"];

function prefixHash(messages: readonly string[]): string {
  const digest = createHash("sha256");
  digest.update(`cline-session-compaction-source-v2\n${messages.length}\n`);
  for (const line of messages) {
    const message = parseValue(line);
    const shown = isObject(message) ? { ...message, content: asTyped(message) } : {};
    const values = HASHED.map((key) => [key, member(shown, key) ?? null]);
    digest.update(`${JSON.stringify(values)}\n`);
  }
  return `sha256:${digest.digest("hex")}`;
}

/** Content as the user sees it. */
function asTyped({ role, content = null }: JsonObject): Json {
  if (role !== "user") return content;
  if (typeof content === "string") return shown(content);
  if (!Array.isArray(content)) return content;
  return content.map((block) => {
    const text = string(member(block, "text"));
    const isText = isObject(block) && block.type === "text" && text !== undefined;
    return isText ? { ...block, text: shown(text) } : block;
  });
}

function shown(text: string): string {
  return withoutTags(text)
    .trim()
    .replace(/<mode_notice>[\s\S]*?<\/mode_notice>/g, "")
    .trim();
}

function keyOf(line: string): string {
  const message = parseValue(line);
  const id = string(member(message, "id"))?.trim();
  if (id) return `id:${id}`;
  const role = string(member(message, "role")) ?? "";
  const ts = number(member(message, "ts"));
  if (ts !== undefined) return `ts:${role}:${ts}`;
  return `content:${role}:${JSON.stringify(isObject(message) ? asTyped(message) : null)}`;
}
