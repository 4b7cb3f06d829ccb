/** The kinds of records of Kimi Code that this folder knows: those of 2.1.0, and of the source of 0.38.0. */

import type { Frames, Shape } from "../../session/codec.ts";
import { isObject, string } from "../../session/json.ts";
import { blocks, by, CONTENT, keys } from "../shared/known.ts";

const FRAME = "type agentId time";

/** What stands in a file of its own is named by a digest, which says nothing. */
function address(key: string): Shape {
  const place: Shape = {
    name: (value) => (isObject(value) && string(value.url)?.startsWith("blobref:") ? "blob" : ""),
    of: { blob: keys("id url"), "": keys("id", { url: CONTENT }) },
  };
  return keys("type", { [key]: place });
}

const part = by("type", {
  text: keys("type", { text: CONTENT }),
  think: keys("type encrypted reasoningKey detailsIndex hidden", { think: CONTENT }),
  image_url: address("imageUrl"),
  audio_url: address("audioUrl"),
  video_url: address("videoUrl"),
});

const parts: Shape = { each: part };

const call = keys("type id extras _streamIndex", {
  name: CONTENT,
  arguments: CONTENT,
  function: keys("", { name: CONTENT, arguments: CONTENT }),
});

const message = keys(
  "role name partial tools id providerMessageId origin isError durationMs usage llmTiming " +
    "toolCallDisplays toolCallId",
  { content: parts, toolCalls: { each: call }, note: CONTENT },
);

/** A text, or a list of parts. */
const output = blocks(part);

const STEP = "type uuid turnId step";

const loop = by("type", {
  "step.begin": keys(STEP),
  "content.part": keys(`${STEP} stepUuid`, { part }),
  // The arguments once more, for the screen.
  "tool.call": keys(`${STEP} stepUuid toolCallId display extras`, {
    name: CONTENT,
    args: CONTENT,
  }),
  "tool.result": keys("type parentUuid toolCallId", {
    result: keys("isError durationMs truncated", { output, note: CONTENT }),
  }),
  "step.end": keys(
    `${STEP} finishReason usage llmFirstTokenLatencyMs llmStreamDurationMs llmRequestBuildMs ` +
      "llmServerFirstTokenMs llmServerDecodeMs llmClientConsumeMs llmClientBlockedMs messageId " +
      "providerFinishReason rawFinishReason",
  ),
});

const summary: Shape = {
  name: (value) => (isObject(value) ? "message" : "text"),
  of: { message, text: CONTENT },
};

const COMPACTION =
  `${FRAME} compactedCount count tokensBefore tokensAfter summaryOutputTokens keptUserMessageCount ` +
  "keptHeadUserMessageCount droppedCount legacyTail wireLines";

/** What is sent of a summary is `contextSummary`, with a preface, where there is one. */
const compaction: Shape = {
  name: (value) => (isObject(value) && value.contextSummary !== undefined ? "told" : ""),
  of: {
    told: keys(`${COMPACTION} summary`, { contextSummary: CONTENT }),
    "": keys(COMPACTION, { summary }),
  },
};

/** What the model is sent of these stands in other records as well, or they say nothing to it. */
const ASIDE = `agent.message.appended agent.turn.started agent.turn.ended agent.switched
config.update context.clear context.undo context.undone cron.add cron.cursor cron.delete
file_history.checkpoint file_history.tracked forked full_compaction.begin full_compaction.cancel
full_compaction.complete goal.account_usage goal.clear goal.continuation goal.create goal.update
interaction.request interaction.resolved interruptionReminder.recorded llm.request
llm.tools_snapshot mcp.tools_discovered micro_compaction.apply permission.record_approval_result
permission.set_mode plan.revision plan_mode.cancel plan_mode.enter plan_mode.exit
plugin.session_start profile.bind prompt.aborted prompt.accepted prompt.completed prompt.steered
runtime.set_binding staleGuard.cleared staleGuard.recorded subagent.cancelled subagent.completed
subagent.failed subagent.spawned subagent.started swarm_mode.enter swarm_mode.exit task.started
task.terminated task.waitDelivered token_counting.measured token_counting.rebased
token_counting.truncated token_counting.turn_recorded tools.register_user_tool
tools.reset_active_tools tools.set_active_tools tools.unregister_user_tool tools.update_store
tower_mode.enter tower_mode.exit turn.cancel turn.ended turn.prompt turn.steer
turn.step.interrupted turn.step.retrying usage.record`;

export const known: Shape = by("type", {
  ...Object.fromEntries(ASIDE.split(/\s+/).map((type) => [type, true])),
  metadata: keys("type protocol_version created_at session_id"),
  "context.append_message": keys(FRAME, { message }),
  "context.append_loop_event": keys(FRAME, { event: loop }),
  "context.apply_compaction": compaction,
  "segue.carry": true,
});

/** What its tools say of how a command ended. */
export const frames: Frames = {
  around: [[/^Command executed successfully\.$/, ""]],
  ends: /^Command failed with exit code: -?\d+\.$/,
};
