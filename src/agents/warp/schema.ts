/** The messages of a task: warpdotdev/warp-proto-apis, apis/multi_agent/v1/task.proto at 00f7916. */
import type { Field, Schema } from "./wire.ts";

const text = (name: string): Field => ({ name, of: "text" });
const texts = (name: string): Field => ({ name, of: "text", many: true });
const number = (name: string): Field => ({ name, of: "number" });
const flag = (name: string): Field => ({ name, of: "flag" });
const bytes = (name: string): Field => ({ name, of: "bytes" });
const one = (name: string, of: Schema): Field => ({ name, of });
const many = (name: string, of: Schema): Field => ({ name, of, many: true });

const NOTHING: Schema = {};
const PAYLOAD: Schema = { 1: text("payload") };
const ERROR: Schema = { 1: text("message") };
const TIME: Schema = { 1: number("seconds"), 2: number("nanos") };
const LINES: Schema = { 1: number("start"), 2: number("end") };
const FILE: Schema = { 1: text("file_path"), 2: text("content"), 3: one("line_range", LINES) };
const DOCUMENT: Schema = {
  1: text("document_id"),
  2: text("content"),
  3: one("line_range", LINES),
};
const RAW_IMAGE: Schema = {
  1: bytes("data"),
  2: text("mime_type"),
  3: number("width"),
  4: number("height"),
};
const RESOURCE: Schema = {
  1: text("uri"),
  2: one("text", { 1: text("content"), 2: text("mime_type") }),
  3: one("binary", { 1: text("data"), 2: text("mime_type") }),
};
const ANY_FILE: Schema = {
  5: one("binary_content", { 1: text("file_path"), 4: bytes("data") }),
  6: one("text_content", FILE),
};

/** google.protobuf.Struct */
const STRUCT: Schema = () => ({ 1: many("fields", { 1: text("key"), 2: one("value", VALUE) }) });
const VALUE: Schema = () => ({
  1: number("null_value"),
  2: { name: "number_value", of: "double" },
  3: text("string_value"),
  4: flag("bool_value"),
  5: one("struct_value", STRUCT),
  6: one("list_value", { 1: many("values", VALUE) }),
});

const CALL: Schema = {
  1: text("tool_call_id"),
  2: one("run_shell_command", {
    1: text("command"),
    2: flag("is_read_only"),
    3: flag("uses_pager"),
    4: { name: "citations", of: "bytes", many: true },
    5: flag("is_risky"),
    6: flag("wait_until_complete"),
    7: number("risk_category"),
  }),
  3: one("search_codebase", {
    1: text("query"),
    2: texts("path_filters"),
    3: text("codebase_path"),
  }),
  4: one("server", PAYLOAD),
  5: one("read_files", { 1: many("files", { 1: text("name"), 2: many("line_ranges", LINES) }) }),
  6: one("apply_file_diffs", {
    1: text("summary"),
    2: many("diffs", { 1: text("file_path"), 2: text("search"), 3: text("replace") }),
    3: many("new_files", { 1: text("file_path"), 2: text("content") }),
    4: many("deleted_files", { 1: text("file_path") }),
    5: many("v4a_updates", {
      1: text("file_path"),
      2: text("move_to"),
      3: many("hunks", {
        1: texts("change_context"),
        2: text("pre_context"),
        3: text("old"),
        4: text("new"),
        5: text("post_context"),
      }),
    }),
  }),
  7: one("suggest_plan", {
    1: text("summary"),
    2: many("proposed_tasks", { 1: text("id"), 2: text("description") }),
  }),
  8: one("suggest_create_plan", NOTHING),
  9: one("grep", { 1: texts("queries"), 2: text("path") }),
  10: one("file_glob", { 1: texts("patterns"), 2: text("path") }),
  11: one("read_mcp_resource", { 1: text("uri"), 2: text("server_id") }),
  12: one("call_mcp_tool", { 1: text("name"), 2: one("args", STRUCT), 3: text("server_id") }),
  13: one("write_to_long_running_shell_command", {
    1: text("input"),
    2: bytes("mode"),
    3: text("command_id"),
  }),
  14: one("suggest_new_conversation", { 1: text("message_id") }),
  15: one("file_glob_v2", {
    1: texts("patterns"),
    2: text("search_dir"),
    3: number("max_matches"),
    4: number("max_depth"),
    5: number("min_depth"),
  }),
  16: one("suggest_prompt", {
    1: one("inline_query_banner", { 1: text("title"), 2: text("description"), 3: text("query") }),
    2: one("prompt_chip", { 1: text("prompt"), 2: text("label") }),
  }),
  17: one("open_code_review", NOTHING),
  18: one("init_project", NOTHING),
  19: one("subagent", { 1: text("task_id"), 2: text("payload") }),
  20: one("read_documents", {
    1: many("documents", { 1: text("document_id"), 2: many("line_ranges", LINES) }),
  }),
  21: one("edit_documents", {
    1: many("diffs", { 1: text("document_id"), 2: text("search"), 3: text("replace") }),
  }),
  22: one("create_documents", {
    1: many("new_documents", { 1: text("content"), 2: text("title") }),
  }),
  23: one("read_shell_command_output", {
    1: text("command_id"),
    2: one("duration", TIME),
    3: one("on_completion", NOTHING),
  }),
  24: one("use_computer", {
    1: { name: "actions", of: "bytes", many: true },
    2: bytes("post_actions_screenshot_params"),
    3: text("action_summary"),
  }),
  25: one("insert_review_comments", {
    1: text("repo_path"),
    2: { name: "comments", of: "bytes", many: true },
    3: text("base_branch"),
  }),
  26: one("read_skill", { 1: text("skill_path"), 2: text("bundled_skill_id"), 3: text("name") }),
  27: one("request_computer_use", { 1: text("task_summary"), 2: bytes("screenshot_params") }),
  28: one("fetch_conversation", { 1: text("conversation_id") }),
  29: one("start_agent", {
    1: text("name"),
    2: text("prompt"),
    3: bytes("lifecycle_subscription"),
  }),
  30: one("send_message_to_agent", {
    1: texts("addresses"),
    2: text("subject"),
    3: text("message"),
  }),
  31: one("transfer_shell_command_control_to_user", { 1: text("reason") }),
};

const FINISHED: Schema = { 1: text("output"), 2: number("exit_code"), 3: text("command_id") };

/** A command that is still running: attachment.proto at 00cd1cd. */
const SNAPSHOT: Schema = {
  1: text("output"),
  2: text("cursor"),
  3: text("command_id"),
  4: flag("is_alt_screen_active"),
  5: flag("is_preempted"),
  6: bytes("activity"),
};
const LOST: Schema = { 1: one("command_not_found", NOTHING) };
const SEEN: Schema = {
  1: one("long_running_command_snapshot", SNAPSHOT),
  2: one("command_finished", FINISHED),
  3: one("error", LOST),
};

function documents(name: string): Schema {
  return { 1: one("success", { 1: many(name, DOCUMENT) }), 2: one("error", ERROR) };
}

const RESULT: Schema = {
  1: text("tool_call_id"),
  11: bytes("context"),
  2: one("run_shell_command", {
    3: text("command"),
    4: one("long_running_command_snapshot", SNAPSHOT),
    5: one("command_finished", FINISHED),
    6: one("permission_denied", { 1: one("denylisted_command", NOTHING) }),
    1: text("output"),
    2: number("exit_code"),
  }),
  3: one("search_codebase", {
    1: one("success", { 1: many("files", FILE) }),
    2: one("error", ERROR),
  }),
  4: one("server", { 1: text("serialized_result") }),
  5: one("read_files", {
    1: one("text_files_success", { 1: many("files", FILE) }),
    3: one("any_files_success", { 1: many("files", ANY_FILE) }),
    2: one("error", ERROR),
  }),
  6: one("apply_file_diffs", {
    1: one("success", {
      1: many("updated_files", FILE),
      2: many("updated_files_v2", { 1: one("file", FILE), 2: flag("was_edited_by_user") }),
      3: many("deleted_files", { 1: text("file_path") }),
    }),
    2: one("error", ERROR),
  }),
  7: one("suggest_plan", {
    1: one("accepted", NOTHING),
    2: one("user_edited_plan", { 1: text("plan_text") }),
  }),
  8: one("suggest_create_plan", { 1: flag("accepted") }),
  9: one("grep", {
    1: one("success", {
      1: many("matched_files", {
        1: text("file_path"),
        2: many("matched_lines", { 1: number("line_number") }),
      }),
    }),
    2: one("error", ERROR),
  }),
  10: one("file_glob", {
    1: one("success", { 1: text("matched_files") }),
    2: one("error", ERROR),
  }),
  14: one("cancel", NOTHING),
  15: one("read_mcp_resource", {
    1: one("success", { 1: many("contents", RESOURCE) }),
    2: one("error", ERROR),
  }),
  16: one("call_mcp_tool", {
    1: one("success", {
      1: many("results", {
        1: one("text", { 1: text("text") }),
        2: one("image", { 1: text("data"), 2: text("mime_type") }),
        3: one("resource", RESOURCE),
      }),
    }),
    2: one("error", ERROR),
  }),
  17: one("write_to_long_running_shell_command", SEEN),
  18: one("suggest_new_conversation", {
    1: one("accepted", { 1: text("message_id") }),
    2: one("rejected", NOTHING),
  }),
  19: one("file_glob_v2", {
    1: one("success", {
      1: many("matched_files", { 1: text("file_path") }),
      2: text("warnings"),
    }),
    2: one("error", ERROR),
  }),
  20: one("suggest_prompt", { 1: one("accepted", NOTHING), 2: one("rejected", NOTHING) }),
  21: one("open_code_review", NOTHING),
  22: one("init_project", NOTHING),
  23: one("subagent", PAYLOAD),
  24: one("read_documents", documents("documents")),
  25: one("edit_documents", documents("updated_documents")),
  26: one("create_documents", documents("created_documents")),
  27: one("read_shell_command_output", {
    1: text("command"),
    2: one("long_running_command_snapshot", SNAPSHOT),
    3: one("command_finished", FINISHED),
    4: one("error", LOST),
  }),
  28: one("use_computer", {
    1: one("success", { 1: one("screenshot", RAW_IMAGE), 2: bytes("cursor_position") }),
    2: one("error", ERROR),
  }),
  29: one("insert_review_comments", {
    1: text("repo_path"),
    2: one("success", NOTHING),
    3: one("error", ERROR),
  }),
  30: one("read_skill", { 1: one("success", { 1: one("content", FILE) }), 2: one("error", ERROR) }),
  31: one("request_computer_use_result", {
    1: one("approved", {
      1: bytes("screen_dimensions"),
      2: one("initial_screenshot", RAW_IMAGE),
      3: number("platform"),
    }),
    2: one("rejected", NOTHING),
    3: one("error", ERROR),
  }),
  32: one("fetch_conversation", {
    1: one("success", { 2: text("directory_path") }),
    2: one("error", ERROR),
  }),
  33: one("start_agent", {
    1: one("success", { 1: text("agent_id") }),
    2: one("error", { 1: text("error") }),
  }),
  34: one("send_message_to_agent", {
    1: one("success", { 1: text("message_id") }),
    2: one("error", ERROR),
  }),
  35: one("transfer_shell_command_control_to_user", SEEN),
};

const COMMAND: Schema = {
  1: text("command"),
  2: text("output"),
  3: number("exit_code"),
  4: text("command_id"),
  5: one("started_ts", TIME),
  6: one("finished_ts", TIME),
  7: flag("is_auto_attached"),
};

/** What goes with a prompt: input_context.proto at 0724788. Images are in base64, says a comment there. */
const CONTEXT: Schema = {
  1: bytes("directory"),
  2: bytes("operating_system"),
  3: bytes("shell"),
  4: one("current_time", TIME),
  5: many("executed_shell_commands", COMMAND),
  6: many("selected_text", { 1: text("text") }),
  7: many("images", { 1: text("data"), 2: text("mime_type") }),
  8: { name: "codebases", of: "bytes", many: true },
  9: many("files", { 1: one("content", FILE) }),
  10: many("project_rules", { 1: text("file_path"), 2: text("content") }),
};

/** attachment.proto at 00cd1cd; the others are kept as bytes. */
const ATTACHMENT: Schema = {
  1: text("plain_text"),
  2: one("executed_shell_command", COMMAND),
  3: bytes("running_shell_command"),
  4: bytes("drive_object"),
  5: bytes("diff_hunk"),
  6: bytes("diff_set"),
  7: one("document_content", DOCUMENT),
  8: one("file_path_reference", { 1: text("file_path") }),
};

const QUERY: Schema = {
  1: text("query"),
  2: one("context", CONTEXT),
  3: many("referenced_attachments", { 1: text("key"), 2: one("value", ATTACHMENT) }),
  4: bytes("mode"),
  5: number("intended_agent"),
};

const MESSAGE: Schema = {
  1: text("id"),
  11: text("task_id"),
  13: text("request_id"),
  14: one("timestamp", TIME),
  7: text("server_message_data"),
  8: { name: "citations", of: "bytes", many: true },
  2: one("user_query", QUERY),
  3: one("agent_output", { 1: text("text") }),
  4: one("tool_call", CALL),
  5: one("tool_call_result", RESULT),
  6: one("server_event", PAYLOAD),
  9: one("system_query", {
    1: one("auto_code_diff", { 1: text("query") }),
    3: one("resume_conversation", NOTHING),
    4: bytes("generate_passive_suggestions"),
    5: one("create_new_project", { 1: text("query") }),
    6: one("clone_repository", { 1: text("url") }),
    7: one("summarize_conversation", { 1: text("prompt") }),
    8: bytes("fetch_review_comments"),
    2: bytes("context"),
  }),
  10: bytes("update_todos"),
  15: one("agent_reasoning", { 1: text("reasoning"), 2: bytes("finished_duration") }),
  16: one("summarization", {
    1: one("conversation_summary", { 1: text("summary"), 2: number("token_count") }),
    2: bytes("finished_duration"),
    3: one("tool_call_result_summary", NOTHING),
  }),
  17: bytes("code_review"),
  18: bytes("update_review_comments"),
  19: bytes("web_search"),
  20: bytes("web_fetch"),
  21: one("debug_output", { 1: text("text") }),
  22: bytes("artifact_event"),
  23: one("invoke_skill", { 1: bytes("skill"), 2: one("user_query", QUERY) }),
  24: bytes("messages_received_from_agents"),
  25: one("model_used", {
    1: text("model_id"),
    2: text("model_display_name"),
    3: flag("is_fallback"),
  }),
  26: bytes("events_from_agents"),
};

export const TASK: Schema = {
  1: text("id"),
  2: text("description"),
  3: one("dependencies", { 1: text("parent_task_id") }),
  5: many("messages", MESSAGE),
  6: text("summary"),
  8: text("server_data"),
};
