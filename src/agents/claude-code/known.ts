/** The line kinds and keys of Claude Code that this folder knows: those of 2.1.197 and 2.1.329. */
import { by, keys } from "../shared/known.ts";
import type { Shape } from "../types.ts";

const FRAME =
  "parentUuid isSidechain type uuid timestamp userType entrypoint cwd sessionId version " +
  "gitBranch slug promptId agentId isMeta requestId";

/** Lines of these types are about the session, not of its chain: by name, not looked into. */
const ASIDE = [
  "summary",
  "custom-title",
  "ai-title",
  "last-prompt",
  "mode",
  "permission-mode",
  "queue-operation",
  "file-history-snapshot",
  "tag",
  "pr-link",
  "agent-name",
  "agent-color",
  "worktree-state",
  "content-replacement",
  "progress",
  "attribution-snapshot",
  "api-request",
  "api-request-blob",
  "api-request-shape",
  "atis-latch",
  "cost-state",
  "tools-used",
  "segue-carry",
];

/** What the CLI puts into the context; two of them are the user's (`file`, `queued_command`). */
const ATTACHMENTS = [
  "agent_listing_delta",
  "skill_listing",
  "task_reminder",
  "file",
  "queued_command",
  "environment",
  "model",
  "deferred_tools_delta",
  "auto_mode",
  "session_context",
  "date",
  "remote_session_change",
  "prompt_snapshot",
];

const block: Shape = by("type", {
  text: keys("type text citations cache_control"),
  thinking: keys("type thinking signature"),
  redacted_thinking: keys("type data"),
  tool_use: keys("type id name input caller"),
  tool_result: keys("type tool_use_id content is_error cache_control"),
  image: keys("type source"),
  document: keys("type source title context citations"),
});

/** A user's content may be one string. */
const content: Shape = { each: block };

const user = keys(
  `${FRAME} permissionMode promptSource toolUseResult sourceToolAssistantUUID ` +
    "isCompactSummary isVisibleInTranscriptOnly",
  { message: keys("role", { content }) },
);

const assistant = keys(`${FRAME} attributionAgent error isApiErrorMessage apiErrorStatus`, {
  message: keys(
    "id type role model stop_reason stop_sequence stop_details container context_management usage",
    { content },
  ),
});

const attachment = keys(FRAME, {
  attachment: by("type", Object.fromEntries(ATTACHMENTS.map((type) => [type, true as const]))),
});

const notice = keys(`${FRAME} subtype content level logicalParentUuid compactMetadata durationMs`);

const system: Shape = by("subtype", {
  compact_boundary: keys(`${FRAME} subtype content level logicalParentUuid`, {
    compactMetadata: keys(
      "trigger preTokens postTokens durationMs preservedSegment preservedMessages " +
        "cumulativeDroppedTokens",
    ),
  }),
  local_command: notice,
  api_error: notice,
  turn_duration: notice,
});

export const known: Shape = by("type", {
  ...Object.fromEntries(ASIDE.map((type) => [type, true as const])),
  user,
  assistant,
  attachment,
  system,
});
