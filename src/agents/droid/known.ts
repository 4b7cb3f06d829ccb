/** The records of Droid 0.225.2: what a run wrote, and the keys that its own schemas name. */
import type { Frames, Shape } from "../../session/codec.ts";
import { by, CONTENT, keys } from "../shared/known.ts";

const text = keys("type id cache_control", { text: CONTENT });
const image = keys("type id cache_control generated", {
  source: keys("type", { data: CONTENT, media_type: CONTENT }),
});
const document = keys("type id cache_control", {
  source: keys("type mime path", {
    data: CONTENT,
    media_type: CONTENT,
    name: CONTENT,
    parsed_data: CONTENT,
  }),
});

const block: Shape = by("type", {
  text,
  image,
  document,
  thinking: keys("type id cache_control signatureProvider durationMs", {
    thinking: CONTENT,
    signature: CONTENT,
  }),
  redacted_thinking: keys("type id cache_control", { data: CONTENT }),
  tool_use: keys("type cache_control thought_signature namespace script_execution", {
    id: CONTENT,
    name: CONTENT,
    input: CONTENT,
  }),
  tool_result: keys("type id cache_control tool_use_id is_error", {
    content: { each: by("type", { text, image, document }) },
  }),
});

const message = keys(
  "role visibility interactionMode modelId reasoningEffort userMessageSource isUserVisible isError " +
    "hiddenFromUserViews apiProvider routerId isParallelExecution parallelGroupId " +
    "hookEventName hookMatcher hookCommands hookStatus hookResults hookToolCallId hookParentId " +
    "hookOrder hookPreventedAction hookStartTime hookEndTime " +
    // The same again as in the blocks, but for older versions.
    "openaiMessageId openaiPhase openaiReasoningId openaiReasoningSummary openaiEncryptedContent " +
    "geminiThoughtSignature chatCompletionReasoningField chatCompletionReasoningContent",
  { content: { each: block } },
);

export const known: Shape = by("type", {
  session_start: keys(
    "type id title isSessionTitleManuallySet sessionTitleAutoStage owner organizationId parent version " +
      "cwd lastCwd decompSessionType decompMissionId callingSessionId callingToolUseId " +
      "forkedAtMessageId hostId sessionTitle",
  ),
  message: keys("type id parentId timestamp tokens compactionSummaryId", { message }),
  agent_turn_outcome: keys("type turnId reason resultKind result schemaFingerprint"),
  todo_state: keys("type id timestamp todos messageIndex"),
  compaction_state: keys(
    "type id timestamp summaryTokens summaryKind anchorMessage removedCount systemInfo systemInfoText " +
      "loadedDeferredToolNames uiRenderCutoffMessageId",
    { summaryText: CONTENT },
  ),
  segue_carry: keys("type part parts data"),
});

/** What its shell tool says of how a command ended. */
export const frames: Frames = {
  ends: /^(?:\[Process exited with code -?\d+\]|Error: Command failed \(exit code: -?\d+\)|Command completed successfully)$/,
};
