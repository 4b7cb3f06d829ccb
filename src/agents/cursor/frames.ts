/** What Cursor puts around a user's words, and beside them. */
import { member, string } from "../../session/json.ts";
import type { Json, JsonObject, TextPart } from "../../session/types.ts";

const QUERY = /^<user_query>\n?([\s\S]*?)\n?<\/user_query>$/;

/** What Cursor itself tells the model, in blocks of their own. */
const OWN =
  /^\s*<(?:user_info|timestamp|open_and_recently_viewed_files|project_layout|git_status|rules|agent_skills|agent_transcripts|system_reminder|additional_data|attached_files|mcp_instructions|mcp_file_system|cursor_commands|manually_attached_skills|system-reminder|always_applied_workspace_rules|system_notification)\b/;

/** A text in the user's place: the user's words, or Cursor's own. */
export interface Typed {
  text: string;
  isOwn: boolean;
  /** What Cursor told the model in the same block, such as attached files. */
  before?: string;
  after?: string;
}

const WITHIN = /^([\s\S]*?)<user_query>\n?([\s\S]*?)\n?<\/user_query>([\s\S]*)$/;

export function typedIn(text: string): Typed {
  const [whole, inner = ""] = QUERY.exec(text) ?? [];
  if (whole !== undefined) return { text: inner, isOwn: false };
  // A time or other remarks stand around the words in the same block.
  const [, before = "", query, after = ""] = WITHIN.exec(text) ?? [];
  if (query !== undefined && [before, after].every((own) => own.trim() === "" || OWN.test(own))) {
    const told = { ...remark("before", before), ...remark("after", after) };
    return { text: query, isOwn: false, ...told };
  }
  return { text, isOwn: OWN.test(text) && query === undefined };
}

/** A time alone is no remark. */
function remark(name: "before" | "after", text: string): { [name in "before" | "after"]?: string } {
  const told = text.replace(/^\s*<timestamp>[^<]*<\/timestamp>/, "").trim();
  return told === "" ? {} : { [name]: told };
}

/** The parts of such a text, in their order. */
export function typedParts(whole: string): TextPart[] {
  const { text, isOwn, before, after } = typedIn(whole);
  const told = (own: string | undefined): TextPart[] =>
    own === undefined ? [] : [{ kind: "text", text: own, told: true }];
  return [
    ...told(before),
    isOwn ? { kind: "text", text, told: true } : { kind: "text", text },
    ...told(after),
  ];
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
