/**
 * Refusals that people met, in the words of their reports and of the vendors' own pages: what each of
 * them is, until when it lasts, and whether waiting helps. Here: of plans, by their own CLIs.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { codex } from "../../../src/agents/codex/index.ts";
import { allowances, turnError } from "../../../src/agents/codex/limits.ts";
import { readError } from "../../../src/agents/copilot/limits.ts";
import { apiError, apiRetry } from "../../../src/agents/shared/claude/limits.ts";
import type { EventBody, Json } from "../../../src/session/types.ts";
import { AT, check, NEVER, ownClock, type Row, told } from "../../support/refusal.ts";

const DOCS = "code.claude.com/docs/en/errors";
const CLAUDE = "anthropics/claude-code";

describe("Claude Code, a line with `error: rate_limit` and 429", () => {
  const read = (text: string): EventBody =>
    apiError({ timestamp: AT, error: "rate_limit", apiErrorStatus: 429 }, text);
  check(
    [
      [
        DOCS,
        "You've hit your weekly limit · resets Mon 12:00am",
        `limit quota weekly 429 record ${ownClock(2026, 11, 7, 0)}`,
      ],
      [
        `${CLAUDE}#46812`,
        "You've hit your weekly limit · resets Sun 11:00 PM (UTC)",
        "limit quota weekly 429 record 2026-12-06T23:00",
      ],
      [
        `${CLAUDE}#64905`,
        "API Error: Server is temporarily limiting requests (not your usage limit) · Rate limited",
        "limit rate 429 record",
      ],
      [
        DOCS,
        "spend limit reached (daily; resets 2026-12-01 00:00 UTC)",
        "limit quota daily 429 record 2026-12-01T00:00",
      ],
      [DOCS, "spend limit unavailable", "limit rate 429 record"],
      [
        `${CLAUDE}#77703`,
        "You've hit your monthly spend limit · raise it at claude.ai/settings/usage",
        "limit quota monthly 429 record",
      ],
      // Said of five hours, too, where there is no organization.
      [`${CLAUDE}#52908`, "You've hit your org's monthly usage limit", "limit quota 429 record"],
      [
        `${CLAUDE}#91376`,
        "You've hit your monthly spend limit · your session limit resets 2:40pm (UTC)",
        "limit quota session 429 record 2026-11-30T14:40",
      ],
      [
        DOCS,
        "You've hit your individual usage limit · your session limit resets 3:45pm (UTC)",
        "limit quota session 429 record 2026-11-30T15:45",
      ],
      [DOCS, "You've hit your team's shared budget · ask your admin", "limit quota 429 record"],
      [
        DOCS,
        "You've hit your Sonnet limit · resets 3pm (UTC)",
        "limit quota model 429 record 2026-11-30T15:00",
      ],
      [
        "public code",
        "You've hit your Fable 5 limit · resets Dec 3, 9am (UTC)",
        "limit quota model 429 record 2026-12-03T09:00",
      ],
      [
        "public code",
        "Fable 5 requires usage credits. Switch to another model.",
        "limit quota model 429 record",
      ],
      [
        `${CLAUDE}#42654`,
        "You're out of extra usage · resets 9am (America/Cordoba)",
        "limit quota credits 429 record 2026-11-30T12:00",
      ],
      [
        "public code",
        "You're out of usage credits · resets 3pm (UTC)",
        "limit quota credits 429 record 2026-11-30T15:00",
      ],
      [
        "public code",
        "Your org is out of usage · contact your admin",
        `limit quota credits 429 record ${NEVER}`,
      ],
      [
        "public code",
        "Your seat type doesn't include usage credits",
        `limit quota credits 429 record ${NEVER}`,
      ],
      [
        "public code",
        "Your usage allocation has been disabled by your admin · run /usage-credits to ask your admin for a higher limit",
        `limit quota credits 429 record ${NEVER}`,
      ],
      [
        "public code",
        "This service is disabled for your org",
        `limit quota credits 429 record ${NEVER}`,
      ],
      // Nothing is used up: the same plan answers a shorter request.
      [
        DOCS,
        "API Error: Usage credits required for 1M context · run /usage-credits to turn them on, or /model to switch to standard context",
        `error context 429 text ${NEVER}`,
      ],
      // A time that has passed, said again while the server still refuses.
      [
        `${CLAUDE}#77725`,
        "You've hit your session limit · resets 9:40am (UTC)",
        "limit quota session 429 record",
      ],
      [`${CLAUDE}#74079`, "You've hit your limit · resets 9:55am (UTC)", "limit quota 429 record"],
      // Zhipu's plan in Claude Code; its times are those of Beijing.
      [
        "can1357/oh-my-pi#11014",
        "API Error: Request rejected (429) · [1308][已达到 5 小时的使用上限。您的限额将在 2026-11-30 19:25:37 重置。][2026113016330100643bdf6a934b90]",
        "limit quota session 429 record 2026-11-30T11:25",
      ],
      [
        "can1357/oh-my-pi#9826",
        "API Error: Request rejected (429) · [1310][您已达到每周/每月使用上限，您的限额将在 2026-12-04 09:59:59 重置。]",
        "limit quota weekly 429 record 2026-12-04T01:59",
      ],
    ],
    read,
  );
});

describe("Claude Code, other lines", () => {
  const line = (error?: string, status?: number) => (text: string) =>
    apiError(
      {
        timestamp: AT,
        ...(error === undefined ? {} : { error }),
        ...(status === undefined ? {} : { apiErrorStatus: status }),
      },
      text,
    );
  check(
    [
      [
        `${CLAUDE}#1450`,
        "Claude Max usage limit reached. Your limit will reset at 12am.",
        `limit quota text ${ownClock(2026, 11, 1, 0)}`,
      ],
      [
        `${CLAUDE}#2087`,
        "Claude usage limit reached. Your limit will reset at 1pm (Etc/GMT+5)",
        "limit quota text 2026-11-30T18:00",
      ],
      [
        `${CLAUDE}#12308`,
        "5-hour limit reached · resets 2am (Pacific/Auckland) · /upgrade to Max 20x or turn on /extra-usage",
        "limit quota session text 2026-11-30T13:00",
      ],
      [
        DOCS,
        "Conversation too long. Press esc twice to go up a few messages and try again.",
        `error context text ${NEVER}`,
      ],
      [
        "public code",
        "Context limit reached · /compact or /clear to continue",
        `error context text ${NEVER}`,
      ],
      [
        `${CLAUDE}#236`,
        "API Error (429 Too many tokens, please wait before trying again.)",
        "limit rate 429 text",
      ],
    ],
    line(),
  );
  check(
    [
      [
        `${CLAUDE}#1047`,
        "API Error: 400 You have reached your specified workspace API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.",
        "limit quota monthly 400 text 2026-12-01T00:00",
      ],
      [
        "NousResearch/hermes-agent#6475",
        "You're out of extra usage. Add more at claude.ai/settings/usage and keep going.",
        `limit quota credits 400 text ${NEVER}`,
      ],
      [DOCS, "This organization has been disabled", `error auth 400 text ${NEVER}`],
      [
        DOCS,
        "Your organization has disabled Claude subscription access for Claude Code · Use an Anthropic API key instead",
        `error auth 400 text ${NEVER}`,
      ],
    ],
    line("invalid_request", 400),
  );
  check(
    [
      [
        DOCS,
        "API Error: Repeated 529 Overloaded errors. The API is at capacity — this is usually temporary.",
        "error overload 529 record",
      ],
    ],
    line("rate_limit", 529),
  );
  it("a gateway calls each of its caps a matter of billing", () => {
    const body = apiError(
      { timestamp: AT, error: "billing_error", apiErrorStatus: 429 },
      "spend limit reached (weekly; resets 2026-12-07 00:00 UTC)",
    );
    assert.equal(told(body), "limit quota weekly 429 record 2026-12-07T00:00");
  });
  it("the limit of one model, by the name of its window", () => {
    const quotaLimits = {
      status: "rejected",
      rateLimitType: "seven_day_overage_included",
      resetsAt: 1796400000,
    };
    const record = { timestamp: AT, error: "rate_limit", apiErrorStatus: 429, quotaLimits };
    const body = apiError(record, "You've hit your Fable 5 limit · resets Dec 4, 4pm (UTC)");
    assert.equal(told(body), "limit quota model 429 record 2026-12-04T16:00");
  });
});

const CODEX = "openai/codex codex-rs/protocol/src/error.rs";

describe("Codex", () => {
  const error = (info: Json) => (message: string) =>
    turnError({ message, codex_error_info: info }, null, AT);
  check(
    [
      [
        CODEX,
        "You've hit your usage limit for GPT-5.3-Codex-Spark. Switch to another model now, or try again at 11:31 PM.",
        `limit quota model record ${ownClock(2026, 10, 30, 23, 31)}`,
      ],
      [
        CODEX,
        "Your workspace is out of credits. Ask your workspace owner to refill in order to continue.",
        `limit quota credits record ${NEVER}`,
      ],
      [
        CODEX,
        "You hit your spend cap set by the owner of your workspace. Ask an owner to increase your spend cap to continue.",
        `limit quota credits record ${NEVER}`,
      ],
      [
        CODEX,
        "To use Codex with your ChatGPT plan, upgrade to Plus: https://chatgpt.com/explore/plus.",
        `limit quota credits record ${NEVER}`,
      ],
      [
        "openai/codex#26668",
        "You've hit your usage limit. Upgrade to Plus to continue using Codex (https://chatgpt.com/explore/plus), or try again at Jan 5th, 2027 8:19 PM.",
        `limit quota record ${ownClock(2027, 0, 5, 20, 19)}`,
      ],
    ],
    error("usage_limit_exceeded"),
  );
  check(
    [
      [
        "openai/codex#3899, 0.39",
        "You've hit your usage limit. Upgrade to Pro (https://openai.com/chatgpt/pricing) or try again in 5 days 22 hours 11 minutes.",
        "limit quota text 2026-12-06T08:11",
      ],
      [
        "openai/codex#36369",
        "You've hit your usage limit. Upgrade your plan to continue, or try again after December 7, 2026 at 21:15.",
        `limit quota text ${ownClock(2026, 11, 7, 21, 15)}`,
      ],
    ],
    (message) => turnError({ message }, null, AT),
  );

  /** Event lines of a session, and the refusals that are read in them. */
  function refusals(...payloads: { [key: string]: Json }[]): string[] {
    const reader = codex.reader();
    return payloads
      .flatMap((payload, n) =>
        reader.read({ timestamp: AT, type: "event_msg", payload: { ...payload } }, n),
      )
      .flatMap((entry) =>
        entry.kind === "event" && (entry.event === "limit" || entry.event === "error")
          ? [told(entry)]
          : [],
      );
  }
  const counted = (limits: { [key: string]: Json }): { [key: string]: Json } => ({
    type: "token_count",
    info: null,
    rate_limits: { plan_type: "plus", rate_limit_reached_type: null, ...limits },
  });
  const end = (message: string): { [key: string]: Json } => ({
    type: "task_complete",
    error: { message, codex_error_info: "usage_limit_exceeded" },
  });
  const full = (resets_at: number, minutes = 300): Json => ({
    used_percent: 100,
    window_minutes: minutes,
    resets_at,
  });
  const SOON = 1796043600;
  /** A refused request writes one (openai/codex#14880, and public code that reads them). */
  const EMPTY = counted({
    limit_id: "premium",
    limit_name: null,
    primary: null,
    secondary: null,
    credits: { has_credits: false, unlimited: false, balance: "0" },
  });

  it("a snapshot that says nothing does not hide the window that is used up", () => {
    const spent = "limit quota session record 2026-11-30T13:00";
    assert.deepEqual(
      refusals(
        counted({ limit_id: "codex", primary: full(SOON), secondary: null }),
        EMPTY,
        end("You've hit your usage limit. Try again later."),
      ),
      [spent, spent],
    );
    assert.deepEqual(refusals(EMPTY), []);
  });
  it("a window that has ended, or is of one model, says nothing about a later refusal", () => {
    const words = "You've hit your usage limit. Try again later.";
    assert.equal(
      refusals(counted({ primary: full(1795300000) }), end(words)).at(-1),
      "limit quota record",
    );
    assert.equal(
      refusals(counted({ limit_id: "codex_bengalfox", primary: full(SOON) }), end(words)).at(-1),
      "limit quota record",
    );
  });
  it("what a workspace paid for", () => {
    const reached = "workspace_member_credits_depleted";
    const gone = counted({ limit_id: "premium", rate_limit_reached_type: reached });
    assert.deepEqual(refusals(gone), [`limit quota credits record ${NEVER}`]);
  });
  it("windows of `premium` are the plan's; older versions count the seconds", () => {
    const window = { used_percent: 20, window_minutes: 300, resets_in_seconds: 3600 };
    const record = {
      timestamp: AT,
      payload: counted({ limit_id: "premium", primary: window, secondary: null }),
    };
    assert.deepEqual(allowances(record), [
      { scope: "session", usedPercent: 20, resetsAt: "2026-11-30T11:00:00.000Z" },
    ]);
  });
});

describe("Copilot CLI, by the codes of its service", () => {
  const VSCODE = "microsoft/vscode, chat errors";
  const rows: Row[] = [
    ["github/copilot-cli#2740", "user_weekly_rate_limited:pro", "limit quota weekly 429 record"],
    [VSCODE, "user_global_rate_limited:pro", "limit quota session 429 record"],
    [VSCODE, "user_model_rate_limited", "limit quota model 429 record"],
    ["public code", "interaction_weekly_rate_limited", "limit quota weekly 429 record"],
    ["public code", "interaction_session_rate_limited", "limit quota session 429 record"],
    ["public code", "interaction_burst_rate_limited", "limit rate 429 record"],
    ["public code", "user_monthly_rate_limited", "limit quota monthly 429 record"],
    [VSCODE, "agent_mode_limit_exceeded", "limit rate 429 record"],
    [VSCODE, "upstream_provider_rate_limit", "limit rate 429 record"],
    [VSCODE, "model_overloaded", "error overload 429 record"],
    [VSCODE, "overage_limit_reached", "limit quota monthly 429 record"],
    ["public code", "additional_spend_limit_reached", "limit quota monthly 429 record"],
  ];
  check(rows, (errorCode) =>
    readError(
      { errorType: "rate_limit", errorCode, message: "Please wait a moment.", statusCode: 429 },
      AT,
    ),
  );
});

describe("a request that Claude Code tries again", () => {
  it("a gateway's code says more than its status (public report)", () => {
    const error = {
      status: 503,
      error: {
        code: "chat-rag.too_many_requests",
        message: "The number of requests to the model has reached the official limit.",
        type: "ai_model_error",
      },
    };
    const body = apiRetry({ timestamp: AT, error, retryInMs: 0 }, undefined);
    assert.equal(told(body), "limit rate 503 record");
  });
});
