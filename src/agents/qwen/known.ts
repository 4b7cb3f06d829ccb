/** The record kinds and keys of Qwen Code that this folder knows: those of 0.15.10 and 0.24.4. */

import type { Frames, Shape } from "../../session/codec.ts";
import { part } from "../shared/genai.ts";
import { blocks, by, CONTENT, keys } from "../shared/known.ts";
import { CARRY, isThanks } from "./records.ts";

const FRAME =
  "uuid parentUuid sessionId timestamp type provenance cwd version gitBranch forkedFrom " +
  "agentId agentName isSidechain agentRunId agentRound goalContext backgroundTurn daemonPromptId";

/** A single text, or a list of parts. */
const parts = blocks(part);
const message: Shape = {
  name: (value) => (typeof value === "string" ? "text" : isThanks(value) ? "thanks" : ""),
  // What the CLI puts after the summary of a compressed chat has no content.
  of: { text: CONTENT, "": keys("role", { parts, content: parts }), thanks: true },
};

const user = keys(`${FRAME} subtype systemPayload`, { message });

const assistant = keys(`${FRAME} subtype model contextWindowSize`, {
  message,
  usageMetadata: keys(
    "promptTokenCount candidatesTokenCount thoughtsTokenCount totalTokenCount " +
      "cachedContentTokenCount toolUsePromptTokenCount promptTokensDetails",
  ),
});

const toolResult = keys(`${FRAME} subtype`, {
  message,
  toolCallResult: keys(
    "callId status resultDisplay executionStatus error errorType contentLength artifacts",
  ),
});

/** Records for the CLI's own screen and bookkeeping: known by name, not interpreted. */
const ASIDE = [
  "slash_command",
  "ui_telemetry",
  "at_command",
  "attribution_snapshot",
  "background_task_completed",
  "cron",
  "parent_session",
  "rewind",
  "agent_bootstrap",
  "agent_launch_prompt",
  "agent_retry",
  "agent_session_ready",
  "file_history_snapshot",
  "session_source",
  "session_model",
  "omni_recall",
  "session_sources_snapshot",
  "branch_checkpoint",
  "goal_state",
  "goal_runtime",
  "goal_turn_end",
  "turn_result",
  "session_artifact_event",
  "session_artifact_snapshot",
  "managed_session_header_v1",
  "managed_session_event_v1",
  "managed_session_commit_v1",
];

const aside = keys(`${FRAME} subtype systemPayload`);

const system = by("subtype", {
  ...Object.fromEntries(ASIDE.map((subtype) => [subtype, aside])),
  custom_title: keys(`${FRAME} subtype`, { systemPayload: keys("customTitle titleSource") }),
  mid_turn_user_message: keys(`${FRAME} subtype`, { systemPayload: CONTENT }),
  chat_compression: keys(`${FRAME} subtype`, {
    systemPayload: keys("info completedToolCallIds", { compressedHistory: { each: message } }),
  }),
});

export const known: Shape = by("type", {
  user,
  assistant,
  tool_result: toolResult,
  system,
  [CARRY]: true,
});

/** What the shell tool puts around a command's output. */
export const frames: Frames = {
  around: [
    [
      /^Command: [\s\S]*?\nDirectory: [^\n]*\nOutput: (?:\(empty\)|([\s\S]*))\nError: \(none\)\nExit Code: \d+\nSignal: \(none\)\nProcess Group PGID: (?:\(none\)|\d+)$/,
      "$1",
    ],
  ],
};
