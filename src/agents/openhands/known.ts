/** The events and keys of OpenHands 1.16.0 (SDK 1.21.0), from its types. The SDK refuses keys that it does not know. */
import type { Frames, Shape } from "../../session/codec.ts";
import { printed } from "../../session/json.ts";
import { blocks, by, CONTENT, keys } from "../shared/known.ts";
import { unwrap } from "./records.ts";

const EVENT = "id timestamp source kind";
const text = keys("type cache_prompt enable_truncation", { text: CONTENT });
const item = by("type", {
  text,
  image: keys("type cache_prompt", { image_urls: { each: CONTENT } }),
});

/** A list of texts and images; a text stands for one. */
const content = blocks(item);

const thinking = by("type", {
  thinking: keys("type", { thinking: CONTENT, signature: CONTENT }),
  redacted_thinking: keys("type", { data: CONTENT }),
});
const reasoning = {
  reasoning_content: CONTENT,
  thinking_blocks: { each: thinking },
  responses_reasoning_item: keys("id status", {
    summary: { each: CONTENT },
    content: { each: CONTENT },
    encrypted_content: CONTENT,
  }),
} satisfies Readonly<Record<string, Shape>>;

const call = keys("id responses_item_id origin", { name: CONTENT, arguments: CONTENT });

const metadata = keys("exit_code pid username hostname", {
  prefix: CONTENT,
  suffix: CONTENT,
  working_dir: CONTENT,
  py_interpreter_path: CONTENT,
});

const RESULT = "is_error kind";
const plain = { content } satisfies Readonly<Record<string, Shape>>;
const observation = by("kind", {
  TerminalObservation: keys(`${RESULT} command exit_code timeout full_output_save_dir`, {
    content,
    metadata,
  }),
  FileEditorObservation: keys(`${RESULT} command path prev_exist old_content new_content`, plain),
  PlanningFileEditorObservation: keys(
    `${RESULT} command path prev_exist old_content new_content`,
    plain,
  ),
  TaskTrackerObservation: keys(`${RESULT} command task_list`, plain),
  TaskObservation: keys(RESULT, { content, task_id: CONTENT, subagent: CONTENT, status: CONTENT }),
  DelegateObservation: keys(`${RESULT} command`, plain),
  MCPToolObservation: keys(`${RESULT} tool_name`, plain),
  FinishObservation: keys(RESULT, plain),
  ThinkObservation: keys(RESULT, plain),
  InvokeSkillObservation: keys(`${RESULT} skill_name`, plain),
  GlobObservation: keys(`${RESULT} files pattern search_path truncated`, plain),
  GrepObservation: keys(`${RESULT} matches pattern search_path include_pattern truncated`, plain),
  ApplyPatchObservation: keys(`${RESULT} message fuzz commit`, plain),
  BrowserObservation: keys(`${RESULT} full_output_save_dir`, { content, screenshot_data: CONTENT }),
});

const message = keys("role tool_call_id name", {
  content,
  tool_calls: { each: call },
  ...reasoning,
});

const PAIR = `${EVENT} tool_name tool_call_id action_id`;

export const known: Shape = {
  name(record) {
    const stored = unwrap(record);
    if (stored.kind === "event") return printed(stored.event.kind ?? "");
    return stored.kind === "other" ? "unknown" : stored.kind;
  },
  of: {
    head: keys("", { base_state: keys("id", { workspace: keys("working_dir kind") }) }),
    file: true,
    SystemPromptEvent: keys(`${EVENT} tools`, { system_prompt: text, dynamic_context: text }),
    MessageEvent: keys(`${EVENT} llm_response_id activated_skills sender critic_result`, {
      llm_message: message,
      extended_content: content,
    }),
    ActionEvent: keys(
      `${EVENT} action tool_name tool_call_id llm_response_id security_risk critic_result summary`,
      { thought: content, tool_call: call, ...reasoning },
    ),
    ObservationEvent: keys(PAIR, { observation }),
    AgentErrorEvent: keys(PAIR, { error: CONTENT }),
    UserRejectObservation: keys(`${PAIR} rejection_source`, { rejection_reason: CONTENT }),
    Condensation: keys(`${EVENT} forgotten_event_ids summary_offset llm_response_id`, {
      summary: CONTENT,
    }),
    CondensationSummaryEvent: keys(EVENT, { summary: CONTENT }),
    // None of these is sent.
    CondensationRequest: true,
    ConversationErrorEvent: keys(`${EVENT} code detail`),
    ConversationStateUpdateEvent: true,
    PauseEvent: true,
    InterruptEvent: true,
    HookExecutionEvent: true,
    TokenEvent: true,
    LLMCompletionLogEvent: true,
    StreamingDeltaEvent: true,
    ACPToolCallEvent: true,
  },
};

/** What its terminal says of how a command ended. */
export const frames: Frames = {
  ends: /^\[The command completed with exit code -?\d+\.\]$/,
};
