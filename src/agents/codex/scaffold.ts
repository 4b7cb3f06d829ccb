/** Which messages of the `user` role are the harness's: context, instructions, notices. */
import { array, listOf, member, string } from "../../session/json.ts";
import { saidIn } from "../../session/other.ts";
import type { Json } from "../../session/types.ts";

/**
 * `own`: what the user said. `told`: other contents of the conversation, such as the output of a
 * `!` command, a skill that was called, or what a hook or a subagent said. `scaffold`: the context
 * that each agent's harness adds itself.
 */
export type Origin = "own" | "told" | "scaffold";

/** Files of 0.144 and before have no kinds; this is how their messages begin. */
const SCAFFOLD = [
  "<environment_context>",
  "<environments_instructions>",
  "<user_instructions>",
  "<permissions instructions>",
  "<skills_instructions>",
  "<apps_instructions>",
  "<plugins_instructions>",
  "<recommended_plugins>",
  "<collaboration_mode>",
  "<model_switch>",
  "<personality_spec>",
  "<tools>",
  "<token_budget>",
  "<rollout_budget>",
  "<context_window",
  "<current_time_reminder>",
  "<turn_aborted>",
];

/**
 * Complete messages of the harness that are not in a tag. A user's own words may begin like one of
 * them.
 */
const NOTICES = [
  // The file that AGENTS.md's text is wrapped in, whatever its heading.
  /^#[^\n]{0,400}\n\n<INSTRUCTIONS>\n[\s\S]*<\/INSTRUCTIONS>\s*$/,
  /^Warning: apply_patch was requested via \S+\. Use the apply_patch tool instead of \S+\s*$/,
  /^Warning: The maximum number of unified exec processes [^\n]*\s*$/,
];

const HOOK = "<hook_context>";

/**
 * The conversation depends on these, whatever kind newer files give them; 0.169.0 sends them [run].
 */
const TOLD = [
  "<user_shell_command>",
  "<subagent_notification>",
  "<skill>",
  "<hook_prompt",
  HOOK,
  "<codex_internal_context",
  "<goal_context>",
  "<agent_message_board_notification>",
];

/**
 * Kinds of context that a harness adds itself. Anything of another kind is part of the
 * conversation.
 */
const SCAFFOLD_KIND =
  /^(?:environments|permissions|host_skills|tools|collaboration_mode|model_switch|model|agents_md|personality|plugins|apps|memories|token_budget|rollout_budget|context_window|current_time|code_mode|guardian|images|audio|generic|apply_patch)\.|^multi_agent\.(?:mode|role|usage|spawn)|\.(?:\w+_)?(?:instructions|reminder|guidance|warning)$/;

const ABORTED = "<turn_aborted>";

/** The kind that newer files record for content item `i` of a message. */
function noted(item: Json, i: number): string | undefined {
  const meta = member(item, "internal_chat_message_metadata_passthrough");
  const kind = string(array(member(meta, "content_item_kinds"))[i]);
  return kind === "unknown" ? undefined : kind;
}

export function isTold(text: string): boolean {
  return TOLD.some((prefix) => wraps(prefix, text));
}

/** A tag of the harness is closed at the end; a user's own words may merely begin with one. */
function wraps(prefix: string, text: string): boolean {
  if (!text.startsWith(prefix)) return false;
  if (!prefix.startsWith("<")) return true;
  const name = prefix.endsWith(">") ? prefix.slice(1, -1) : /^<(\w+)/.exec(text)?.[1];
  return text.trimEnd().endsWith(`</${name}>`);
}

function originOf(item: Json, i: number, text: string): Origin {
  const kind = noted(item, i);
  if (kind?.startsWith("user.")) return "own";
  if (isTold(text)) return "told";
  if (kind !== undefined) return SCAFFOLD_KIND.test(kind) ? "scaffold" : "told";
  const isScaffold =
    SCAFFOLD.some((prefix) => wraps(prefix, text)) || NOTICES.some((notice) => notice.test(text));
  return isScaffold ? "scaffold" : "own";
}

export function isAborted(item: Json, text: string): boolean {
  const kind = noted(item, 0);
  return kind === undefined ? wraps(ABORTED, text) : kind === "generic.turn_aborted";
}

/** Files of 0.31 and before name the folder in the environment context for the model. */
export function folderTold(item: Json): string | null {
  for (const content of array(member(item, "content"))) {
    const text = saidIn(member(content, "text"));
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

/** Consecutive content items with the same origin. */
export interface Run {
  origin: Origin;
  content: Json[];
}

/** The content items of a user's message by origin, in order. */
export function byOrigin(item: Json): Run[] {
  const runs: Run[] = [];
  listOf(member(item, "content")).forEach((content, i) => {
    const origin = originOf(item, i, saidIn(member(content, "text")));
    const last = runs.at(-1);
    if (last?.origin === origin) last.content.push(content);
    else runs.push({ origin, content: [content] });
  });
  return runs;
}

/** Did the user, rather than the harness, write a content item of the message? */
export function hasOwnContent(item: Json): boolean {
  return byOrigin(item).some(({ origin }) => origin === "own");
}

/**
 * The words of a message that alone make it scaffold; null if a kind is recorded, or if it is sent
 * anyway.
 */
export function likelyScaffold(item: Json): string | null {
  const items = listOf(member(item, "content"));
  const isScaffold = byOrigin(item).every(({ origin }) => origin === "scaffold");
  if (!isScaffold || items.some((_, i) => noted(item, i) !== undefined)) return null;
  return items.map((content) => saidIn(member(content, "text"))).join("\n");
}

export function isHookText(text: string): boolean {
  return text.startsWith(HOOK);
}

/** Among the developer's messages, these are not instructions: what a hook reported. */
export function isHookContext(item: Json): boolean {
  const items = listOf(member(item, "content"));
  return (
    items.length > 0 &&
    items.every((content, i) => {
      const kind = noted(item, i) ?? "";
      return /^hooks?\./.test(kind) || isHookText(saidIn(member(content, "text")));
    })
  );
}
