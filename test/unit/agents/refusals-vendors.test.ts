/**
 * Refusals that people met, in the words of their reports and of the vendors' own pages: what each of
 * them is, until when it lasts, and whether waiting helps. Here: vendors' words, in any CLI's
 * record.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { failed } from "../../../src/agents/shared/faults.ts";
import { failureOf } from "../../../src/agents/shared/opencode/limits.ts";
import { failureOf as piFailure } from "../../../src/agents/shared/pi/limits.ts";
import { AT, check, NEVER, told } from "../../support/refusal.ts";

const GOOGLE = "google-gemini/gemini-cli";

describe("vendors' words, in any CLI's record", () => {
  check(
    [
      [
        "james-6-23/codex2api#9",
        '429 {"error":{"type":"usage_limit_reached","message":"The usage limit has been reached","plan_type":"free","resets_at":1796400000,"resets_in_seconds":6027}}',
        "limit quota 429 text 2026-12-04T16:00",
      ],
      [
        "public code",
        '{"error":{"type":"usage_limit_reached","resets_in_seconds":3600}}',
        "limit quota text 2026-11-30T11:00",
      ],
      [
        `${GOOGLE}#19976`,
        "[API Error: Resource has been exhausted (e.g. check quota).]",
        "limit rate text",
      ],
      [
        `${GOOGLE}#10925`,
        `[API Error: [{"error":{"code":429,"message":"Quota exceeded for quota metric 'Gemini 2.5 Pro Requests' and limit 'Gemini 2.5 Pro Requests per day per user per tier' of service 'cloudcode-pa.googleapis.com'.","errors":[{"reason":"rateLimitExceeded"}],"status":"RESOURCE_EXHAUSTED","details":[{"reason":"RATE_LIMIT_EXCEEDED","metadata":{"quota_limit":"Gemini25ProRequestsPerDay"}}]}}]]`,
        "limit quota daily 429 text",
      ],
      [
        "gke-labs/gemini-for-kubernetes-development#1215",
        '{"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits. ","status":"RESOURCE_EXHAUSTED"}}',
        "limit quota 429 text",
      ],
      [
        "liuw1535/antigravity2api-nodejs#44",
        '429: {"error":{"code":429,"message":"You have exhausted your capacity on this model. Your quota will reset after 161h39m41s.","status":"RESOURCE_EXHAUSTED","details":[{"reason":"QUOTA_EXHAUSTED","metadata":{"quotaResetDelay":"161h39m41.300432511s","quotaResetTimeStamp":"2026-12-07T03:39:41Z"}},{"retryDelay":"581981.300432511s"}]}}',
        "limit quota model 429 text 2026-12-07T03:39",
      ],
      [
        "google.rpc.RetryInfo",
        '{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"143s"}]}}',
        "limit rate 429 text 2026-11-30T10:02",
      ],
      [
        "charmbracelet/crush#420",
        "Error 429, Message: You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits., Status: RESOURCE_EXHAUSTED, Details: [map[@type:type.googleapis.com/google.rpc.QuotaFailure violations:[map[quotaDimensions:map[location:global model:gemini-2.5-pro] quotaId:GenerateRequestsPerMinutePerProjectPerModel-FreeTier quotaValue:5]]] map[@type:type.googleapis.com/google.rpc.RetryInfo retryDelay:134s]]",
        "limit rate 429 text 2026-11-30T10:02",
      ],
      [
        "autohandai/code-cli#378",
        "Rate limit exceeded. Please wait a moment and try again, or choose a different model.\nInsufficient balance or no resource package. Please recharge.",
        `limit quota credits text ${NEVER}`,
      ],
      [
        "openclaw/openclaw#8226",
        "All models failed (1): anthropic/claude-opus-4-5: Provider anthropic is in cooldown (all profiles unavailable) (rate_limit)",
        "limit rate text",
      ],
      [
        `${GOOGLE}#22643`,
        "Usage limit reached for gemini-3-flash-preview. Access resets at 10:57 PM GMT-3.",
        "limit quota model text 2026-12-01T01:57",
      ],
      [
        "public code",
        "Usage limit reached for gemini-3-flash-preview. Access resets at 10:57 PM PST.",
        "limit quota model text 2026-12-01T06:57",
      ],
      [
        "lbjlaq/Antigravity-Manager#2294",
        'Error: {"error":{"details":[{"reason":"MODEL_CAPACITY_EXHAUSTED"}]}}',
        "error overload text",
      ],
      [
        "github/copilot-cli#2787",
        "You've hit your global rate limit. Please upgrade your plan or wait 3 hours 43 minutes for your limit to reset.",
        "limit rate text 2026-11-30T13:43",
      ],
      [
        "continuedev/continue#10373",
        '429 "Your team 16f2151a has either used all available credits or reached its monthly spending limit. To continue making API requests, please purchase more credits or raise your spending limit."',
        `limit quota credits 429 text ${NEVER}`,
      ],
      [
        "Wei-Shaw/sub2api#4069",
        '403: {"error":"You have run out of credits or need a Grok subscription. Add credits at https://grok.com/?_s=usage or upgrade at https://grok.com/supergrok."}',
        `limit quota credits 403 text ${NEVER}`,
      ],
      [
        "can1357/oh-my-pi#11014",
        '429 {"type":"error","error":{"type":"rate_limit_error","code":"1308","message":"[1308][Usage limit reached for 5 hour. Your limit will reset at 2026-11-30 20:35:41][20260912001903b4955568412247d7]"}}',
        "limit quota session 429 text 2026-11-30T12:35",
      ],
      [
        "public code",
        "You have exceeded the 5-hour usage quota. It will reset at 2026-11-30 21:57:42 +0800 CST.",
        "limit quota session text 2026-11-30T13:57",
      ],
      [
        "MiniMax-AI/MiniMax-M2.7#36",
        "HTTP 429: usage limit exceeded, 5-hour usage limit reached for Token Plan Starter (0/0 used), resets at 2026-11-30T15:00:00Z (2056)",
        "limit quota session 429 text 2026-11-30T15:00",
      ],
      // The model works on: this is of a minute.
      [
        "anomalyco/opencode#23722",
        '429: {"error":{"code":"insufficient_quota","message":"You exceeded your current quota, please check your plan and billing details. For details, see: https://help.aliyun.com/zh/model-studio/error-code#token-limit"}}',
        "limit rate 429 text",
      ],
      [
        "anomalyco/opencode#21336",
        "Upstream error from Alibaba: Request rate increased too quickly. To ensure system stability, please adjust your client logic to scale requests more smoothly over time.",
        "limit rate text",
      ],
      [
        "anomalyco/opencode#23029",
        "Access denied, please make sure your account is in good standing. For details, see: https://help.aliyun.com/zh/model-studio/error-code#overdue-payment",
        `limit quota credits text ${NEVER}`,
      ],
      [
        "Alibaba's coding plan",
        "429 hour allocated quota exceeded.",
        "limit quota session 429 text",
      ],
      [
        "Alibaba's coding plan",
        "429 week allocated quota exceeded.",
        "limit quota weekly 429 text",
      ],
      ["Alibaba's coding plan", "month allocated quota exceeded", "limit quota monthly text"],
      ["Alibaba's coding plan", "concurrency allocated quota exceeded", "limit rate text"],
      [
        "Throttling.AllocationQuota",
        "429 Allocated quota exceeded, please increase your quota limit.",
        "limit rate 429 text",
      ],
      [
        "RooCodeInc/Roo-Code#5050",
        "ThrottlingException: Too many tokens, please wait before trying again.",
        "limit rate text",
      ],
      [
        "MoonshotAI/kimi-cli#1599",
        "Error code: 429 - {'error': {'message': 'Your account org-78 request reached organization TPD rate limit, current: 1526210, limit: 1500000', 'type': 'rate_limit_reached_error'}}",
        "limit quota daily 429 text",
      ],
      [
        "MoonshotAI/kimi-cli#901",
        "Error code: 429 - {'error': {'message': \"We're receiving too many requests at the moment. Please wait a moment and try again.\", 'type': 'rate_limit_reached_error'}}",
        "limit rate 429 text",
      ],
      [
        "Moonshot",
        "Error code: 429 - {'error': {'message': 'Your account org-78 request reached max organization concurrency: 3, please try again after 1 seconds', 'type': 'rate_limit_reached_error'}}",
        "limit rate 429 text 2026-11-30T10:00",
      ],
      [
        "Z.ai, code 1302",
        "High concurrency usage of this API, please reduce concurrency or contact customer service to increase limits",
        "limit rate text",
      ],
      ["any", "You've reached your concurrent request limit.", "limit rate text"],
      [
        "GitHub Models",
        "Rate limit of 50 per 86400s exceeded for UserByModelByDay. Please wait 40000 seconds before retrying.",
        "limit quota daily text 2026-11-30T21:06",
      ],
      [
        "QwenLM/qwen-code#73",
        "402 This request requires more credits, or fewer max_tokens. You requested up to 225702 tokens, but can only afford 92985.",
        `limit quota credits 402 text ${NEVER}`,
      ],
      [
        "public code",
        "403 Key limit exceeded (total limit). Manage it using https://openrouter.ai/settings/keys",
        `limit quota credits 403 text ${NEVER}`,
      ],
      [
        "continuedev/continue#6185",
        '{"object":"error","message":"Service tier capacity exceeded for this model.","type":"invalid_request_error"}',
        "error overload text",
      ],
      [
        "BerriAI/litellm#22726",
        "litellm.BadRequestError: OpenAIException - Budget has been exceeded! Current cost: 26.075, Max budget: 0.25",
        `limit quota credits text ${NEVER}`,
      ],
      [
        "BerriAI/litellm, docs",
        '{"error":{"message":"LiteLLM User: engineer-1, exceeded budget for model=claude-opus-4-8","type":"budget_exceeded","param":null,"code":"429"}}',
        `limit quota credits 429 text ${NEVER}`,
      ],
      [
        "OpenHands SDK",
        "LLMContextWindowExceedError: Conversation history longer than the model takes",
        `error context text ${NEVER}`,
      ],
      [
        `${GOOGLE}#4690`,
        "[API Error: API key not valid. Please pass a valid API key. (Status: INVALID_ARGUMENT)]",
        `error auth text ${NEVER}`,
      ],
      [
        "can1357/oh-my-pi#449",
        '{"error":{"message":"{\\n  \\"error\\": {\\n    \\"code\\": 400,\\n    \\"reason\\": \\"API_KEY_INVALID\\"}}"}}',
        `error auth 400 text ${NEVER}`,
      ],
      // The lists of what Pi takes for a request that is too long (packages/ai/src/utils/overflow.ts).
      [
        "badlogic/pi-mono",
        "This model's maximum prompt length is 131072 but the request contains 537812 tokens",
        `error context text ${NEVER}`,
      ],
      [
        "badlogic/pi-mono",
        "the request exceeds the available context size, try increasing it",
        `error context text ${NEVER}`,
      ],
      [
        "badlogic/pi-mono",
        "prompt token count of 135000 exceeds the limit of 128000",
        `error context text ${NEVER}`,
      ],
      [
        "badlogic/pi-mono",
        "Your request exceeded model token limit: 262144 (requested: 300000)",
        `error context text ${NEVER}`,
      ],
      [
        "badlogic/pi-mono",
        "Please reduce the length of the messages or completion",
        `error context text ${NEVER}`,
      ],
      [
        "badlogic/pi-mono",
        "invalid params, context window exceeds limit (2013)",
        `error context text ${NEVER}`,
      ],
      [
        "cline/cline#10207",
        '{"code":"SPEND_LIMIT_EXCEEDED","message":"No more for today"}',
        "limit quota text",
      ],
      [
        "public code",
        "You have reached the quota limit for Claude Opus 4.5. You can resume using this model at 2026-12-02T05:00:00Z.",
        "limit quota model text 2026-12-02T05:00",
      ],
    ],
    (text) => failed({ text, at: AT }),
  );

  it("OpenRouter's day, by the header that it repeats", () => {
    const error = {
      name: "APIError",
      data: {
        message: "Rate limit exceeded: free-models-per-day-high-balance. ",
        statusCode: 429,
        responseBody:
          '{"error":{"message":"no","code":429,"metadata":{"headers":{"X-RateLimit-Limit":"1000","X-RateLimit-Remaining":"0","X-RateLimit-Reset":"1796083200000"}}}}',
      },
    };
    const body = failureOf(error, Date.parse(AT));
    assert.equal(told(body), "limit quota daily 429 record 2026-12-01T00:00");
  });
  it("Pi's own words for a ChatGPT plan", () => {
    const errorMessage =
      "You have hit your ChatGPT usage limit (plus plan). Try again in ~123 min.";
    const body = piFailure({ errorMessage, timestamp: Date.parse(AT) });
    assert.equal(told(body), "limit quota text 2026-11-30T12:03");
  });
});

describe("what is no refusal", () => {
  for (const text of [
    "You're close to your usage credit limit",
    "agent thread limit reached",
    "Request timed out after 529 ms",
    "The model's answer was empty",
    "Image base64 size (6 MB) exceeds API limit (5 MB). Please resize the image before sending.",
    "Could not update your settings",
  ]) {
    it(text, () => assert.equal(told(failed({ text, at: AT })), "error"));
  }
});
