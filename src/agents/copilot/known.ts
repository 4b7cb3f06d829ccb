/** The events and keys of 1.0.102's own schema (schemas/session-events.schema.json) that matter here. */
import { by, keys } from "../shared/known.ts";
import type { Shape } from "../types.ts";

function event(data: Shape): Shape {
  return keys("type id timestamp parentId agentId ephemeral", { data });
}

const SETTINGS =
  "selectedModel providerId reasoningEffort reasoningEffortModel reasoningEffortManaged reasoningSummary verbosity contextTier contextTierManaged autoTier autoTierManaged sessionLimits context alreadyInUse remoteSteerable";

const attachment = by("type", {
  file: keys(
    "type path displayName lineRange mimeType assetId byteLength omittedReason taggedFilesEntry",
  ),
  blob: keys("type data mimeType displayName assetId byteLength omittedReason"),
  directory: keys("type path displayName taggedFilesEntry"),
  selection: keys("type filePath displayName text selection"),
  github_reference: true,
  github_commit: true,
  github_release: true,
  github_actions_job: true,
  github_repository: true,
  github_file_diff: true,
  github_tree_comparison: true,
  github_url: true,
  github_file: true,
  github_snippet: true,
  extension_context: true,
});

const request = keys(
  "toolCallId name arguments type toolTitle mcpServerName mcpToolName intentionSummary caller",
);

const result = keys(
  "content detailedContent contents uiResource structuredContent citableSources mcpMeta",
  {
    binaryResultsForLlm: {
      each: keys("type data mimeType byteLength omittedReason description metadata assetId"),
    },
  },
);

/** Events whose data this folder does not look into, by the names that the schema has. */
const OTHERS = `abort assistant.fusion_phase_completed assistant.fusion_phase_failed assistant.reasoning assistant.turn_end
assistant.turn_start external_tool.requested hook.end hook.start human_response.recorded
mcp.oauth_recovery_completed permission.assentDetected permission.carriedForward permission.completed
permission.contextualAuthorization permission.messageAuthorization permission.messageAuthorizationDegraded
permission.messageAuthorizationRead permission.requested session.auto_mode_resolved
session.autopilot_objective_changed session.canvas.recorded session.canvas.removed session.compaction_start
session.completion_receipt session.fusion_change_checkpoint session.fusion_commit_started
session.fusion_completed session.fusion_handoff session.fusion_resolved session.fusion_route_failed
session.handoff session.info session.mode_notice_delivered session.model_deselected
session.permission_recovery session.permissions_changed session.plan_changed session.remote_steerable_changed
session.request_body_compression_disabled session.schedule_cancelled session.schedule_created
session.schedule_rearmed session.session_limits_changed session.shutdown session.task_complete
session.truncation session.usage_checkpoint session.usage_record session.warning
session.workspace_file_changed skill.context_delivered_ref skill.invoked_ref subagent.completed
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
  "system.message": event(keys("content contentBlocks interactionId role name metadata")),
  "system.notification": event(keys("content kind responsesReasoning")),
  "skill.invoked": event(
    keys(
      "name invokedAtTurn model path content allowedTools disableModelInvocation source pluginName pluginVersion description trigger",
    ),
  ),
  "skill.context_delivered": event(keys("content source interactionId")),
  "user.message": event(
    keys(
      "content responsesReasoning messageId transformedContent supportedNativeDocumentMimeTypes nativeDocumentPathFallbackPaths source delivery agentMode isAutopilotContinuation interactionId turnId parentAgentTaskId",
      { attachments: { each: attachment } },
    ),
  ),
  "assistant.message": event(
    keys(
      "messageId originatingMessageId model providerId content reasoningOpaque reasoningText reasoningWireField encryptedContent phase chunkIndex chunkCount outputTokens interactionId requestId clientRequestId serviceRequestId rte apiCallId serverTools turnId parentToolCallId citations fusion",
      { toolRequests: { each: request }, reasoningBlocks: keys("provider blocks orderedBlocks") },
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
      { result, error: keys("message code remediation") },
    ),
  ),
});
