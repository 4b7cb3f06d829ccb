/** How a usage limit shows in Kimi Code's records. */
import { member, number, string } from "../../session/json.ts";
import type { EventBody, Json } from "../../session/types.ts";

/**
 * A refused request that is tried again: the CLI waits as long as the vendor asks it to, be it hours.
 * Of one that is no limit nothing is to be said: the next try may do.
 */
export function readRetry(record: Json, at: number | undefined): EventBody | null {
  if (number(member(record, "statusCode")) !== 429) return null;
  const text = string(member(record, "errorMessage")) ?? "";
  const delay = number(member(record, "delayMs"));
  return { event: "limit", text, ...resetAfter(at, delay) };
}

/** The error that ended a turn. */
export function readFailure(error: Json): EventBody {
  const text = string(member(error, "message")) ?? "";
  const code = string(member(error, "code")) ?? "";
  const status = number(member(member(error, "details"), "statusCode"));
  const isLimit = code === "provider.rate_limit" || status === 429;
  return { event: isLimit ? "limit" : "error", text };
}

function resetAfter(at: number | undefined, delay: number | undefined): { resetsAt?: string } {
  if (at === undefined || delay === undefined) return {};
  const time = new Date(at + delay);
  return Number.isNaN(time.getTime()) ? {} : { resetsAt: time.toISOString() };
}
