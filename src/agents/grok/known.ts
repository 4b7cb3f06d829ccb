/** What this folder knows of the records of Grok Build's sessions, as of 0.2.111. */
import type { Frames, Shape } from "../../session/codec.ts";
import { by, CONTENT, keys } from "../shared/known.ts";
import { unwrap } from "./records.ts";

const texts: Shape = {
  name: (value) => (typeof value === "string" ? "text" : ""),
  of: {
    text: CONTENT,
    "": {
      each: by("type", {
        text: keys("type", { text: CONTENT }),
        image: keys("type", { url: CONTENT }),
        summary_text: keys("type", { text: CONTENT }),
        reasoning_text: keys("type", { text: CONTENT }),
      }),
    },
  },
};

const call = keys("id", { name: CONTENT, arguments: CONTENT });

const item = by("type", {
  system: keys("type", { content: texts }),
  user: keys("type synthetic_reason cwd_generation prior_turn_interrupt prompt_index", {
    content: texts,
  }),
  assistant: keys("type model_id model_fingerprint system_fingerprint reasoning_effort", {
    content: texts,
    tool_calls: { each: call },
    reasoning: CONTENT,
    reasoning_content: CONTENT,
    raw_output: CONTENT,
  }),
  tool_result: keys("type tool_call_id", { content: texts, images: texts }),
  reasoning: keys("type id status encrypted_content", { summary: texts, content: texts }),
  backend_tool_call: keys("type", { kind: CONTENT }),
});

/** Form 0 of the chat history: messages as Chat Completions has them. */
const messageContent: Shape = {
  name: (value) => (typeof value === "string" ? "text" : ""),
  of: {
    text: CONTENT,
    "": {
      each: by("type", {
        text: keys("type", { text: CONTENT }),
        image_url: keys("type", { image_url: keys("detail", { url: CONTENT }) }),
      }),
    },
  },
};

const messageCall = keys("id type index", {
  function: keys("", { name: CONTENT, arguments: CONTENT }),
});

const message = by("role", {
  system: keys("role name", { content: messageContent }),
  user: keys("role name", { content: messageContent }),
  assistant: keys("role name model_id", {
    content: messageContent,
    tool_calls: { each: messageCall },
    reasoning_content: CONTENT,
  }),
  tool: keys("role name tool_call_id", { content: messageContent }),
});

/** What the CLI's screen is told; the model is sent the items. */
const NOTICES = `user_message_chunk agent_message_chunk agent_thought_chunk tool_call
tool_call_update plan available_commands_update current_mode_update config_option_update
session_info_update usage_update diff_review retry_state auto_compact_started
auto_compact_completed auto_compact_failed auto_compact_cancelled memory_flush_started
memory_flush_completed memory_dream_completed memory_session_saved auto_continue_completed
feedback_request relay_sync_status auto_recovery_started auto_recovery_exhausted hook_annotation
hook_execution hooks_changed plugins_changed plugin_updates_installed session_status
session_summary_generated session_recap session_recap_unavailable last_turn_summary
compaction_checkpoint rewind_marker task_completed subagent_spawned subagent_progress
subagent_finished task_backgrounded scheduled_task_created scheduled_task_fired
scheduled_task_deleted monitor_event model_auto_switched model_changed tool_call_delta_chunk
image_compressed image_dropped memory_files workflow_updated goal_updated pending_interaction
interaction_resolved turn_completed response_started reasoning_completed response_completed
segue_carry segue_continued`;

const update = by(
  "sessionUpdate",
  Object.fromEntries(NOTICES.split(/\s+/).map((type) => [type, true as const])),
);

export const known: Shape = {
  name: (record) => {
    const { kind } = unwrap(record);
    return kind === "item" && !Object.hasOwn(Object(record), "type") ? "message" : kind;
  },
  of: {
    summary: keys("summary"),
    item,
    message,
    update: keys("timestamp method", { params: keys("sessionId _meta", { update }) }),
    line: keys("file line base64 torn missing"),
  },
};

/** What is put around what was typed, before an output and before a summary. */
export const frames: Frames = {
  around: [
    [/^\s*<user_query>([\s\S]*)<\/user_query>\s*$/, "$1"],
    [/^exit: -?\d+(?:\n|$)/, ""],
    [
      /^This session is being continued from a previous conversation that ran out of context\. The summary below covers the earlier portion of the conversation\.\n\n/,
      "",
    ],
  ],
  ends: /^exit: -?\d+$/,
};
