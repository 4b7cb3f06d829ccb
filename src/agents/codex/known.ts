/** The line kinds and keys of Codex that this folder knows: those of 0.20 to 0.169. */

import type { Frames, Shape } from "../../session/codec.ts";
import { isObject, member, string } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";
import { by, CONTENT, keys } from "../shared/known.ts";
import { CARRY_TYPE } from "./records.ts";

const citation: Shape = keys("type start_index end_index index file_id container_id", {
  url: CONTENT,
  title: CONTENT,
  filename: CONTENT,
});

const LINE = "timestamp ordinal type";
const ITEM = "type id internal_chat_message_metadata_passthrough";
const TURN = "type turn_id root_turn_id";

/** In a message or a tool's output; text or a single item in place of the list is content, too. */
const content: Shape = {
  each: by("type", {
    input_text: keys("type", { text: CONTENT }),
    output_text: keys("type logprobs", { text: CONTENT, annotations: { each: citation } }),
    text: keys("type", { text: CONTENT }),
    refusal: keys("type", { refusal: CONTENT }),
    input_image: keys("type detail", { image_url: CONTENT, file_id: CONTENT }),
    input_audio: keys("type", { audio_url: CONTENT, file_id: CONTENT }),
    input_file: keys("type detail", {
      filename: CONTENT,
      file_data: CONTENT,
      file_url: CONTENT,
      file_id: CONTENT,
    }),
    encrypted_content: keys("type", { encrypted_content: CONTENT }),
  }),
};

const texts: Shape = { each: keys("type", { text: CONTENT }) };
const encrypted = { encrypted_content: CONTENT, encrypted_function_args: CONTENT } as const;
const call = `${ITEM} status name namespace call_id`;

/** Items of the Responses API: all of 0.169.0, and those of older versions. */
const ITEMS: Readonly<Record<string, Shape>> = {
  message: keys(`${ITEM} role status phase`, { content, ...encrypted }),
  agent_message: keys(ITEM, { author: CONTENT, recipient: CONTENT, content }),
  reasoning: keys(`${ITEM} status`, {
    summary: texts,
    content: texts,
    encrypted_content: CONTENT,
  }),
  function_call: keys(call, { arguments: CONTENT, ...encrypted }),
  function_call_output: keys(call, { output: content }),
  custom_tool_call: keys(call, { input: CONTENT, ...encrypted }),
  custom_tool_call_output: keys(call, { output: content }),
  local_shell_call: keys(call, { action: CONTENT, ...encrypted }),
  web_search_call: keys(call, { action: CONTENT, ...encrypted }),
  tool_search_call: keys(`${call} execution`, { arguments: CONTENT, ...encrypted }),
  tool_search_output: keys(`${call} execution`, { tools: CONTENT }),
  image_generation_call: keys(`${ITEM} status`, {
    revised_prompt: CONTENT,
    result: CONTENT,
    ...encrypted,
  }),
  compaction: keys(ITEM, encrypted),
  compaction_summary: keys(ITEM, encrypted),
  context_compaction: keys(ITEM, encrypted),
  // What the harness records for itself, and the tools that it offers.
  additional_tools: keys(`${ITEM} role tools`),
  compaction_trigger: keys(ITEM),
  configuration_update: keys(`${ITEM} reasoning`),
  ghost_snapshot: keys(`${ITEM} ghost_commit`),
  other: keys(ITEM),
};

/** Items of a turn as the screen shows it: their kinds, not their contents. */
const TURN_ITEMS = [
  "UserMessage",
  "AgentMessage",
  "Reasoning",
  "CommandExecution",
  "FileChange",
  "McpToolCall",
  "WebSearch",
  "ImageView",
  "CollabAgentToolCall",
  "SubAgentActivity",
  "ContextCompaction",
  "Plan",
  "HookPrompt",
  "DynamicToolCall",
  "Sleep",
  "ImageGeneration",
  "EnteredReviewMode",
  "ExitedReviewMode",
  "FunctionCallOutput",
  "Extension",
];

/** Events that the model is not sent, or that repeat an item: their kinds, not their contents. */
const SCREEN_EVENTS =
  "context_compacted web_search_end mcp_tool_call_end exec_command_end error warning auth_recovery_started auth_recovery_completed guardian_warning " +
  "realtime_conversation_started realtime_conversation_realtime " +
  "realtime_conversation_closed realtime_conversation_sdp model_reroute " +
  "model_verification turn_moderation_metadata safety_buffering " +
  "agent_reasoning_raw_content agent_reasoning_section_break session_configured " +
  "environment_connected environment_disconnected thread_goal_updated " +
  "thread_queue_changed mcp_startup_update mcp_startup_complete mcp_tool_call_begin " +
  "web_search_begin image_generation_begin image_generation_end exec_command_begin " +
  "exec_command_output_delta terminal_interaction view_image_tool_call " +
  "exec_approval_request request_permissions request_user_input " +
  "dynamic_tool_call_request dynamic_tool_call_response elicitation_request " +
  "elicitation_abandoned apply_patch_approval_request guardian_assessment " +
  "deprecation_notice stream_error patch_apply_begin patch_apply_updated turn_diff " +
  "realtime_conversation_list_voices_response plan_update shutdown_complete " +
  "entered_review_mode exited_review_mode raw_response_item raw_response_completed " +
  "item_started hook_started hook_completed agent_message_content_delta plan_delta " +
  "reasoning_content_delta reasoning_raw_content_delta collab_agent_spawn_begin " +
  "collab_agent_spawn_end collab_agent_interaction_begin collab_agent_interaction_end " +
  "collab_waiting_begin collab_waiting_end collab_close_begin collab_close_end " +
  "collab_resume_begin collab_resume_end sub_agent_activity thread_name_updated " +
  "undo_completed background_event";

const event: Shape = by("type", {
  ...Object.fromEntries(SCREEN_EVENTS.split(" ").map((type) => [type, true as const])),
  user_message: keys("type message images local_images local_audio text_elements kind"),
  agent_message: keys("type message phase memory_citation"),
  agent_reasoning: keys("type text"),
  item_completed: keys("type thread_id turn_id started_at_ms completed_at_ms", {
    item: by("type", Object.fromEntries(TURN_ITEMS.map((type) => [type, true as const]))),
  }),
  patch_apply_end: keys("type call_id turn_id stdout stderr success changes status"),
  thread_rolled_back: keys("type num_turns"),
  task_started: keys(
    `${TURN} turn_attribution started_at model_context_window collaboration_mode_kind`,
  ),
  task_complete: keys(
    `${TURN} last_agent_message started_at completed_at duration_ms time_to_first_token_ms error`,
  ),
  turn_aborted: keys(`${TURN} reason started_at completed_at duration_ms`),
  thread_settings_applied: keys("type thread_id thread_settings"),
  token_count: keys("type info rate_limits"),
});

const meta = keys(
  "account_scoped session_id id timestamp cwd runtime_workspace_roots originator cli_version " +
    "source thread_source model_provider history_mode context_window forked_from_id " +
    "forked_from_ordinal_exclusive history_base multi_agent_version instructions " +
    "parent_thread_id agent_nickname agent_path agent_role attached_thread creator_account_id " +
    "creator_user_id dynamic_tools memory_mode selected_capability_roots " +
    "subagent_history_start_ordinal",
  {
    base_instructions: keys("text provenance"),
    git: keys("commit_hash branch repository_url"),
  },
);

const turnContext = keys(
  "turn_id root_turn_id disabled_plugin_ids cwd approval_policy approvals_reviewer " +
    "permission_profile model comp_hash collaboration_mode multi_agent_version realtime_active " +
    "summary sandbox_policy current_date timezone personality truncation_policy workspace_roots " +
    "effort active_permission_profile cyber_access_program direct_only_tool_namespaces",
);

const compacted = keys(
  "guardian_history mcp_resource_origins replacement_history_metadata retained_context window_number first_window_id " +
    "previous_window_id window_id compaction_response_id latest_token_usage_record resume_metadata",
  { message: CONTENT, replacement_history: { each: by("type", ITEMS) } },
);

const ENVELOPES: Readonly<Record<string, Shape>> = {
  session_meta: keys(LINE, { payload: meta }),
  response_item: keys(`${LINE} metadata`, { payload: by("type", ITEMS) }),
  event_msg: keys(LINE, { payload: event }),
  turn_context: keys(LINE, { payload: turnContext }),
  compacted: keys(LINE, { payload: compacted }),
  world_state: keys(LINE, { payload: keys("full state") }),
  token_usage_record: keys(LINE, {
    payload: keys(
      "thread_id turn_id session_id root_turn_id response_id usage turn_token_usage " +
        "thread_token_usage",
    ),
  }),
  inter_agent_communication: keys(LINE, {
    payload: keys(`${ITEM} trigger_turn`, {
      author: CONTENT,
      recipient: CONTENT,
      other_recipients: CONTENT,
      content: CONTENT,
      ...encrypted,
    }),
  }),
  inter_agent_communication_metadata: keys(`${LINE} payload`),
  dynamic_tools_updated: keys(`${LINE} payload`),
  retained_context: keys(`${LINE} payload`),
  security_risk_score: keys(`${LINE} payload`),
  realtime_item: keys(`${LINE} payload`),
  [CARRY_TYPE]: true,
};

/** Up to 0.31, lines have no envelope, and the first and some others no type either. */
function nameOf(line: Json): string {
  const type = string(member(line, "type"));
  if (type !== undefined) return type;
  if (string(member(line, "record_type")) === "state") return "(state)";
  if (string(member(line, "thread_name")) !== undefined) return "(title)";
  return isObject(line) && typeof line.id === "string" ? "(opening)" : "";
}

export const known: Shape = {
  name: nameOf,
  of: {
    ...ITEMS,
    ...ENVELOPES,
    "(opening)": keys("id timestamp instructions git"),
    "(state)": keys("record_type"),
    // For session_index.jsonl, which contains titles.
    "(title)": keys("id thread_name updated_at"),
  },
};

/** What its tools put before an output, and its CLI around an attached image. */
export const frames: Frames = {
  around: [
    [/^(?:[A-Z][A-Za-z ]*: .*\n|Process exited with code .*\n)+Output:\n/, ""],
    [/^<image(?: name=\[Image #\d+\](?: path="([^"\n]*)")?)?>$|^<\/image>$/, "$1"],
  ],
};
