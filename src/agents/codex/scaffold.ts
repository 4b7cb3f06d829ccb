/** Which messages of the `user` role are the harness's: context, instructions, notices. */
import { array, member, string } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";

/** Files of 0.144 and before do not say; these are what their messages begin with. */
const PREFIXES = [
  "<environment_context>",
  "<environments_instructions>",
  "<user_instructions>",
  "<permissions instructions>",
  "<skills_instructions>",
  "<skill>",
  "<apps_instructions>",
  "<plugins_instructions>",
  "<user_shell_command>",
  "<subagent_notification>",
  "<codex_internal_context",
  "<collaboration_mode>",
  "<model_switch>",
  "<personality_spec>",
  "<tools>",
  "<turn_aborted>",
  "# AGENTS.md instructions",
  "Warning: apply_patch was requested via ",
  "Warning: The maximum number of unified exec processes",
];

/** The file that AGENTS.md's text is wrapped in, whatever the line before it says. */
const AGENTS_MD = /^[^\n]{0,400}\n\n<INSTRUCTIONS>\n/;

const ABORTED = "<turn_aborted>";

/** The kind that newer files note for content item `i` of a message. */
function noted(item: Json, i: number): string | undefined {
  const meta = member(item, "internal_chat_message_metadata_passthrough");
  const kind = string(array(member(meta, "content_item_kinds"))[i]);
  return kind === "unknown" ? undefined : kind;
}

function isInjected(item: Json, i: number, text: string): boolean {
  const kind = noted(item, i);
  if (kind !== undefined) return !kind.startsWith("user.");
  return PREFIXES.some((prefix) => text.startsWith(prefix)) || AGENTS_MD.test(text);
}

export function isAborted(item: Json, text: string): boolean {
  const kind = noted(item, 0);
  return kind === undefined ? text.startsWith(ABORTED) : kind === "generic.turn_aborted";
}

/** Files of 0.31 and before name the folder in what the model is told of its environment. */
export function folderTold(item: Json): string | null {
  for (const content of array(member(item, "content"))) {
    const text = string(member(content, "text")) ?? "";
    if (!text.startsWith("<environment_context>")) continue;
    const [, tag, line] =
      /<cwd>([^<\n]+)<\/cwd>|^\s*Current working directory: (.+)$/m.exec(text) ?? [];
    return (tag ?? line)?.trim() || null;
  }
  return null;
}

export function isSummary(item: Json): boolean {
  return noted(item, 0) === "compaction.summary";
}

/** The content items of a message that the user, not the harness, put there. */
export function ownContent(item: Json): Json[] {
  return array(member(item, "content")).filter(
    (content, i) => !isInjected(item, i, string(member(content, "text")) ?? ""),
  );
}
