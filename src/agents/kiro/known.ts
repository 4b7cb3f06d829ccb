/** The records of Kiro CLI 2 and of its predecessors that this folder knows. `segue check` lists others. */
import type { Frames, Shape } from "../../session/codec.ts";
import { by, byKey, CONTENT, keys } from "../shared/known.ts";
import { unwrap } from "./records.ts";

const image = keys("format source");

const said: Shape = by("kind", {
  text: keys("kind", { data: CONTENT }),
  json: keys("kind", { data: CONTENT }),
  image: keys("kind", { data: image }),
});

const block: Shape = by("kind", {
  text: keys("kind", { data: CONTENT }),
  image: keys("kind", { data: image }),
  thinking: keys("kind", {
    data: keys("signature redactedContent modelId", { text: CONTENT }),
  }),
  toolUse: keys("kind", { data: keys("toolUseId", { name: CONTENT, input: CONTENT }) }),
  toolResult: keys("kind", { data: keys("toolUseId status", { content: { each: said } }) }),
});

const meta = keys("timestamp", { additionalContext: CONTENT });

const message = keys("message_id segue_filler", { content: { each: block }, meta });

/** What the model is sent; `results` says the same for the screen, and `messages_snapshot` repeats messages. */
const log = by("kind", {
  Prompt: keys("version kind", { data: message }),
  AssistantMessage: keys("version kind", { data: message }),
  ToolResults: keys("version kind", {
    data: keys("message_id results", { content: { each: block } }),
  }),
  Compaction: keys("version kind", {
    data: keys("strategy messages_snapshot", { summary: CONTENT }),
  }),
  ResetTo: keys("version kind data"),
  CancelledPrompt: keys("version kind data"),
  Clear: keys("version kind data"),
});

const result = keys("tool_use_id status", {
  content: {
    each: byKey({ Text: keys("", { Text: CONTENT }), Json: keys("", { Json: CONTENT }) }),
  },
});

const asked = byKey({
  Prompt: keys("", { Prompt: keys("", { prompt: CONTENT }) }),
  ToolUseResults: keys("", { ToolUseResults: keys("", { tool_use_results: { each: result } }) }),
  CancelledToolUses: keys("", {
    CancelledToolUses: keys("", { prompt: CONTENT, tool_use_results: { each: result } }),
  }),
});

const call = keys("id orig_name orig_args", { name: CONTENT, args: CONTENT });

const answered = byKey({
  Response: keys("", { Response: keys("message_id", { content: CONTENT }) }),
  ToolUse: keys("", {
    ToolUse: keys("message_id", { content: CONTENT, tool_uses: { each: call } }),
  }),
});

const exchange = keys("request_metadata", {
  user: keys("env_context timestamp images", { additional_context: CONTENT, content: asked }),
  assistant: answered,
});

const session = keys(
  `session_id cwd created_at title session_created_reason parent_session_id exported_from_v1
  imported_from`.replace(/\s+/g, " "),
);

const conversation = keys(
  `key conversation_id created_at model model_info mcp_enabled file_line_tracker
  checkpoint_manager`.replace(/\s+/g, " "),
);

const turn = keys(
  `loop_id result message_ids total_request_count number_of_cycles builtin_tool_uses turn_duration end_reason
  end_timestamp input_token_count output_token_count cache_read_input_token_count cache_write_input_token_count
  model assistant_response_length request_attempts context_usage_percentage final_context_usage_percentage
  metering_usage user_prompt_length`.replace(/\s+/g, " "),
);

export const known: Shape = {
  name: (value) => {
    const { kind } = unwrap(value);
    return kind === "other" ? "record" : kind;
  },
  of: {
    session: keys("", { session }),
    log,
    carry: keys("version kind data"),
    turn: keys("", { turn }),
    line: keys("file line base64 torn"),
    conversation: keys("", { conversation }),
    summary: keys("", { summary: CONTENT }),
    exchange: keys("", { exchange }),
  },
};

/** How a command ended: a part has the code. */
export const frames: Frames = { ends: /^(?:exit (?:status|code): )?-?\d+$/ };
