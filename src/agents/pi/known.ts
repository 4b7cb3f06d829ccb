/** The entry kinds and keys of Pi that this folder knows: those of 0.73 to 1.5.2. */
import { by, keys } from "../shared/known.ts";
import type { Shape } from "../types.ts";

const FRAME = "type id parentId timestamp";

const usage = keys("input output cacheRead cacheWrite cacheWrite1h reasoning totalTokens", {
  cost: keys("input output cacheRead cacheWrite total totalFromProvider"),
});

const block: Shape = by("type", {
  text: keys("type text textSignature"),
  image: keys("type data mimeType"),
  thinking: keys("type thinking thinkingSignature redacted"),
  toolCall: keys("type id name arguments thoughtSignature namespace"),
});

/** A string, or blocks. */
const content: Shape = { each: block };

const message: Shape = by("role", {
  system: keys("role content sections toolsAdded toolsRemoved timestamp"),
  user: keys("role timestamp", { content }),
  assistant: keys(
    "role api provider model stopReason errorMessage responseId responseModel rawStopReason " +
      "thinkingLevel durationMs diagnostics timestamp",
    { content, usage },
  ),
  toolResult: keys("role toolCallId toolName details isError durationMs nestedCalls timestamp", {
    content,
    usage,
  }),
  bashExecution: keys(
    "role command output exitCode cancelled truncated fullOutputPath excludeFromContext timestamp",
  ),
  custom: keys("role customType content display details timestamp"),
  // Up to version 2 of the format.
  hookMessage: keys("role customType content display details timestamp"),
});

export const known: Shape = by("type", {
  session: keys("type version id timestamp cwd parentSession provider modelId thinkingLevel"),
  message: keys(FRAME, { message }),
  model_change: keys(`${FRAME} provider modelId`),
  thinking_level_change: keys(`${FRAME} thinkingLevel`),
  session_info: keys(`${FRAME} name`),
  label: keys(`${FRAME} targetId label`),
  compaction: keys(
    `${FRAME} summary firstKeptEntryId tokensBefore details fromHook systemMessage`,
    {
      usage,
    },
  ),
  branch_summary: keys(`${FRAME} fromId summary details fromHook`, { usage }),
  context_edit: keys(`${FRAME} targetId replacement`),
  custom: keys(`${FRAME} customType data`),
  custom_message: keys(`${FRAME} customType content display details`),
  usage: keys(`${FRAME} kind provider model usage note`),
});
