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
  7: one("suggest_plan", { 1: text("summary") }),
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
  15: one("file_glob_v2", {
    1: texts("patterns"),
    2: text("search_dir"),
    3: number("max_matches"),
    4: number("max_depth"),
    5: number("min_depth"),
  }),
  19: one("subagent", { 1: text("task_id"), 2: text("payload") }),
  23: one("read_shell_command_output", { 1: text("command_id") }),
  29: one("start_agent", { 1: text("name"), 2: text("prompt") }),
};

const FINISHED: Schema = { 1: text("output"), 2: number("exit_code"), 3: text("command_id") };

const RESULT: Schema = {
  1: text("tool_call_id"),
  11: bytes("context"),
  2: one("run_shell_command", {
    3: text("command"),
    4: bytes("long_running_command_snapshot"),
    5: one("command_finished", FINISHED),
    6: bytes("permission_denied"),
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
  16: one("call_mcp_tool", {
    1: one("success", {
      1: many("results", {
        1: one("text", { 1: text("text") }),
        2: one("image", { 1: text("data"), 2: text("mime_type") }),
        3: bytes("resource"),
      }),
    }),
    2: one("error", ERROR),
  }),
  19: one("file_glob_v2", {
    1: one("success", {
      1: many("matched_files", { 1: text("file_path") }),
      2: text("warnings"),
    }),
    2: one("error", ERROR),
  }),
  23: one("subagent", PAYLOAD),
  27: one("read_shell_command_output", {
    1: text("command"),
    2: bytes("long_running_command_snapshot"),
    3: one("command_finished", FINISHED),
    4: bytes("error"),
  }),
};

const QUERY: Schema = {
  1: text("query"),
  2: bytes("context"),
  3: { name: "referenced_attachments", of: "bytes", many: true },
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
