/** The records and keys of Auggie 0.36.0's sessions. */
import type { Frames, Shape } from "../../session/codec.ts";
import { isObject } from "../../session/json.ts";
import { by, CONTENT, keys } from "../shared/known.ts";
import { unwrap } from "./records.ts";

const image = keys("format media_type", { image_data: CONTENT });

const result = keys("tool_use_id is_error request_id duration_ms start_time_ms metadata", {
  content: CONTENT,
  content_nodes: {
    each: by("type", {
      1: keys("type", { text_content: CONTENT }),
      2: keys("type", { image_content: image }),
    }),
  },
});

const request = by("type", {
  0: keys("id type", { text_node: keys("", { content: CONTENT }) }),
  1: keys("id type", { tool_result_node: result }),
  2: keys("id type", { image_node: image }),
  3: keys("id type image_id_node"),
  4: keys("id type ide_state_node"),
  5: keys("id type", { edit_events_node: CONTENT }),
  6: keys("id type", { checkpoint_ref_node: CONTENT }),
  8: keys("id type", {
    file_node: keys("media_type file_name page_count", { file_data: CONTENT }),
  }),
  9: keys("id type file_id_node"),
  10: keys("id type history_summary_node", { text_node: keys("", { content: CONTENT }) }),
});

const call = keys(
  "tool_use_id started_at_ms completed_at_ms is_partial mcp_server_name mcp_tool_name",
  { tool_name: CONTENT, input_json: CONTENT },
);
const thinking = keys("summary encrypted_content openai_responses_api_item_id", {
  content: CONTENT,
});

/** Beside the parts that the CLI sends: what was said twice, and what an answer cost. */
const NODE = "id type timestamp_ms metadata";
const response = by("type", {
  0: keys(NODE, { content: CONTENT }),
  5: keys(NODE, { content: CONTENT, tool_use: call }),
  8: keys(NODE, { content: CONTENT, thinking }),
  9: keys(`${NODE} content billing_metadata`),
  10: keys(`${NODE} content token_usage`),
});

const exchange = keys("request_message response_text request_id model_id segueCarry", {
  request_nodes: { each: request },
  response_nodes: { each: response },
});

export const known: Shape = {
  name(record) {
    const { kind } = unwrap(record);
    if (kind === "element") return isObject(record) ? "element" : "unknown";
    return kind === "other" || kind === "frame" ? "unknown" : kind;
  },
  of: {
    head: keys(
      "sessionId created modified chatHistory agentState rootTaskUuid workspaceId remoteCreatedAt title customTitle " +
        "terminalId subAgentCreditsUsed subAgentCostUsd summarizations subAgents queue poseidonAgentId " +
        "parentConversationId isCloudAgent",
    ),
    exchange: keys(
      "completed sequenceId finishedAt changedFiles changedFilesSkipped changedFilesSkippedCount isHistorySummary " +
        "historySummaryVersion source doesNotDisableAskMode",
      { exchange },
    ),
    request: keys("", { request_nodes: { each: request } }),
    response: keys("", { response_node: response }),
    element: keys("element"),
    carry: true,
    spelling: true,
  },
};

/** What its tools put around an output, and around a file's numbered lines. */
export const frames: Frames = {
  around: [
    [
      /^Here are the results from executing the command\.\n<return-code>\n-?\d+\n<\/return-code>\n<output>\n([\s\S]*)\n<\/output>$/,
      "$1",
    ],
    [
      /^Here's the result of running `cat -n` on [^\n]*:\n([\s\S]*)\nTotal lines in file: \d+\n$/,
      "$1",
    ],
  ],
};
