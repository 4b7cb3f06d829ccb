/** The records and keys of Zed's threads, as its source has them: README.md names the commits. */
import type { Frames, Shape } from "../../session/codec.ts";
import { isObject } from "../../session/json.ts";
import { by, byKey, CONTENT, keys } from "../shared/known.ts";
import { formOf, unwrap } from "./records.ts";

const image = keys("size", { source: CONTENT });

const use = keys("id raw_input is_input_complete thought_signature", {
  name: CONTENT,
  input: CONTENT,
});

const item: Shape = {
  name: (value) => (isObject(value) ? "item" : "text"),
  of: {
    text: CONTENT,
    item: keys("type size", { Text: CONTENT, Image: image, text: CONTENT, image, source: CONTENT }),
  },
};

const content: Shape = {
  name: (value) => (Array.isArray(value) ? "" : "one"),
  of: { "": { each: item }, one: item },
};

const result = keys("tool_use_id tool_name is_error output", { content });

/** By the calls' ids. */
const results: Shape = { name: () => "", of: { "": true } };

const user = keys("id", {
  content: {
    each: byKey({
      Text: keys("", { Text: CONTENT }),
      Image: keys("", { Image: image }),
      Mention: keys("", { Mention: keys("uri", { content: CONTENT }) }),
    }),
  },
});

const agent = keys("reasoning_details", {
  tool_results: results,
  content: {
    each: byKey({
      Text: keys("", { Text: CONTENT }),
      Thinking: keys("", { Thinking: keys("signature", { text: CONTENT }) }),
      RedactedThinking: keys("RedactedThinking"),
      ToolUse: keys("", { ToolUse: use }),
    }),
  },
});

const older = keys("id role creases is_hidden", {
  text: CONTENT,
  context: CONTENT,
  segments: {
    each: by("type", {
      text: keys("type", { text: CONTENT }),
      thinking: keys("type signature", { text: CONTENT }),
      RedactedThinking: keys("type data"),
    }),
  },
  tool_uses: { each: keys("id", { name: CONTENT, input: CONTENT }) },
  tool_results: { each: result },
});

const DATA =
  `title summary updated_at detailed_summary initial_project_snapshot cumulative_token_usage
  request_token_usage model profile imported subagent_context speed thinking_enabled thinking_effort draft_prompt
  ui_scroll_position sandboxed_terminal_temp_dir version completion_mode detailed_summary_state
  tool_use_limit_reached exceeded_window_error`.replace(/\s+/g, " ");

const message: Shape = {
  name: (value) => formOf(value) ?? "unknown",
  of: {
    User: keys("", { User: user }),
    Agent: keys("", { Agent: agent }),
    Resume: true,
    Compaction: keys("", { Compaction: keys("ProviderNative", { Summary: CONTENT }) }),
    older,
  },
};

export const known: Shape = {
  name: (record) => unwrap(record).kind,
  of: {
    thread: keys("blob", {
      thread: keys(
        "id parent_id folder_paths folder_paths_order summary updated_at created_at data_type",
      ),
      data: keys(DATA, { messages: { each: message } }),
    }),
    message: keys("", { message }),
  },
};

/** What the terminal puts around a command's output, and says in place of it. */
export const frames: Frames = {
  around: [
    [/^(?:Command "[\s\S]*?" failed with exit code \d+\.\n\n)?```\n([\s\S]*)\n```$/, "$1"],
    [/^Command executed successfully\.$|^Command "[\s\S]*" failed with exit code \d+\.$/, ""],
  ],
};
