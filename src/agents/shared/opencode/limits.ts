/** How usage limits and other failures look in OpenCode's messages. */
import { member, number, printed, string } from "../../../session/json.ts";
import type { EventBody, Json } from "../../../session/types.ts";

const LIMIT =
  /(rate_limit|insufficient_quota|usage_limit|usage limit|quota exceeded|UsageLimitError|too many requests)/i;

/** Reads an answer's `error`. The five retries before it leave nothing in the store. */
export function failureOf(error: Json, time: string | null): EventBody {
  const data = member(error, "data");
  const said = string(member(data, "message")) ?? string(member(error, "name")) ?? printed(error);
  const body = string(member(data, "responseBody")) ?? "";
  const status = number(member(data, "statusCode"));
  if (status !== 429 && !LIMIT.test(body) && !LIMIT.test(said)) {
    return { event: "error", text: said };
  }
  const resetsAt = resetOf(member(data, "responseHeaders"), time);
  const text = status === undefined ? said : `${status} ${said}`;
  return { event: "limit", text, ...(resetsAt === null ? {} : { resetsAt }) };
}

/** `retry-after` counts seconds from the answer; Zen's limits count to their reset. */
function resetOf(headers: Json | undefined, time: string | null): string | null {
  const seconds = Number(string(member(headers, "retry-after")) ?? Number.NaN);
  const from = Date.parse(time ?? "");
  const at = from + seconds * 1000;
  return Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : null;
}
