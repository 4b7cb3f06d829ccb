/** How a usage limit shows in OpenHands's events. */
import { string } from "../../session/json.ts";
import type { EventBody, JsonObject } from "../../session/types.ts";

const LIMIT =
  /rate.?limit|too many requests|quota|usage limit|\b429\b|insufficient.{0,20}(?:credit|balance|fund)/i;

/** The error that ended a run. Its code is the name of an exception; nothing says when a limit ends. */
export function readError({ code, detail }: JsonObject): EventBody {
  const text = [string(code), string(detail)].filter((one) => one).join(": ");
  const isLimit = code === "LLMRateLimitError" || LIMIT.test(text);
  return { event: isLimit ? "limit" : "error", text };
}
