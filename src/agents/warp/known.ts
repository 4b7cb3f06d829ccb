/** The records and keys of Warp's conversations: those of its tables, and of schema.ts. */
import type { Shape } from "../../session/codec.ts";
import { byKey, CONTENT, keys } from "../shared/known.ts";
import { unwrap } from "./records.ts";

const BESIDE = "id task_id request_id timestamp server_message_data citations";

/** The shape of a message with this content. */
function holding(name: string, of: Shape): Shape {
  return keys(BESIDE, { [name]: of });
}

const file = keys("file_path line_range", { content: CONTENT });
const command = keys("exit_code command_id started_ts finished_ts is_auto_attached", {
  command: CONTENT,
  output: CONTENT,
});
const attachment = keys(
  "base64 running_shell_command drive_object diff_hunk diff_set file_path_reference",
  {
    plain_text: CONTENT,
    executed_shell_command: command,
    document_content: keys("document_id line_range", { content: CONTENT }),
  },
);
/** Rules of a project are read from its files again. */
const context = keys(
  "directory operating_system shell current_time codebases project_rules base64",
  {
    executed_shell_commands: { each: command },
    selected_text: { each: keys("", { text: CONTENT }) },
    images: { each: keys("mime_type", { data: CONTENT }) },
    files: { each: keys("", { content: file }) },
  },
);
const query = keys("mode intended_agent", {
  query: CONTENT,
  context,
  referenced_attachments: { each: keys("key base64", { value: attachment }) },
});
const told = keys("", { query: CONTENT, prompt: CONTENT, url: CONTENT });

const CALLS =
  `tool_call_id search_codebase read_files apply_file_diffs suggest_plan suggest_create_plan grep file_glob
  read_mcp_resource call_mcp_tool write_to_long_running_shell_command file_glob_v2 subagent read_shell_command_output
  start_agent server suggest_new_conversation suggest_prompt open_code_review init_project read_documents edit_documents
  create_documents use_computer insert_review_comments read_skill request_computer_use fetch_conversation
  send_message_to_agent transfer_shell_command_control_to_user`.replace(/\s+/g, " ");

const call = keys(CALLS, {
  run_shell_command: keys(
    "is_read_only uses_pager citations is_risky wait_until_complete risk_category",
    { command: CONTENT },
  ),
});

const finished = keys("exit_code command_id", { output: CONTENT });
const error = keys("", { message: CONTENT });
const success = keys("matched_files warnings updated_files_v2 deleted_files results", {
  files: { each: file },
  updated_files: { each: file },
});

const running = keys("cursor command_id is_alt_screen_active is_preempted activity", {
  output: CONTENT,
});
const seen = {
  command_finished: finished,
  long_running_command_snapshot: running,
};
const document = { each: keys("document_id line_range", { content: CONTENT }) };
const documents = keys("", {
  success: keys("", {
    documents: document,
    updated_documents: document,
    created_documents: document,
  }),
  error,
});
const BRIEF =
  "suggest_plan suggest_create_plan suggest_new_conversation suggest_prompt open_code_review init_project " +
  "read_mcp_resource use_computer insert_review_comments read_skill request_computer_use_result fetch_conversation " +
  "start_agent send_message_to_agent";

const result = keys(`tool_call_id context server cancel ${BRIEF}`, {
  run_shell_command: keys("permission_denied exit_code command", { ...seen, output: CONTENT }),
  read_shell_command_output: keys("command error", seen),
  write_to_long_running_shell_command: keys("error", seen),
  transfer_shell_command_control_to_user: keys("error", seen),
  read_documents: documents,
  edit_documents: documents,
  create_documents: documents,
  read_files: keys("any_files_success", {
    text_files_success: keys("", { files: { each: file } }),
    error,
  }),
  search_codebase: keys("", { success, error }),
  apply_file_diffs: keys("", { success, error }),
  grep: keys("", { success, error }),
  file_glob: keys("", { success, error }),
  file_glob_v2: keys("", { success, error }),
  call_mcp_tool: keys("", { success, error }),
  subagent: keys("", { payload: CONTENT }),
});

/** Content that is not passed on: what only the servers read, and what is shown. */
const UNSENT =
  "server_event update_todos code_review update_review_comments web_search web_fetch debug_output artifact_event messages_received_from_agents events_from_agents";

const message: Shape = byKey(
  {
    user_query: holding("user_query", query),
    agent_output: holding("agent_output", keys("", { text: CONTENT })),
    agent_reasoning: holding("agent_reasoning", keys("finished_duration", { reasoning: CONTENT })),
    tool_call: holding("tool_call", call),
    tool_call_result: holding("tool_call_result", result),
    system_query: holding(
      "system_query",
      keys("resume_conversation generate_passive_suggestions fetch_review_comments context", {
        auto_code_diff: told,
        create_new_project: told,
        clone_repository: told,
        summarize_conversation: told,
      }),
    ),
    summarization: holding(
      "summarization",
      keys("finished_duration tool_call_result_summary", {
        conversation_summary: keys("token_count", { summary: CONTENT }),
      }),
    ),
    invoke_skill: holding("invoke_skill", keys("skill", { user_query: query })),
    model_used: holding("model_used", keys("model_id model_display_name is_fallback")),
    ...Object.fromEntries(UNSENT.split(" ").map((name) => [name, holding(name, true)])),
  },
  BESIDE,
);

export const known: Shape = {
  name: (record) => unwrap(record).kind,
  of: {
    conversation: keys("", {
      conversation: keys("id conversation_id conversation_data last_modified_at summary"),
      about: keys("folder model started title root messages"),
    }),
    query: keys("", {
      query: keys(
        "id exchange_id conversation_id start_ts input working_directory output_status model_id planning_model_id coding_model_id",
      ),
    }),
    task: keys("", {
      task: keys(
        "id conversation_id task_id last_modified_at description dependencies summary server_data blob",
      ),
    }),
    message: keys("", { message }),
  },
};
