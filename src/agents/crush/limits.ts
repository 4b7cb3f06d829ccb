/** How a usage limit and other failures look in the part that ends an answer. */
import { parseValue } from "../../lossless/json-text.ts";
import { member, string } from "../../session/json.ts";
import type { EventBody, JsonObject } from "../../session/types.ts";

/** Crush names an error by the words for its HTTP status; `details` has what the provider said. */
const TOO_MANY = "Too Many Requests";
const LIMIT =
  /"(?:rate_limit_error|rate_limit_exceeded|insufficient_quota|usage_limit_reached)"|credit balance is too low|quota exceeded/i;

export function failureOf(finish: JsonObject): EventBody {
  const message = string(finish.message) ?? "";
  const details = string(finish.details) ?? "";
  const text = [message, saidIn(details)].filter((one) => one !== "").join(": ") || "error";
  const isLimit = message === TOO_MANY || LIMIT.test(details);
  return { event: isLimit ? "limit" : "error", text };
}

/** The provider's own words, in the answer that follows the request's line. */
function saidIn(details: string): string {
  const answer = parseValue(details.slice(Math.max(0, details.indexOf("{"))));
  return string(member(member(answer, "error"), "message")) ?? details;
}
