/**
 * People and models talk about limits: what they say, and what tools print, is never a signal. In every
 * agent's session, a conversation with all the words that the rules know has no limit and no error.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { pi } from "../../src/agents/pi/index.ts";
import { agents } from "../../src/agents/registry.ts";
import type { Agent } from "../../src/agents/types.ts";
import type { Entry } from "../../src/session/types.ts";
import { convertFile, opening, see, write } from "../support/conversion.ts";
import { call, event, message, result } from "../support/entries.ts";
import { temporaryFolder } from "../support/folder.ts";

const PHRASES = [
  "You've hit your limit · resets 3pm (Europe/Berlin)",
  "Claude AI usage limit reached|1795300000",
  "5-hour limit reached ∙ resets 3pm",
  "Weekly limit reached · resets Dec 2, 7pm (Europe/Moscow)",
  "You've hit your Opus limit",
  "API Error: Request rejected (429) · This may be a temporary capacity issue",
  'API Error: 529 {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}',
  "Credit balance is too low",
  "Prompt is too long",
  "Invalid API key · Please run /login",
  "You've hit your usage limit. Upgrade to Pro or try again in 5 days 22 hours 11 minutes.",
  "exceeded retry limit, last status: 429 Too Many Requests",
  "Quota exceeded. Check your plan and billing details.",
  '429 {"type":"error","error":{"type":"rate_limit_error","message":"no"}}',
  '429: {"message":"no","code":"insufficient_quota"}; Retry-After: 3600 seconds',
  "Error code: 429 - {'error': {'type': 'requests', 'code': 'rate_limit_exceeded'}}",
  "error: rate_limit\nError code: 429 - {'error': {}}",
  "LLM request failed: Error code: 429",
  "litellm.RateLimitError: RateLimitError: OpenAIException - Rate limit reached",
  "The API provider has rate limited you. Try again later or check your quotas.",
  "> litellm.RateLimitError: RateLimitError: OpenAIException - Rate limit reached",
  "> The API provider has rate limited you. Try again later or check your quotas.",
  "AnthropicRateLimitError(\"Error code: 429 - {'type': 'error'}\")",
  "[API Error: You have exhausted your daily quota on this model.]",
  "✕ [API Error: No capacity available for model gemini-3-flash-preview on the server]",
  "API error (status 429 Too Many Requests): insufficient_quota: You exceeded your current quota",
  "402 Payment Required: Insufficient credits",
  "BYOK Error: 402 billing_error",
  "**Error:** Rate limit exceeded: Too many requests. Please wait and try again.",
  "_Cancelled by user._",
  "Ran into this error: Rate limit exceeded",
  "Sorry, you've hit a rate limit. Please try again in 51 hours. (user_weekly_rate_limited)",
  "You have exceeded your premium request allowance.",
  "Free usage exceeded, subscribe to Go",
  "access_terminated_error: You've reached your usage limit for this billing cycle.",
  "This model's maximum context length is 128000 tokens. context_length_exceeded",
  '{"type":"session.error","data":{"errorType":"rate_limit","message":"no","statusCode":429}}',
  '{"type":"agent_turn_outcome","reason":"model_rate_limited"}',
  '{"isApiErrorMessage":true,"error":"rate_limit","apiErrorStatus":429}',
  '{"type":"turn.step.retrying","statusCode":429,"delayMs":3600000}',
  '{"event.name":"qwen-code.api_error","status_code":429}',
  // As people report them: see test/unit/agents/refusals.test.ts.
  "You've hit your weekly limit · resets Mon 12:00am",
  "API Error: Server is temporarily limiting requests (not your usage limit) · Rate limited",
  "spend limit reached (daily; resets 2026-12-01 00:00 UTC)",
  "You're out of extra usage · resets 9am (America/Cordoba)",
  "API Error: Usage credits required for 1M context · run /usage-credits to turn them on",
  "API Error: Request rejected (429) · [1308][已达到 5 小时的使用上限。您的限额将在 2026-11-30 19:25:37 重置。]",
  "Context limit reached · /compact or /clear to continue",
  "OAuth token has expired. Please obtain a new token or refresh your existing token.",
  "You've hit your usage limit for GPT-5.3-Codex-Spark. Switch to another model now, or try again at 11:31 PM.",
  "Your workspace is out of credits. Add credits to continue.",
  '{"type":"event_msg","payload":{"type":"token_count","rate_limits":{"primary":{"used_percent":100}}}}',
  '{"type":"task_complete","error":{"message":"no","codex_error_info":"usage_limit_exceeded"}}',
  '{"error":{"type":"usage_limit_reached","plan_type":"free","resets_at":1796400000}}',
  '[API Error: [{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","details":[{"retryDelay":"43s"}]}}]]',
  "Usage limit reached for gemini-3-flash-preview. Access resets at 10:57 PM GMT-3.",
  "You've hit your global rate limit. Please upgrade your plan or wait 6 seconds for your limit to reset.",
  "402 You have no quota (Request ID: 0DAE)",
  "Your team has either used all available credits or reached its monthly spending limit.",
  "HTTP 429: usage limit exceeded, 5-hour usage limit reached, resets at 2026-11-30T15:00:00Z (2056)",
  "ThrottlingException: Too many tokens, please wait before trying again.",
  "litellm.BadRequestError: OpenAIException - Budget has been exceeded! Current cost: 26, Max budget: 1",
  "LLMRateLimitError: litellm.RateLimitError: no",
  '{"kind":"ConversationErrorEvent","code":"LLMRateLimitError","detail":"no"}',
  '{"type":"creditsExhausted","msg":"Please add credits"}',
  "\n\n**Error:** Rate limit exceeded: no\n\nThat is what it said.",
  "Conversation summary: the agent hit its usage limit, resets 3pm (UTC), and the user waited.",
];

/** Each alone, as a whole text; and all in one. */
const SAID = [...PHRASES, PHRASES.join("\n")];

const at = (n: number): string => new Date(Date.UTC(2026, 10, 30) + n * 1000).toISOString();

/** Each is said by the user, and by the model, and printed by a command that failed. */
function talk(agent: Agent, before: Entry[] = []): Entry[] {
  const use = { tool: "execute", command: "cat limits.log" } as const;
  const native = agent.tools.toNative(use);
  const said = SAID.flatMap((text, n): Entry[] => {
    const more = { name: native?.name ?? "bash", input: native?.input ?? {}, use };
    const asked = message(`u${n}`, null, "user", [text], { time: at(4 * n) });
    const end = message(`e${n}`, null, "assistant", [text], { time: at(4 * n + 3), stop: "end" });
    if (agent.takesTools === false || native === null) return [asked, end];
    const callId = `call_${n}`;
    return [
      asked,
      message(`a${n}`, null, "assistant", [text, call(callId, more.name, more)], {
        time: at(4 * n + 1),
        stop: "tool",
      }),
      message(
        `r${n}`,
        null,
        "tool",
        [result(callId, text, { isError: n % 2 === 0, exitCode: n % 2 })],
        {
          time: at(4 * n + 2),
        },
      ),
      end,
    ];
  });
  let last: string | null = null;
  return [...before, ...said].map((entry) => {
    const linked = { ...entry, parentId: last };
    last = entry.id;
    return linked;
  });
}

/** What was said about limits before is what the summary is about; and the model thinks of them. */
function summarised(): Entry[] {
  const summary = `What was said so far:\n${PHRASES.join("\n")}`;
  const thought = { kind: "reasoning", text: PHRASES.join("\n") } as const;
  return [
    message("before", null, "user", [PHRASES.join("\n")], { time: at(-9) }),
    message("thought", null, "assistant", [thought, "Limits."], { time: at(-8), stop: "end" }),
    { ...event("summary", null, { event: "compaction", summary, tokens: 9000 }), time: at(-7) },
  ];
}

async function signalsIn(agent: Agent, path: string): Promise<string[]> {
  const { entries, live } = await see({ agent, path });
  assert.ok(live.length >= SAID.length, "what was said is there");
  return entries.flatMap((entry) =>
    entry.kind === "event" && (entry.event === "limit" || entry.event === "error")
      ? [`${entry.event}: ${entry.text}`]
      : [],
  );
}

describe("a conversation about limits", () => {
  const folder = temporaryFolder();
  const source = { agent: pi, path: join(folder, "source.jsonl") };
  const { writer, text } = opening(pi, "about limits");
  writeFileSync(source.path, text + write(writer, talk(pi, summarised())));

  for (const agent of agents) {
    it(`has no limit in ${agent.id}`, async () => {
      const own = join(folder, `own-${agent.id}.jsonl`);
      const opened = opening(agent, "about limits");
      writeFileSync(own, opened.text + write(opened.writer, talk(agent)));
      assert.deepEqual(await signalsIn(agent, own), []);
      if (agent === pi) return;
      const there = join(folder, `there-${agent.id}.jsonl`);
      await convertFile(source, { agent, path: there });
      assert.deepEqual(await signalsIn(agent, there), []);
    });
  }
});
