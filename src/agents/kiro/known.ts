/** The records of Kiro CLI 2 and 3, of their predecessors and of Kiro's editor that this folder knows. `segue check` lists others. */
import type { Frames, Shape } from "../../session/codec.ts";
import { blocks, by, byKey, CONTENT, keys } from "../shared/known.ts";
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

/** Of Kiro CLI 3: what a folder, a file or a tool's call is named by is no content. */
const item = keys("uri id editing editable description", {
  name: CONTENT,
  content: CONTENT,
});
const attached = {
  images: { each: keys("mimeType mime_type uri", { data: CONTENT }) },
  documents: { each: keys("mimeType mime_type uri", { data: CONTENT, name: CONTENT }) },
};
const steering: Shape = {
  name: (value) => (typeof value === "string" ? "id" : Array.isArray(value) ? "list" : ""),
  of: { id: true, list: CONTENT, "": keys("id displayName scope", { content: CONTENT }) },
};

const OF_A_TURN = "type executionId subExecutionId _meta";

const payload = by("type", {
  user: keys("type source kind _meta", {
    content: CONTENT,
    contextItems: { each: item },
    ...attached,
  }),
  assistant: keys(
    `${OF_A_TURN} operationType reasoningSignature reasoningModelId reasoningRedactedContent`,
    { content: CONTENT },
  ),
  tool_call: keys(
    `${OF_A_TURN} toolCallId status title kind actionType filePath preSnapshotId postSnapshotId`,
    { toolName: CONTENT, args: CONTENT },
  ),
  tool_result: keys(`${OF_A_TURN} toolCallId success durationMs metadata`, { content: CONTENT }),
  system: keys("type", { content: CONTENT }),
  agent_note: keys("type", { content: CONTENT }),
  tool_revert: keys("type toolCallId"),
  error: keys("type code", { message: CONTENT, details: CONTENT }),
  mode_change: keys("type fromMode toMode reason"),
  session_event: keys("type category context"),
  // What they say stands in the call, and in its result.
  sub_agent_start: keys("type parentExecutionId subSessionId subAgentName prompt explanation"),
  sub_agent_complete: keys("type parentExecutionId subSessionId response status errorMessage"),
  sub_agent_progress: keys("type parentExecutionId subSessionId message"),
  steering_inclusion: keys(OF_A_TURN, { documents: { each: steering } }),
  turn_start: keys(OF_A_TURN),
  turn_end: keys(`${OF_A_TURN} stopReason stopDetails`),
  tombstone: keys("type kind effectiveFromMessageId metadata"),
  usage_summary: keys(`${OF_A_TURN} promptTurnSummaries elapsedTime status requestIds`),
  ContextualHookInvoked: keys(
    `${OF_A_TURN} hookId operationId name hookActionType status command exitCode`,
    { output: CONTENT },
  ),
  // A question, and what the user chose: the result of the call says so.
  pending_interaction: keys(`${OF_A_TURN} interactionType toolCallId question options`),
  interaction_resolved: keys(`${OF_A_TURN} toolCallId outcome selectedOption`),
  session_metadata: keys(`${OF_A_TURN} key value`),
  session_start: keys("type agentType steeringDocuments forcedRole messageId", {
    content: CONTENT,
    ...attached,
  }),
});

const metadata = keys(
  `schemaVersion dataModelVersion id workspacePaths rootPaths createdAt parentSessionId parentExecutionId
  repositories createdReason executionTarget modelId semanticReviewEnabled ftaEnabled workflowsEnabled
  specPlanEnabled specWorkflow specSkipClarificationEnabled steeringSupervisorEnabled _meta`.replace(
    /\s+/g,
    " ",
  ),
);

/** Of the editor before version 1: `editorState` is what the prompt looked like, `promptLogs` what was sent. */
const entryBlock = by("type", {
  text: keys("type", { text: CONTENT }),
  executionLog: keys("type text"),
  imageUrl: keys("type", { imageUrl: keys("", { url: CONTENT }) }),
  mention: CONTENT,
});
const entry = keys("executionId editorState promptLogs", {
  message: keys("role id", { content: blocks(entryBlock) }),
  contextItems: { each: item },
});
const step = keys("type id state time success", {
  name: CONTENT,
  input: CONTENT,
  output: CONTENT,
});
const document =
  "sessionId title dateCreated workspaceDirectory workspacePath selectedModel sessionType " +
  "executionId actionId context validations metadata";

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
    payload: keys("id timestamp", { payload }),
    metadata: keys("", { metadata }),
    editor: keys("", { editor: keys(document) }),
    chat: keys("", { chat: keys(document) }),
    execution: keys("", {
      execution: keys("executionId workflowType status startTime endTime usageSummary missing"),
    }),
    step: keys("", { step }),
    entry: keys("", { entry }),
    spoken: keys("", { spoken: keys("role", { content: CONTENT }) }),
  },
};

/** How a command ended: a part has the code. */
export const frames: Frames = { ends: /^(?:exit (?:status|code): )?-?\d+$/ };
