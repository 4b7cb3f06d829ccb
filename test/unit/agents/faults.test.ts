/** Why a request was refused, in the words that users of these CLIs report. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  allowances as codexAllowances,
  spent,
  turnError,
} from "../../../src/agents/codex/limits.ts";
import { allowances as copilotAllowances, readError } from "../../../src/agents/copilot/limits.ts";
import { readError as geminiError } from "../../../src/agents/gemini/limits.ts";
import { readFailure } from "../../../src/agents/kimi/limits.ts";
import { apiError, apiRetry } from "../../../src/agents/shared/claude/limits.ts";
import { failed } from "../../../src/agents/shared/faults.ts";
import { failureOf } from "../../../src/agents/shared/opencode/limits.ts";
import { failureOf as piFailure } from "../../../src/agents/shared/pi/limits.ts";
import type { EventBody, Json } from "../../../src/session/types.ts";
import { PHRASES } from "../../support/limit-words.ts";
import { AT, brief, ownClock } from "../../support/refusal.ts";
import { runs } from "../../support/seed.ts";

function check(read: (given: string) => EventBody | null, cases: Record<string, string>): void {
  for (const [given, expected] of Object.entries(cases)) {
    it(`${given.slice(0, 70)}: ${expected}`, () => assert.equal(brief(read(given)), expected));
  }
}

describe("Claude Code's own words", () => {
  const line = (error: Json | undefined, status: Json | undefined) => (text: string) =>
    apiError(
      {
        timestamp: AT,
        ...(error === undefined ? {} : { error }),
        ...(status === undefined ? {} : { apiErrorStatus: status }),
      },
      text,
    );
  check(line("rate_limit", 429), {
    "You've hit your limit · resets 3pm (Europe/Berlin)": "limit quota 429 record 2026-11-30T14:00",
    "You've hit your session limit · resets 3:40pm (Europe/Berlin)\n/login to switch to an API usage-billed account.":
      "limit quota session 429 record 2026-11-30T14:40",
    "You've hit your limit · resets Jan 30, 11:30am (Asia/Calcutta)":
      "limit quota 429 record 2027-01-30T06:00",
    "You've hit your limit · resets Dec 10 at 7am (America/Chicago)":
      "limit quota 429 record 2026-12-10T13:00",
    "Weekly limit reached · resets Dec 2, 7pm (Europe/Moscow) ·":
      "limit quota weekly 429 record 2026-12-02T16:00",
    "You've hit your Opus limit · resets Dec 3, 9am (UTC)":
      "limit quota model 429 record 2026-12-03T09:00",
    "Opus weekly limit reached ∙ resets Dec 3, 9am (UTC)":
      "limit quota model 429 record 2026-12-03T09:00",
    "You're out of extra usage · resets 1:30am (Asia/Calcutta)":
      "limit quota credits 429 record 2026-11-30T20:00",
    "API Error: Request rejected (429) · This may be a temporary capacity issue":
      "limit rate 429 record",
    "API Error: Rate limit reached": "limit rate 429 record",
  });
  // Versions before 2 had no field for it.
  check(line(undefined, undefined), {
    "Claude AI usage limit reached|1796400000": "limit quota text 2026-12-04T16:00",
    "Claude usage limit reached. Your limit will reset at 3pm (America/Bogota).":
      "limit quota text 2026-11-30T20:00",
    "5-hour limit reached ∙ resets 3pm (Europe/Berlin)":
      "limit quota session text 2026-11-30T14:00",
    "Credit balance is too low": "limit quota credits text",
    'API Error: 529 {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}':
      "error overload 529 text",
    "Prompt is too long": "error context text",
    "Invalid API key · Please run /login": "error auth text",
    "API Error: Connection error.": "error",
    "API Error: 500 Internal server error": "error",
  });
  check(line("invalid_request", 400), {
    "API Error: 400 You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.":
      "limit quota monthly 400 text 2026-12-01T00:00",
  });
  check(line("overloaded", 529), { "API Error: Overloaded": "error overload 529 record" });
  check(line("authentication_failed", 401), { "Please run /login": "error auth 401 record" });
  // A plan of Kimi's in Claude Code: what the field calls a failed login is a quota.
  check(line("authentication_failed", 403), {
    "Failed to authenticate. API Error: 403 You've reached your usage limit for this billing cycle.":
      "limit quota 403 text",
  });

  it("a request that is tried again says until when", () => {
    const record = (status: number, type: string): Json => ({
      timestamp: AT,
      error: { status, error: { type: "error", error: { type, message: "No" } } },
      retryInMs: 60_000,
    });
    const limit = apiRetry(record(429, "rate_limit_error"), undefined);
    assert.equal(brief(limit), "limit rate 429 record 2026-11-30T10:01");
    const other = apiRetry(record(529, "overloaded_error"), undefined);
    assert.equal(brief(other), "error overload 529 record");
    assert.equal(brief(apiRetry({}, undefined)), "error");
  });
});

describe("Codex's records", () => {
  const WEEK = {
    scope: "weekly",
    resetsAt: "2026-12-04T00:00:00.000Z",
    minutes: 10080,
    usedPercent: 100,
  } as const;
  const error = (info: Json) => (message: string) =>
    turnError({ message, codex_error_info: info }, null, AT);
  check(error("usage_limit_exceeded"), {
    "You've hit your usage limit. Upgrade to Pro (https://openai.com/chatgpt/pricing) or try again in 5 days 22 hours 11 minutes.":
      "limit quota record 2026-12-06T08:11",
    "You’ve hit your usage limit. Visit https://chatgpt.com/codex/settings/usage to purchase more credits or try again at Dec 11th, 2026 1:36 PM.": `limit quota record ${ownClock(2026, 11, 11, 13, 36)}`,
    "You've hit your usage limit. Upgrade to Pro, or wait for limits to reset (every 5h and every week.).":
      "limit quota record",
    "Quota exceeded. Check your plan and billing details.": "limit quota credits record",
  });
  check(error({ response_too_many_failed_attempts: { http_status_code: 429 } }), {
    "exceeded retry limit, last status: 429 Too Many Requests": "limit rate 429 record",
  });
  check(error("context_window_exceeded"), {
    "Codex ran out of room in the model's context window.": "error context record",
  });
  check(error("server_overloaded"), { "Selected model is at capacity.": "error overload record" });
  check(error("unauthorized"), { "Your login has expired": "error auth record" });
  check(error("other"), {
    "Rate limit reached for o4-mini in organization org-x on requests per day (RPD): Limit 200, Used 200, Requested 1. Please try again in 7m12s.":
      "limit quota daily text 2026-11-30T10:07",
    "Rate limit reached for gpt-5 on tokens per min (TPM): Limit 30000. Please try again in 6m0s. You can increase your limit at https://platform.openai.com/account/billing.":
      "limit rate text 2026-11-30T10:06",
    "It is broken": "error",
  });

  it("the window that was used up before says which allowance, and until when", () => {
    const told = {
      message: "You've hit your usage limit.",
      codex_error_info: "usage_limit_exceeded",
    };
    assert.equal(brief(turnError(told, WEEK, AT)), "limit quota weekly record 2026-12-04T00:00");
    assert.equal(turnError(undefined, WEEK, AT), null);
  });

  const counted = (limits: Json): Json => ({
    payload: { type: "token_count", rate_limits: limits },
  });
  const window = (minutes: number, used: number): Json => ({
    used_percent: used,
    window_minutes: minutes,
    resets_at: 1795300000,
  });

  it("windows are named by their length, wherever they stand", () => {
    const resetsAt = "2026-11-21T22:26:40.000Z";
    const limits = { limit_id: "codex", primary: window(10080, 12), secondary: window(300, 7) };
    assert.deepEqual(codexAllowances(counted(limits)), [
      { scope: "weekly", usedPercent: 12, resetsAt },
      { scope: "session", usedPercent: 7, resetsAt },
    ]);
    assert.deepEqual(codexAllowances(counted({ primary: window(43200, 1), secondary: null })), [
      { scope: "monthly", usedPercent: 1, resetsAt },
    ]);
    const own = { limit_id: "codex_other", primary: window(300, 50) };
    assert.equal(codexAllowances(counted(own))?.[0]?.scope, "model");
    assert.equal(codexAllowances(counted(null)), undefined);
    assert.equal(
      codexAllowances({ payload: { type: "agent_message", message: "100%" } }),
      undefined,
    );
  });

  it("a window that is used up is no limit where credits are used after it", () => {
    const full = { primary: window(300, 100), secondary: window(10080, 40) };
    assert.equal(spent({ rate_limits: full }, AT)?.scope, "session");
    assert.equal(spent({ rate_limits: { ...full, credits: { has_credits: true } } }, AT), null);
    assert.equal(spent({ rate_limits: { primary: window(300, 99) } }, AT), null);
  });
});

describe("Copilot CLI's records", () => {
  const error =
    (errorType: string, errorCode: string | null, statusCode: number) => (message: string) =>
      readError(
        { errorType, message, statusCode, ...(errorCode === null ? {} : { errorCode }) },
        AT,
      );
  check(error("rate_limit", "user_weekly_rate_limited", 429), {
    "You've reached your weekly rate limit. Please wait for your limit to reset on December 2, 2026 at 2:00 AM or switch to auto model to continue.": `limit quota weekly 429 record ${ownClock(2026, 11, 2, 2)}`,
  });
  check(error("rate_limit", "user_global_rate_limited:pro", 429), {
    "Sorry, you've exceeded your 5 hour session limits. Please retry after 2733 seconds.":
      "limit quota session 429 record 2026-11-30T10:45",
  });
  check(error("rate_limit", "user_model_rate_limited", 429), {
    "Sorry, you have been rate-limited. Please wait 2 minutes before trying again.":
      "limit quota model 429 record 2026-11-30T10:02",
  });
  check(error("rate_limit", "rate_limited", 429), {
    "Sorry, you've hit a rate limit that restricts the number of Copilot model requests you can make within a specific time period. Please try again in 51 hours.":
      "limit rate 429 record 2026-12-02T13:00",
    "Sorry, your request was rate-limited. Please wait 587 hours 33 minutes before trying again.":
      "limit rate 429 record 2026-12-24T21:33",
  });
  check(error("quota", "quota_exceeded", 402), {
    "402 You have no quota": "limit quota monthly 402 record",
  });
  check(error("query", null, 402), {
    '402 {"error":{"message":"You have no quota","code":"quota_exceeded"}}':
      "limit quota monthly 402 record",
    "You have exceeded your premium request allowance.": "limit quota monthly 402 record",
    "402 No money": "limit quota credits 402 record",
  });
  check(error("context_limit", null, 400), { "too long": "error context 400 record" });
  check(error("authentication", null, 401), { "No login": "error auth 401 record" });
  check(error("query", null, 500), { "500 broken": "error" });

  it("quotas are in what a call to the model told", () => {
    const one = { isUnlimitedEntitlement: false, entitlementRequests: 300, usedRequests: 75 };
    const record = {
      type: "model.model_call_success",
      data: {
        quotaSnapshots: {
          premium_interactions: {
            ...one,
            remainingPercentage: 75,
            resetDate: "2026-12-01T00:00:00Z",
          },
          chat: { ...one, isUnlimitedEntitlement: true, remainingPercentage: 100 },
          session: { ...one, remainingPercentage: 10 },
        },
      },
    };
    assert.deepEqual(copilotAllowances(record), [
      { scope: "monthly", usedPercent: 25, resetsAt: "2026-12-01T00:00:00.000Z" },
      { scope: "session", usedPercent: 90, resetsAt: null },
    ]);
    assert.equal(copilotAllowances({ data: { quotaSnapshots: {} } }), undefined);
    assert.equal(copilotAllowances({ data: {} }), undefined);
  });
});

describe("Gemini CLI's words", () => {
  const quota = (id: string, wait: string): string =>
    `[API Error: [{"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing details.${wait}","status":"RESOURCE_EXHAUSTED","details":[{"violations":[{"quotaId":"${id}"}]}]}}]]`;
  check((text) => geminiError(text, AT), {
    "[API Error: You have exhausted your daily quota on this model.]": "limit quota daily text",
    "[API Error: You have exhausted your capacity on this model. Your quota will reset after 8h44m7s.]":
      "limit quota model text 2026-11-30T18:44",
    "[API Error: No capacity available for model gemini-3-flash-preview on the server]":
      "error overload text",
    [quota("GenerateRequestsPerDayPerProjectPerModel-FreeTier", "")]: "limit quota daily 429 text",
    [quota("GenerateRequestsPerMinutePerProjectPerModel-FreeTier", "\\nPlease retry in 43.5s.")]:
      "limit rate 429 text 2026-11-30T10:00",
    "Individual quota reached. Resets in 157h": "limit quota text 2026-12-06T23:00",
    "[API Error: The input token count (2000000) exceeds the maximum number of tokens allowed]":
      "error context text",
    "[API Error: fetch failed]": "error",
  });
});

describe("OpenCode's records", () => {
  const error = (message: string, more: { [key: string]: Json } = {}): Json => ({
    name: "APIError",
    data: { message, statusCode: 429, isRetryable: true, ...more },
  });
  const at = Date.parse(AT);
  it("a plan's limit is named by the answer", () => {
    const zen = error("Weekly usage limit reached. It will reset in 5 days 10 hours.", {
      responseBody: '{"type":"error","error":{"type":"GoUsageLimitError","message":"Weekly"}}',
      responseHeaders: { "retry-after": "468000" },
    });
    assert.equal(brief(failureOf(zen, at)), "limit quota weekly 429 record 2026-12-05T20:00");
    const free = error("Free usage exceeded, subscribe to Go", {
      responseBody: '{"type":"error","error":{"type":"FreeUsageLimitError"}}',
    });
    assert.equal(brief(failureOf(free, at)), "limit quota daily 429 record");
    const claude = error("This request would exceed your account's rate limit.", {
      responseHeaders: {
        "anthropic-ratelimit-unified-representative-claim": "seven_day_opus",
        "anthropic-ratelimit-unified-reset": "1796400000",
      },
    });
    assert.equal(brief(failureOf(claude, at)), "limit quota model 429 record 2026-12-04T16:00");
  });
  it("other failures are no limits", () => {
    const long = {
      name: "ContextOverflowError",
      data: { message: "Input exceeds context window" },
    };
    assert.equal(brief(failureOf(long, at)), "error context record");
    const login = { name: "ProviderAuthError", data: { message: "x" } };
    assert.equal(brief(failureOf(login, at)), "error auth record");
    const busy = { name: "APIError", data: { message: "Overloaded", statusCode: 529 } };
    assert.equal(brief(failureOf(busy, at)), "error overload 529 record");
    assert.equal(brief(failureOf({ name: "UnknownError", data: { message: "x" } }, at)), "error");
    assert.equal(brief(failureOf(7, at)), "error");
  });
});

describe("other vendors' words", () => {
  check((text) => failed({ text, at: AT }), {
    "429 Free allocated quota exceeded.": "limit quota 429 text",
    "429 Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free model requests per day":
      "limit quota daily 429 text",
    "429 Rate limit exceeded: free-models-per-min.": "limit rate 429 text",
    "Insufficient balance. Your Cline Credits balance is $-0.06": "limit quota credits text",
    "Your standard credit limits are exhausted": "limit quota text",
    "Error code: 429 - {'error': {'type': 'requests', 'code': 'rate_limit_exceeded'}}":
      "limit rate 429 text",
    "API error (status 503 Service Unavailable): try later": "error overload 503 text",
    "litellm.ContextWindowExceededError: too many": "error context text",
    "HTTP 413 Request Entity Too Large": "error context 413 text",
    "This model's maximum context length is 128000 tokens.": "error context text",
    "": "error",
    "The build has 429 warnings": "error",
    "PermissionError(13, 'Permission denied')": "error",
    "OSError: [Errno 122] Disk quota exceeded": "error",
    "OSError: [Errno 11] Resource temporarily unavailable": "error",
    "context deadline exceeded": "error",
    "Cannot read /srv/limits/reset.ts": "error",
  });
  check(
    (message) =>
      readFailure({ code: "provider.auth_error", message, details: { statusCode: 403 } }, 0),
    {
      "403 You've reached your weekly (7-day) usage limit. Your quota will reset when the current 7-day window ends. To continue now, purchase extra usage or upgrade your plan":
        "limit quota weekly 403 text",
      "403 You've reached your usage limit for this billing cycle. Your quota will be refreshed in the next cycle.":
        "limit quota 403 text",
      "403 Invalid Authentication": "error auth 403 record",
    },
  );
  it("Pi's failed answers", () => {
    const message = (errorMessage: string) => ({ errorMessage, timestamp: Date.parse(AT) });
    assert.equal(
      brief(
        piFailure(
          message('429: {"message":"You exceeded your current quota","code":"insufficient_quota"}'),
          null,
        ),
      ),
      "limit quota credits 429 text",
    );
    assert.equal(
      brief(piFailure(message('529 {"type":"error","error":{"type":"overloaded_error"}}'), null)),
      "error overload 529 text",
    );
    assert.equal(piFailure(message("socket hang up"), null), null);
    assert.equal(piFailure({}, null), null);
  });
  it("whatever is written, a limit ends after it was met", () => {
    const word = fc.oneof(
      fc.constantFrom(...PHRASES),
      fc.constantFrom(
        "resets ",
        "retry after ",
        " · ",
        "3pm",
        "Mon 12:00am",
        "2020-01-01 00:00:00",
      ),
      fc.string({ maxLength: 12 }),
    );
    const time = fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2040, 0) });
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), time, (words, at) => {
        const failure = failed({ text: words.join(" "), at });
        if (failure.event !== "limit" || failure.resetsAt === undefined) return;
        assert.ok(Date.parse(failure.resetsAt) > at);
        assert.equal(failure.fault.retryable, true);
      }),
      { numRuns: runs(1000) },
    );
  });
  it("a page in place of an answer takes no time to read", () => {
    for (const piece of [
      "reset ",
      "wait 1 ",
      "1".repeat(9),
      "'type': ",
      "try again in 1h ",
      "a.",
      "error ",
    ]) {
      const from = performance.now();
      failed({ text: piece.repeat(200_000), at: AT });
      assert.ok(performance.now() - from < 1000, piece);
    }
  });
});
