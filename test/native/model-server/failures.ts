/** How the vendors' APIs refuse what they could answer: too many requests, nothing left to spend, too much to do. */
import type { ProtocolId } from "./protocol.ts";
import type { ScriptedError } from "./script.ts";

export type Failing = "rate" | "quota" | "overload";

/** In the shape of the vendor whose protocol it is; a second's wait, where it says one. */
export function failing(how: Failing, protocol: ProtocolId): ScriptedError {
  switch (protocol) {
    case "anthropic":
      return ANTHROPIC[how];
    case "gemini":
      return GEMINI[how];
    default:
      return OPENAI[how];
  }
}

const anthropic = (type: string, message: string) => ({
  type: "error",
  error: { type, message },
  request_id: "req_011lab",
});

const ANTHROPIC: Record<Failing, ScriptedError> = {
  rate: {
    status: 429,
    headers: { "retry-after": "1" },
    body: anthropic(
      "rate_limit_error",
      "This request would exceed your organization's rate limit of 30,000 input tokens per minute. MARK-REFUSED",
    ),
  },
  quota: {
    status: 400,
    body: anthropic(
      "invalid_request_error",
      "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits. MARK-REFUSED",
    ),
  },
  overload: {
    status: 529,
    headers: { "retry-after": "1" },
    body: anthropic("overloaded_error", "Overloaded MARK-REFUSED"),
  },
};

const openai = (type: string, code: string | null, message: string) => ({
  error: { message, type, param: null, code },
});

const OPENAI: Record<Failing, ScriptedError> = {
  rate: {
    status: 429,
    headers: { "retry-after": "1" },
    body: openai(
      "tokens",
      "rate_limit_exceeded",
      "Rate limit reached for lab on tokens per min (TPM): Limit 30000, Used 30000, Requested 9. Please try again in 1s. MARK-REFUSED",
    ),
  },
  quota: {
    status: 429,
    body: openai(
      "insufficient_quota",
      "insufficient_quota",
      "You exceeded your current quota, please check your plan and billing details. MARK-REFUSED",
    ),
  },
  overload: {
    status: 503,
    body: openai(
      "server_error",
      null,
      "The model is currently overloaded with other requests. MARK-REFUSED",
    ),
  },
};

const gemini = (code: number, status: string, message: string, details: unknown[] = []) => ({
  error: { code, message, status, details },
});

const quotaOf = (quotaId: string) => ({
  "@type": "type.googleapis.com/google.rpc.QuotaFailure",
  violations: [{ quotaMetric: "generativelanguage.googleapis.com/generate_requests", quotaId }],
});

const EXCEEDED =
  "You exceeded your current quota, please check your plan and billing details. MARK-REFUSED";

const GEMINI: Record<Failing, ScriptedError> = {
  rate: {
    status: 429,
    body: gemini(429, "RESOURCE_EXHAUSTED", `${EXCEEDED}\nPlease retry in 1s.`, [
      quotaOf("GenerateRequestsPerMinutePerProjectPerModel-FreeTier"),
      { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "1s" },
    ]),
  },
  quota: {
    status: 429,
    body: gemini(429, "RESOURCE_EXHAUSTED", EXCEEDED, [
      quotaOf("GenerateRequestsPerDayPerProjectPerModel-FreeTier"),
    ]),
  },
  overload: {
    status: 503,
    body: gemini(
      503,
      "UNAVAILABLE",
      "The model is overloaded. Please try again later. MARK-REFUSED",
    ),
  },
};
