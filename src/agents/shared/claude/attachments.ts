/**
 * Records of type `attachment`: what the CLI adds to the conversation besides messages. The
 * treatment of each kind was found by resuming a session with it (2.1.197 and 2.1.332 [run]); see
 * README.md.
 */
import { array, isObject, member, number, printed, string } from "../../../session/json.ts";
import { isNested, otherPart, saidIn, unread } from "../../../session/other.ts";
import type { Json, OtherPart, Part, TextPart } from "../../../session/types.ts";
import { readBlock } from "./content.ts";

/** For a kind that is not sent: the reason; otherwise its parts, as a message of the user. */
export type Attached = { parts: Part[] } | { aside: "scaffold" | "unsent" | "unknown" };

/**
 * What the CLI says about itself and the machine: it sends this again in each session, so it is not
 * part of the conversation.
 */
export const SCAFFOLD = [
  "agent_listing_delta",
  "attention_budget",
  "auto_mode",
  "auto_mode_exit",
  "bash_output_audience_note",
  "budget_usd",
  "coordinator_context",
  "critical_system_reminder",
  "date",
  "date_change",
  "deferred_tools_delta",
  "elapsed_time_reminder",
  "environment",
  "instructions",
  "mcp_instructions_delta",
  "model",
  "output_limit_note",
  "output_style",
  "output_token_usage",
  "plan_mode",
  "plan_mode_exit",
  "plan_mode_reentry",
  "proactivity",
  "prompt_snapshot",
  "remote_session_change",
  "repl_mcp_needs_auth",
  "repl_mcp_servers",
  "session_context",
  "silent_turn_reminder",
  "skill_listing",
  "task_reminder",
  "team_context",
  "todo_reminder",
  "token_usage",
  "tool_search_usage_reminder",
  "total_tokens_reminder",
  "ultra_effort_enter",
  "ultra_effort_exit",
  "ultrathink_effort",
  "withheld_memory",
  "workflow_keyword_request",
] as const;

/** What the CLI stores for its screen, or for itself: nothing of it is sent. */
export const UNSENT = [
  "already_read_file",
  "autocheckpointing",
  "background_task_status",
  "command_permissions",
  "compaction_reminder",
  "context_efficiency",
  "context_tip",
  "current_session_memory",
  "dynamic_skill",
  "edited_image_file",
  "goal_status",
  "hook_cancelled",
  "hook_deferred_tool",
  "hook_error_during_execution",
  "hook_non_blocking_error",
  "hook_permission_decision",
  "hook_system_message",
  "max_turns_reached",
  "structured_output",
  "task_progress",
  "teammate_shutdown_batch",
  "thinking_reminder",
  "todo",
  "ultramemory",
  "verify_plan_reminder",
] as const;

/** Kinds of 2.1.332 that are read from their rendered text: their own form is not interpreted. */
export const RENDERED = [
  "account_memory_recall",
  "at_mention_reference",
  "cowork_memory_context",
  "dir_sync_notice",
  "goals",
  "inlined_image_paths",
  "message_pdf_reads",
  "peer_mention",
  "plugin_note",
  "poll_events",
  "project_doc_reads",
  "read_truncation_notice",
  "skill_mention",
  "teammate_mailbox",
  "unknown_command_fallback",
] as const;

type Read = (attachment: Json) => Part[];

/**
 * Kinds that are read from their own form, whether or not the record contains the rendered text.
 */
export const OWN_FORM: Readonly<Record<string, Read>> = {
  queued_command: (attachment) => {
    const prompt = member(attachment, "prompt");
    const batch = array(member(attachment, "batchedRelayPrompts")).map(printed);
    if (batch.length > 0) return [text(batch.join("\n\n"))];
    if (typeof prompt === "string") return [text(prompt)];
    return (isObject(prompt) ? [prompt] : array(prompt)).flatMap(readBlock);
  },
  file: readFile,
  directory: (attachment) => {
    const path = field(attachment, "path");
    return [text(framed("directory", path, field(attachment, "content")))];
  },
};

/** Kinds that are read from their own form if the record does not contain the rendered text. */
export const BY_FORM: Readonly<Record<string, Read>> = {
  agent_mention: (a) =>
    context("agent mention", `The user asks for the agent ${field(a, "agentType")}.`),
  async_hook_response: (a) => {
    const response = member(a, "response");
    const more = member(response, "hookSpecificOutput");
    return context("hook", field(response, "systemMessage"), field(more, "additionalContext"));
  },
  compact_file_reference: (a) =>
    context("file", `${field(a, "filename")} was read before the conversation was summarized.`),
  diagnostics: (a) => [otherPart("diagnostics", member(a, "files") ?? null, { known: true })],
  edited_text_file: (a) => context(`changed: ${field(a, "filename")}`, field(a, "snippet")),
  hook_additional_context: (a) => hook(a, "additional context", lines(member(a, "content"))),
  hook_blocking_error: (a) => {
    const error = member(a, "blockingError");
    const command = field(error, "command");
    const what = `blocking error from command: "${command}"`;
    return hook(a, what, [field(error, "blockingError")]);
  },
  hook_stopped_continuation: (a) => hook(a, "stopped continuation", [field(a, "message")]),
  hook_success: (a) => hook(a, "success", [field(a, "content")]),
  invoked_skills: (a) =>
    array(member(a, "skills")).flatMap((skill) =>
      context(`skill ${field(skill, "name")}`, field(skill, "path"), field(skill, "content")),
    ),
  mcp_resource: readMcpResource,
  memory_update: (a) => context("memory", field(a, "summary"), ...lines(member(a, "paths"))),
  nested_memory: (a) => {
    const content = member(a, "content");
    return context(field(content, "path"), field(content, "content"));
  },
  opened_file_in_ide: (a) => context("opened in the IDE", field(a, "filename")),
  pdf_reference: (a) => {
    const pages = number(member(a, "pageCount"));
    return context("file", `${field(a, "filename")}: a PDF of ${pages ?? "many"} pages`);
  },
  plan_file_reference: (a) => context(`plan ${field(a, "planFilePath")}`, field(a, "planContent")),
  relevant_memories: (a) =>
    array(member(a, "memories")).flatMap((memory) =>
      context(`memory ${field(memory, "path")}`, field(memory, "header"), field(memory, "content")),
    ),
  selected_lines_in_diff: (a) => context("selected in the diff", field(a, "content")),
  selected_lines_in_ide: (a) => {
    const from = number(member(a, "lineStart")) ?? "";
    const to = number(member(a, "lineEnd")) ?? "";
    const where = `${field(a, "filename")}:${from}-${to}`;
    return context(`selected in the IDE: ${where}`, field(a, "content"));
  },
  task_status: (a) => {
    const head = `task ${field(a, "taskId")}: ${field(a, "status")}`;
    return context(head, field(a, "description"), field(a, "deltaSummary"));
  },
};

const SCAFFOLDS: ReadonlySet<string> = new Set(SCAFFOLD);
const UNSENTS: ReadonlySet<string> = new Set(UNSENT);
const RENDEREDS: ReadonlySet<string> = new Set(RENDERED);

export function attachmentType(record: Json): string {
  return string(member(member(record, "attachment"), "type")) ?? "unknown";
}

/** The contents of an attachment's record; see `Attached`. */
export function readAttachment(record: Json): Attached {
  const type = attachmentType(record);
  const attachment = member(record, "attachment") ?? null;
  if (SCAFFOLDS.has(type)) return { aside: "scaffold" };
  if (UNSENTS.has(type) || isQuietHook(type, attachment)) return { aside: "unsent" };
  const own = Object.hasOwn(OWN_FORM, type) ? OWN_FORM[type] : undefined;
  if (own) return { parts: own(attachment) };
  const rendered = renderedText(record);
  const form = Object.hasOwn(BY_FORM, type) ? BY_FORM[type] : undefined;
  if (rendered === null) return form ? { parts: form(attachment) } : { aside: "unknown" };
  // An unknown kind that a newer version sent is still content.
  const beside = besideContent(record);
  return form || RENDEREDS.has(type)
    ? { parts: [...context(type, rendered), ...beside] }
    : { parts: [otherPart(`attachment/${type}`, attachment, { text: rendered }), ...beside] };
}

/** What a newer version may have put beside the texts that it rendered. */
function besideContent(record: Json): OtherPart[] {
  return array(member(record, "rendered")).flatMap((message) =>
    isObject(message)
      ? Object.entries(message)
          .filter(([key, value]) => key !== "content" && holdsText(value))
          .map(([key, value]) => otherPart(`rendered.${key}`, value))
      : [],
  );
}

function holdsText(value: Json): boolean {
  return typeof value === "string" || (typeof value === "object" && value !== null);
}

/**
 * The exact text that the model received; since 2.1.332 the record contains it, unless there are
 * images in it.
 */
function renderedText(record: Json): string | null {
  const texts = array(member(record, "rendered")).flatMap((message) => {
    const content = member(message, "content");
    if (!Array.isArray(content)) return content === undefined ? [] : [saidIn(content)];
    return content
      .map((block) => saidIn(member(block, "text") ?? string(block)))
      .filter((one) => one !== "");
  });
  const bare = texts.map((one) => REMINDER.exec(one)?.[1] ?? one);
  return bare.length === 0 ? null : bare.join("\n");
}

/** The frame that tells Claude's models who wrote these words; here, `context` does that. */
const REMINDER = /^<system-reminder>\n([\s\S]*)\n<\/system-reminder>\s*$/;

export function isRendered(record: Json): boolean {
  return renderedText(record) !== null;
}

/** For hooks that succeeded, only those at the beginning of a session or a prompt are sent. */
function isQuietHook(type: string, attachment: Json): boolean {
  if (type !== "hook_success") return false;
  const event = field(attachment, "hookEvent");
  const speaks = ["SessionStart", "UserPromptSubmit", "UserPromptExpansion"].includes(event);
  return !speaks || field(attachment, "content") === "";
}

/** A file that the user mentioned. */
function readFile(attachment: Json): Part[] {
  const content = member(attachment, "content");
  const file = member(content, "file");
  const path = field(file, "filePath") || field(attachment, "filename");
  const data = string(member(file, "base64")) ?? null;
  const isOdd = isNested(member(attachment, "filename")) || isNested(member(file, "base64"));
  if (isOdd) return [otherPart("attachment/file", attachment)];
  switch (member(content, "type")) {
    case "text":
      return [text(framed("file", path, field(file, "content")))];
    case "image":
      return [
        text(framed("file", path, "")),
        { kind: "image", mediaType: field(file, "type") || "image/png", data },
      ];
    case "notebook": {
      const cells = otherPart("notebook", member(file, "cells") ?? null, { known: true });
      return [text(framed("file", path, "")), cells];
    }
    // The CLI only names it: the model must read it itself (2.1.197, 2.1.332 [run]).
    case "pdf":
      return [text(framed("file", path, "a PDF")), unread("base64", "unsent")];
    default:
      return [otherPart("attachment/file", attachment)];
  }
}

function readMcpResource(attachment: Json): Part[] {
  const head = `${field(attachment, "server")} ${field(attachment, "uri")}`;
  const contents = array(member(member(attachment, "content"), "contents"));
  const texts = contents.map((item) => saidIn(member(item, "text")));
  const parts = context(`resource ${head}`, ...texts);
  // Binary content is only named (2.1.197, 2.1.332 [run]).
  const hasBlob = contents.some((item) => isObject(item) && item.blob !== undefined);
  return hasBlob ? [...parts, unread("blob", "unsent")] : parts;
}

/** What a hook said, after the CLI's label for it. */
function hook(attachment: Json, what: string, texts: readonly string[]): TextPart[] {
  const label = `${field(attachment, "hookName")} hook ${what}: `;
  return context("hook", label + texts.join("\n"));
}

function lines(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.map(saidIn) : [saidIn(value)];
}

function field(value: Json | undefined, key: string): string {
  return saidIn(member(value, key));
}

/** Like the CLI, which marks each such text as not written by the user. */
function context(name: string, ...texts: string[]): TextPart[] {
  return [text(framed("context", name, texts.filter((one) => one !== "").join("\n")))];
}

function framed(tag: string, name: string, content: string): string {
  return `<${tag} name="${name}">\n${content}\n</${tag}>`;
}

function text(content: string): TextPart {
  return { kind: "text", text: content };
}
