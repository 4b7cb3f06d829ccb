/** The keys and kinds of oh-my-pi 18.2.3 besides those of Pi. */
import { CONTENT, keys } from "../shared/known.ts";
import { knownOf } from "../shared/pi/known.ts";

const file = keys("lineCount byteSize skippedReason", {
  path: CONTENT,
  content: CONTENT,
  image: keys("type mimeType", { data: CONTENT }),
});

export const known = knownOf({
  message:
    "attribution synthetic steering historyRewriteAt providerPayload userInitiated images meta",
  assistant:
    "contextSnapshot retryRecovery upstreamProvider upstreamModel stopDetails errorStatus errorId " +
    "errorClassificationMessage toolCallAbortMessages requestBodyReadTimeoutFullReplay duration " +
    "ttft completedAt disabledFeatures inputTransformations",
  result: "prunedAt useless providerMetadata",
  usage: {
    premiumRequests: true,
    orchestration: true,
    cttl: true,
    contextTokens: true,
    reasoningTokens: true,
  },
  block: {
    text: "",
    image: "detail providerFile url",
    thinking: "itemId",
    toolCall: "intent rawBlock customWireName providerMetadata",
  },
  blocks: {
    redactedThinking: keys("type", { data: CONTENT }),
    fallback: keys("type from to"),
  },
  roles: {
    developer: ["", { content: CONTENT }],
    pythonExecution: [
      "exitCode cancelled truncated excludeFromContext",
      { code: CONTENT, output: CONTENT },
    ],
    fileMention: ["", { files: { each: file } }],
  },
  kinds: {
    title_change: "title previousTitle source trigger",
    model_usage: "purpose role api provider model usage stopReason errorMessage",
    service_tier_change: "serviceTier",
    mode_change: "mode data",
    credential_pin: "provider hash",
    ttsr_injection: "injectedRules",
    reset_boundary: "",
    session_init:
      "systemPrompt task tools agent modelRole resolvedModel readOnly outputSchema " +
      "outputSchemaMode restrictToolNames spawns readSummarize advisor isolated",
  },
  more: {
    session: "title titleSource additionalDirectories previousSessionFiles providerPromptCacheKey",
    title: "type v title source updatedAt pad",
    model_change: "model role resolvedModelIsFallback",
    thinking_level_change: "configured",
    custom_message: "attribution",
    branch_summary: "fromExtension",
    compaction:
      "shortSummary tokensAfter method providerReplayThroughEntryId fromExtension warning preserveData",
  },
});
