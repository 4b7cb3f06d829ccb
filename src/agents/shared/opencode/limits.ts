/** How usage limits and other failures look in OpenCode's messages. */
import { parseValue } from "../../../lossless/json-text.ts";
import { member, number, printed, string } from "../../../session/json.ts";
import type { EventBody, Json } from "../../../session/types.ts";
import { failed, resetByHeaders } from "../faults.ts";

/**
 * Reads an answer's `error`, which ended at `at` (milliseconds since the epoch). The five retries before it
 * leave nothing in the store. Zen's limits count in `retry-after` to their reset; a Claude plan's are named
 * in its own headers.
 */
export function failureOf(error: Json, at: number | undefined): EventBody {
  const data = member(error, "data");
  const said =
    string(member(data, "message") ?? member(error, "message") ?? member(error, "name")) ??
    printed(error);
  const body = string(member(data, "responseBody"));
  const status = number(member(data, "statusCode"));
  const headers = member(data, "responseHeaders");
  const seconds = Number(string(member(headers, `${PLAN}-reset`)) ?? Number.NaN);
  const planEnds = Number.isNaN(seconds) ? undefined : seconds * 1000;
  const asked = resetByHeaders((name) => member(headers, name), at);
  // For Zen's limits, it is the end to the second; in seconds, it is what any proxy answers.
  const isEnd = asked !== undefined && at !== undefined && asked - at >= 60_000;
  const answer = body === undefined ? undefined : member(parseValue(body), "error");
  return failed({
    text: status === undefined ? said : `${status} ${said}`,
    status,
    codes: [
      member(headers, `${PLAN}-representative-claim`),
      member(answer, "type"),
      member(answer, "code"),
      member(answer, "status"),
      member(error, "name"),
      member(error, "type"),
    ],
    details: body,
    at,
    resetsAt: planEnds ?? (isEnd ? asked : undefined),
    retriesAt: asked,
  });
}

const PLAN = "anthropic-ratelimit-unified";
