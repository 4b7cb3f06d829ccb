/** What Cursor puts around a user's words, and beside them. */
import { member, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";

const QUERY = /^<user_query>\n?([\s\S]*?)\n?<\/user_query>$/;

/** What Cursor itself tells the model, in blocks of their own. */
const OWN =
  /^\s*<(?:user_info|timestamp|open_and_recently_viewed_files|project_layout|git_status|rules|agent_skills|agent_transcripts|system_reminder|additional_data|attached_files|mcp_instructions|mcp_file_system|cursor_commands|manually_attached_skills|system-reminder|always_applied_workspace_rules|system_notification)\b/;

/** A text in the user's place: the user's words, or Cursor's own. */
export interface Typed {
  text: string;
  isOwn: boolean;
}

export function typedIn(text: string): Typed {
  const [whole, inner = ""] = QUERY.exec(text) ?? [];
  if (whole !== undefined) return { text: inner, isOwn: false };
  // A time or other remarks stand before the words in the same block.
  const [, before = "", query] =
    /^([\s\S]*?)<user_query>\n?([\s\S]*?)\n?<\/user_query>\s*$/.exec(text) ?? [];
  if (query !== undefined && (before.trim() === "" || OWN.test(before))) {
    return { text: query, isOwn: false };
  }
  return { text, isOwn: OWN.test(text) };
}

export function asQuery(text: string): string {
  return `<user_query>\n${text}\n</user_query>`;
}

/** The words of a user's message, for the screen. */
export function userText({ content }: JsonObject): string {
  const blocks: Json[] = Array.isArray(content) ? content : [{ text: content ?? "" }];
  return blocks
    .flatMap((block) => string(member(block, "text")) ?? [])
    .map(typedIn)
    .filter(({ isOwn }) => !isOwn)
    .map(({ text }) => text)
    .join("\n\n");
}
