/** The line kinds and keys of Claude Code that this folder knows: those of 2.1.197 and 2.1.332. */

import type { Shape } from "../../../session/codec.ts";
import type { Json } from "../../../session/types.ts";
import { by, CONTENT, keys } from "../known.ts";
import {
  attachmentType,
  BY_FORM,
  isRendered,
  OWN_FORM,
  RENDERED,
  SCAFFOLD,
  UNSENT,
} from "./attachments.ts";

const FRAME =
  "parentUuid isSidechain type uuid timestamp userType entrypoint cwd sessionId version " +
  "gitBranch slug promptId agentId isMeta isVirtual requestId teamName forkedFrom rowSource " +
  "logicalParentUuid sessionKind turnCompanion";

/**
 * Lines of these types are about the session, not part of its chain: known by name, not
 * interpreted.
 */
const ASIDE = [
  "agent-color",
  "agent-name",
  "agent-setting",
  "ai-title",
  "api-request",
  "api-request-blob",
  "api-request-shape",
  "atis-latch",
  "attribution-snapshot",
  "bridge-session",
  "content-replacement",
  "cost-state",
  "custom-title",
  "file-history-delta",
  "file-history-snapshot",
  "fork-context-ref",
  "isolation-latch",
  "last-prompt",
  "marble-origami-commit",
  "marble-origami-reset",
  "marble-origami-snapshot",
  "mode",
  "permission-mode",
  "pr-link",
  "progress",
  "queue-operation",
  "relocated",
  "segue-carry",
  "speculation-accept",
  "summary",
  "tag",
  "task-summary",
  "tools-used",
  "worktree-state",
];

/** Sources of documents and images, and their own descriptions. */
const source: Shape = by("type", {
  base64: keys("type media_type", { data: CONTENT }),
  text: keys("type media_type", { data: CONTENT }),
  url: keys("type", { url: CONTENT }),
  file: keys("type", { file_id: CONTENT }),
  content: keys("type", { content: CONTENT }),
});

const text = keys("type cache_control", {
  text: CONTENT,
  citations: {
    each: keys(
      "type document_index file_id start_char_index end_char_index start_page_number " +
        "end_page_number start_block_index end_block_index search_result_index",
      {
        cited_text: CONTENT,
        document_title: CONTENT,
        encrypted_index: CONTENT,
        source: CONTENT,
        title: CONTENT,
        url: CONTENT,
      },
    ),
  },
});

/** What a user's message, an answer and a result can contain. */
const COMMON: Readonly<Record<string, Shape>> = {
  text,
  image: keys("type cache_control", { source }),
  document: keys("type cache_control citations", { source, title: CONTENT, context: CONTENT }),
  search_result: keys("type cache_control citations", {
    source: CONTENT,
    title: CONTENT,
    content: CONTENT,
  }),
  container_upload: keys("type cache_control", { file_id: CONTENT }),
  tool_reference: keys("type cache_control", { tool_name: CONTENT }),
  resource: CONTENT,
  resource_link: CONTENT,
  audio: CONTENT,
  compaction: keys("type cache_control signature", {
    content: CONTENT,
    encrypted_content: CONTENT,
  }),
  fallback: keys("type from to trigger"),
  mcp_tool_listing: CONTENT,
  tool_addition: CONTENT,
  tool_removal: CONTENT,
};

const inResult: Shape = { each: by("type", COMMON) };

/** Results of tools that run at the vendor. */
const served = keys("type cache_control caller", { tool_use_id: CONTENT, content: CONTENT });

const block: Shape = by("type", {
  ...COMMON,
  thinking: keys("type", { thinking: CONTENT, signature: CONTENT }),
  redacted_thinking: keys("type", { data: CONTENT }),
  tool_use: keys("type caller cache_control", { id: CONTENT, name: CONTENT, input: CONTENT }),
  tool_result: keys("type is_error cache_control toolset_name", {
    tool_use_id: CONTENT,
    content: inResult,
  }),
  server_tool_use: keys("type caller cache_control", {
    id: CONTENT,
    name: CONTENT,
    input: CONTENT,
  }),
  mcp_tool_use: keys("type cache_control", {
    id: CONTENT,
    name: CONTENT,
    server_name: CONTENT,
    input: CONTENT,
  }),
  mcp_tool_result: keys("type is_error cache_control", {
    tool_use_id: CONTENT,
    content: inResult,
  }),
  advisor_tool_result: served,
  bash_code_execution_tool_result: served,
  code_execution_tool_result: served,
  text_editor_code_execution_tool_result: served,
  tool_search_tool_result: served,
  web_fetch_tool_result: served,
  web_search_tool_result: served,
});

/** A user's content may be one string. */
const content: Shape = { each: block };

const user = keys(
  `${FRAME} permissionMode promptSource toolUseResult sourceToolAssistantUUID sourceToolUseID ` +
    "isCompactSummary isVisibleInTranscriptOnly imagePasteIds thinkingMetadata todos origin " +
    "queueOrigin queuePriority mcpMeta summarizeMetadata planContent interruptedMessageId " +
    "sentAtMs turnOrigin turnPosition sandboxed permissionDecision toolDenialKind",
  { message: keys("role", { content }) },
);

const assistant = keys(
  `${FRAME} attributionAgent attributionSkill attributionPlugin attributionMcpServer ` +
    "attributionMcpTool error errorDetails isApiErrorMessage apiErrorStatus apiError advisorModel " +
    "apiErrorParams apiErrorType quotaLimits failedResponseHadNoToolCall " +
    "thinkingDurationMs thinkingDisplay apiBlockIndex requestRef requestedModel " +
    "promptCacheRequested effort perTurnEffort madeBy toolInputStreamMs",
  {
    message: keys(
      "id type role model stop_reason stop_sequence stop_details container context_management " +
        "diagnostics usage",
      { content },
    ),
  },
);

const RENDERING =
  "renderedRole renderedBesideToolResult renderedInHumanTurn renderedWithdrawn attributionAgent";
/** The keys of attachments that are not content, whatever their kind. */
const ASPECTS =
  "type displayPath truncated toolUseID hookEvent exitCode durationMs command isMeta commandMode " +
  "origin source_uuid imagePasteIds taskId taskType ideName lineStart lineEnd lineCount pageCount " +
  "fileSize isNew stdout stderr processId name description mtimeMs planExists source " +
  "inContextPaths turn humanTurn reminderId outputFilePath";

const attached = keys(ASPECTS, {
  agentType: CONTENT,
  batchedRelayPrompts: CONTENT,
  blockingError: CONTENT,
  content: CONTENT,
  deltaSummary: CONTENT,
  filename: CONTENT,
  files: CONTENT,
  hookName: CONTENT,
  memories: { each: keys("mtimeMs limit", { path: CONTENT, header: CONTENT, content: CONTENT }) },
  message: CONTENT,
  path: CONTENT,
  paths: CONTENT,
  planContent: CONTENT,
  planFilePath: CONTENT,
  prompt: content,
  response: keys("continue suppressOutput", {
    systemMessage: CONTENT,
    hookSpecificOutput: keys("hookEventName", { additionalContext: CONTENT }),
  }),
  server: CONTENT,
  skills: CONTENT,
  snippet: CONTENT,
  status: CONTENT,
  summary: CONTENT,
  uri: CONTENT,
});

const file = keys(ASPECTS, {
  filename: CONTENT,
  content: by("type", {
    text: keys("type", {
      file: keys("numLines startLine totalLines", { filePath: CONTENT, content: CONTENT }),
    }),
    image: keys("type", {
      file: keys("originalSize dimensions filePath type", { base64: CONTENT }),
    }),
    notebook: keys("type", { file: keys("", { filePath: CONTENT, cells: CONTENT }) }),
    pdf: keys("type", { file: keys("originalSize", { filePath: CONTENT, base64: CONTENT }) }),
  }),
});

const nestedMemory = keys(`${ASPECTS} path`, {
  content: keys("type rawContent contentDiffersFromDisk globs parent", {
    path: CONTENT,
    content: CONTENT,
  }),
});

const mcpResource = keys(ASPECTS, {
  server: CONTENT,
  uri: CONTENT,
  content: keys("", { contents: { each: keys("uri mimeType", { text: CONTENT, blob: CONTENT }) } }),
});

const FORMS: Readonly<Record<string, Shape>> = {
  file,
  nested_memory: nestedMemory,
  mcp_resource: mcpResource,
};

function attachments(): Readonly<Record<string, Shape>> {
  const of: Record<string, Shape> = {};
  const line = (attachment: Shape, rendered: Shape): Shape =>
    keys(`${FRAME} ${RENDERING}`, { attachment, rendered });
  for (const type of [...SCAFFOLD, ...UNSENT]) of[type] = line(true, true);
  for (const type of Object.keys(OWN_FORM)) of[type] = line(FORMS[type] ?? attached, true);
  for (const type of Object.keys(BY_FORM)) of[type] = line(FORMS[type] ?? attached, CONTENT);
  for (const type of RENDERED) of[type] = line(CONTENT, CONTENT);
  return of;
}

/**
 * If the record contains the exact text that was sent, its attachment is a copy in another form.
 */
const copies: Shape = keys(`${FRAME} ${RENDERING} attachment`, { rendered: CONTENT });

const ATTACHMENTS = attachments();
const COPIED = new Set<string>([...Object.keys(BY_FORM), ...RENDERED]);

function attachmentName(record: Json): string {
  const type = attachmentType(record);
  return COPIED.has(type) && isRendered(record) ? "rendered" : type;
}

const attachment: Shape = {
  name: attachmentName,
  of: { ...ATTACHMENTS, rendered: copies },
  unknown: (record) => (isRendered(record) ? copies : CONTENT),
};

/** Of these, only the output of the CLI's own commands is sent. */
const NOTICE =
  `${FRAME} subtype level compactMetadata durationMs messageCount toolUseID error cause ` +
  "retryInMs retryAttempt maxRetries";
const notice = keys(`${NOTICE} content`);

const SYSTEM: Readonly<Record<string, Shape>> = {
  agents_killed: notice,
  api_error: notice,
  away_summary: notice,
  bridge_status: keys(`${NOTICE} content url upgradeNudge`),
  informational: keys(`${NOTICE} content preventContinuation modelRestriction`),
  local_command: keys(NOTICE, { content: CONTENT }),
  memory_saved: keys(`${NOTICE} content writtenPaths teamCount`),
  microcompact_boundary: keys(`${NOTICE} content microcompactMetadata`),
  permission_retry: keys(`${NOTICE} content commands`),
  scheduled_task_fire: notice,
  stop_hook_summary: keys(
    `${NOTICE} content hookCount hookInfos hookErrors hookAdditionalContext preventedContinuation ` +
      "stopReason hasOutput hookLabel totalDurationMs",
  ),
  turn_duration: keys(
    `${NOTICE} content budgetTokens budgetLimit budgetNudges pendingBackgroundAgentCount ` +
      "pendingWorkflowCount",
  ),
};

/** `more`: further keys. */
function boundary(more: string): Shape {
  return keys(`${FRAME} subtype content level ${more}`.trimEnd(), {
    compactMetadata: keys(
      "trigger preTokens postTokens durationMs preservedSegment preservedMessages " +
        "cumulativeDroppedTokens userContext messagesSummarized precomputed preCompactDiscoveredTools",
    ),
  });
}

/** `more`: further types of lines that are about the session; `keysOfBoundary`: further keys of a compaction's line. */
export function knownOf(more: readonly string[] = [], keysOfBoundary = ""): Shape {
  const aside = [...ASIDE, ...more].map((type) => [type, true as const]);
  const system = by("subtype", { ...SYSTEM, compact_boundary: boundary(keysOfBoundary) });
  return by("type", { ...Object.fromEntries(aside), user, assistant, attachment, system });
}
