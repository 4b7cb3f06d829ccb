/** The entry kinds and keys of Pi that this folder knows: those of 0.73 to 1.6.0. */

import type { Shape } from "../../session/codec.ts";
import { by, CONTENT, keys } from "../shared/known.ts";

const FRAME = "type id parentId timestamp";

const usage = keys("input output cacheRead cacheWrite cacheWrite1h reasoning totalTokens", {
  cost: keys("input output cacheRead cacheWrite total totalFromProvider"),
});

const block: Shape = by("type", {
  text: keys("type textSignature", { text: CONTENT }),
  image: keys("type mimeType", { data: CONTENT }),
  thinking: keys("type redacted", { thinking: CONTENT, thinkingSignature: CONTENT }),
  toolCall: keys("type id thoughtSignature namespace", { name: CONTENT, arguments: CONTENT }),
});

/** A string, or blocks. */
const content: Shape = { each: block };

const message: Shape = by("role", {
  system: keys("role toolsAdded toolsRemoved timestamp", { content: CONTENT, sections: CONTENT }),
  user: keys("role timestamp", { content }),
  assistant: keys(
    "role api provider model stopReason errorMessage responseId responseModel rawStopReason " +
      "thinkingLevel providerThinkingLevel durationMs diagnostics deferred endTurn timestamp",
    { content, usage },
  ),
  toolResult: keys("role toolCallId toolName details isError durationMs nestedCalls timestamp", {
    content,
    usage,
  }),
  bashExecution: keys(
    "role exitCode cancelled truncated fullOutputPath excludeFromContext timestamp",
    { command: CONTENT, output: CONTENT },
  ),
  custom: keys("role customType display details timestamp", { content }),
  // Up to version 2 of the format.
  hookMessage: keys("role customType display details timestamp", { content }),
  // Pi keeps these in memory only, and would send one that is in a file.
  branchSummary: keys("role fromId timestamp", { summary: CONTENT }),
  compactionSummary: keys("role tokensBefore timestamp", { summary: CONTENT }),
});

export const known: Shape = by("type", {
  session: keys("type version id timestamp cwd parentSession provider modelId thinkingLevel"),
  message: keys(FRAME, { message }),
  model_change: keys(`${FRAME} provider modelId`),
  thinking_level_change: keys(`${FRAME} thinkingLevel`),
  session_info: keys(`${FRAME} name`),
  label: keys(`${FRAME} targetId label`),
  compaction: keys(
    `${FRAME} firstKeptEntryId firstKeptEntryIndex tokensBefore details fromHook systemMessage`,
    { summary: CONTENT, usage },
  ),
  branch_summary: keys(`${FRAME} fromId details fromHook`, { summary: CONTENT, usage }),
  context_edit: keys(`${FRAME} targetId`, { replacement: keys("", { content }) }),
  custom: keys(`${FRAME} customType data`),
  custom_message: keys(`${FRAME} customType display details`, { content }),
  usage: keys(`${FRAME} kind provider model usage note`),
});
