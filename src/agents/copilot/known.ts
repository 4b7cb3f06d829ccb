/**
 * The events and keys of 1.0.102's own schema (schemas/session-events.schema.json) that matter
 * here.
 */

import type { Frames, Shape } from "../../session/codec.ts";
import { by, CONTENT, keys } from "../shared/known.ts";

function event(data: Shape): Shape {
  return keys("type id timestamp parentId agentId ephemeral", { data });
}

const SETTINGS =
  "selectedModel providerId reasoningEffort reasoningEffortModel reasoningEffortManaged reasoningSummary verbosity contextTier contextTierManaged autoTier autoTierManaged sessionLimits context alreadyInUse remoteSteerable";

const repo = keys("id", { owner: CONTENT, name: CONTENT });
const side = keys("", { path: CONTENT, ref: CONTENT, revision: CONTENT, repo });
const binary: Readonly<Record<string, Shape>> = { data: CONTENT };

const attachment = by("type", {
  // Its name is at the end of its path.
  file: keys("type displayName lineRange mimeType assetId byteLength omittedReason", {
    path: CONTENT,
    taggedFilesEntry: CONTENT,
  }),
  blob: keys("type mimeType assetId byteLength omittedReason", { ...binary, displayName: CONTENT }),
  directory: keys("type path displayName", { taggedFilesEntry: CONTENT }),
  selection: keys("type filePath displayName selection", { text: CONTENT }),
  github_reference: keys("type number", {
    title: CONTENT,
    referenceType: CONTENT,
    state: CONTENT,
    url: CONTENT,
  }),
  github_commit: keys("type", { message: CONTENT, oid: CONTENT, repo, url: CONTENT }),
  github_release: keys("type", { name: CONTENT, tagName: CONTENT, repo, url: CONTENT }),
  github_actions_job: keys("type jobId", {
    conclusion: CONTENT,
    jobName: CONTENT,
    workflowName: CONTENT,
    repo,
    url: CONTENT,
  }),
  github_repository: keys("type", { description: CONTENT, ref: CONTENT, repo, url: CONTENT }),
  github_file_diff: keys("type", { head: side, base: side, url: CONTENT }),
  github_tree_comparison: keys("type", { head: side, base: side, url: CONTENT }),
  github_url: keys("type", { url: CONTENT }),
  github_file: keys("type", { path: CONTENT, ref: CONTENT, repo, url: CONTENT }),
  github_snippet: keys("type lineRange", { path: CONTENT, ref: CONTENT, repo, url: CONTENT }),
  extension_context: keys("type canvasId instanceId", {
    capturedAt: CONTENT,
    extensionId: CONTENT,
    title: CONTENT,
    payload: CONTENT,
  }),
});

const request = keys("toolCallId type toolTitle mcpToolName intentionSummary caller", {
  name: CONTENT,
  arguments: CONTENT,
  mcpServerName: true,
});

/** The description is not sent to any model. */
const given = keys("type mimeType byteLength omittedReason metadata assetId description", binary);

/** Blocks as an MCP server returned them. */
const block = by("type", {
  text: keys("type", { text: CONTENT }),
  terminal: keys("type cwd exitCode", { text: CONTENT }),
  shell_exit: keys("type cwd exitCode outputFilePath outputTruncated shellId", {
    outputPreview: CONTENT,
  }),
  image: keys("type mimeType", binary),
  audio: keys("type mimeType", binary),
  resource_link: keys("type description icons mimeType size title", {
    name: CONTENT,
    uri: CONTENT,
  }),
  resource: keys("type", {
    resource: keys("mimeType", { uri: CONTENT, text: CONTENT, blob: CONTENT }),
  }),
});

/** `detailedContent` and `uiResource` are for the screen. */
const result = keys("detailedContent uiResource mcpMeta", {
  content: CONTENT,
  contents: { each: block },
  structuredContent: CONTENT,
  citableSources: CONTENT,
  binaryResultsForLlm: { each: by("type", { image: given, resource: given }) },
});

const serverTools = keys("advisorModel provider functionCallNamespaces", {
  items: CONTENT,
  rawContentBlocks: CONTENT,
});

/** Events whose data this folder does not interpret, by their names in the schema. */
const OTHERS = `abort assistant.fusion_phase_completed assistant.fusion_phase_failed assistant.reasoning assistant.turn_end
assistant.turn_start external_tool.requested hook.end hook.start human_response.recorded
mcp.oauth_recovery_completed permission.assentDetected permission.carriedForward permission.completed
permission.contextualAuthorization permission.messageAuthorization permission.messageAuthorizationDegraded
permission.messageAuthorizationRead permission.requested session.auto_mode_resolved
session.autopilot_objective_changed session.canvas.recorded session.canvas.removed session.compaction_start
session.completion_receipt session.fusion_change_checkpoint session.fusion_commit_started
session.fusion_completed session.fusion_handoff session.fusion_resolved session.fusion_route_failed
session.handoff session.info session.model_deselected
session.permission_recovery session.permissions_changed session.plan_changed session.remote_steerable_changed
session.request_body_compression_disabled session.schedule_cancelled session.schedule_created
session.schedule_rearmed session.session_limits_changed session.shutdown session.task_complete
session.truncation session.usage_checkpoint session.usage_record session.warning
session.workspace_file_changed skill.invoked_ref subagent.completed
subagent.configured subagent.deselected subagent.failed subagent.selected subagent.started
tool.user_requested tool_search.activated model.message model.messages_snapshot model.model_call_started model.model_call_success model.response model.turn_ended model.turn_started
segue.carry`;

const others = Object.fromEntries(OTHERS.split(/\s+/).map((name) => [name, event(true)]));

export const known: Shape = by("type", {
  ...others,
  "session.start": event(
    keys(
      `sessionId version producer copilotVersion startTime ${SETTINGS} githubMcpToolConfig detachedFromSpawningParentSessionId`,
    ),
  ),
  "session.resume": event(
    keys(
      `resumeTime eventCount eventsFileSizeBytes ${SETTINGS} sessionWasActive continuePendingWork`,
    ),
  ),
  "session.context_changed": event(
    keys(
      "cwd gitRoot repository hostType repositoryHost branch headCommit baseCommit pendingGitContext",
    ),
  ),
  "session.context_cleared": event(keys("initialMessage messagesCleared")),
  // Sent where it is attached.
  "session.binary_asset": event(keys("assetId type mimeType byteLength data description metadata")),
  "session.title_changed": event(keys("title")),
  "session.model_change": event(
    keys(
      "previousModel newModel providerId previousProviderId previousReasoningEffort reasoningEffort reasoningEffortModel reasoningEffortManaged previousReasoningSummary reasoningSummary previousVerbosity verbosity contextTier contextTierManaged cause source previousAutoTier autoTier autoTierManaged",
    ),
  ),
  "session.mode_changed": event(keys("previousMode newMode")),
  "session.error": event(
    keys(
      "originatingMessageId errorType errorCode providerErrorType providerErrorParam eligibleForAutoSwitch message remediation stack statusCode providerCallId serviceRequestId url",
    ),
  ),
  "session.compaction_complete": event(
    keys(
      "success outcome outcomeReason failureReason compactionAttemptId model initialModel error preCompactionTokens postCompactionTokens preCompactionMessagesLength messagesRemoved tokensRemoved tokenAccountingBasis customInstructions summaryContent responsesReasoning activeWorkflowSummary behaviorModelId checkpointNumber checkpointPath compactionTokensUsed requestId serviceRequestId systemTokens conversationTokens toolDefinitionsTokens statusCode tokenLimit targetPromptTokenLimit switchTargetModel trigger",
    ),
  ),
  "system.message": event(
    keys("contentBlocks interactionId role name metadata", { content: CONTENT }),
  ),
  "system.notification": event(keys("kind responsesReasoning", { content: CONTENT })),
  "session.mode_notice_delivered": event(keys("mode", { content: CONTENT })),
  "skill.invoked": event(
    keys(
      "name invokedAtTurn model path content allowedTools disableModelInvocation source pluginName pluginVersion description trigger",
    ),
  ),
  "skill.context_delivered": event(keys("source interactionId", { content: CONTENT })),
  "skill.context_delivered_ref": event(
    keys("contentId source interactionId", { prefix: CONTENT, suffix: CONTENT }),
  ),
  "user.message": event(
    keys(
      "responsesReasoning messageId supportedNativeDocumentMimeTypes nativeDocumentPathFallbackPaths source delivery agentMode isAutopilotContinuation interactionId turnId parentAgentTaskId",
      { content: CONTENT, transformedContent: true, attachments: { each: attachment } },
    ),
  ),
  "assistant.message": event(
    keys(
      "messageId originatingMessageId model providerId reasoningWireField phase chunkIndex chunkCount outputTokens interactionId requestId clientRequestId serviceRequestId rte apiCallId turnId parentToolCallId fusion",
      {
        content: CONTENT,
        reasoningText: CONTENT,
        reasoningOpaque: CONTENT,
        encryptedContent: CONTENT,
        citations: CONTENT,
        serverTools,
        toolRequests: { each: request },
        reasoningBlocks: keys("provider blocks orderedBlocks"),
      },
    ),
  ),
  "tool.execution_start": event(
    keys(
      "toolCallId toolName toolTitle arguments shellToolInfo model rte mcpServerName mcpConfigServerName mcpToolName mcpTransport mcpConfigSource turnId displayVerbatim toolDescription parentToolCallId fusion",
    ),
  ),
  "tool.execution_complete": event(
    keys(
      "toolCallId success model toolUsage mcpMeta interactionId rte isUserRequested toolTelemetry turnId toolDescription sandboxed shellExecution fileEdits parentToolCallId fusion",
      { result, error: keys("code remediation", { message: CONTENT }) },
    ),
  ),
});

/** What its shell tool says of how a command ended. */
export const frames: Frames = {
  ends: /^<shellId: \d+ completed with exit code -?\d+>$/,
};
