/** How a usage limit looks in the records of Pi, oh-my-pi and OpenClaw. */
import { member, number, string } from "../../../session/json.ts";
import type { Json } from "../../../session/types.ts";
import { type Failure, failed } from "../faults.ts";

/**
 * Why an answer failed; null for one whose words do not say. `errorMessage` has the provider's words, "429
 * {…rate_limit_error…}" or "429: {…insufficient_quota…}"; oh-my-pi and OpenClaw add the wait that it asked
 * for, and fields with the status (`errorStatus`, `errorCode`).
 */
export function failureOf(message: Json | undefined, time: string | null): Failure | null {
  const text = string(member(message, "errorMessage"));
  if (text === undefined) return null;
  const code = string(member(message, "errorCode"));
  const isStatus = /^[45]\d\d$/.test(code ?? "");
  const failure = failed({
    text,
    status: isStatus ? Number(code) : member(message, "errorStatus"),
    codes: [isStatus ? undefined : code],
    details: string(member(message, "errorBody")),
    // The message's own time is that of the request, which may have run for minutes.
    at: time ?? number(member(message, "timestamp")),
  });
  return failure.fault === undefined ? null : failure;
}
