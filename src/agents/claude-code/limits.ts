/** How a limit shows in Claude Code's records. */
import { member } from "../../session/json.ts";
import type { EventBody, Json } from "../../session/types.ts";

/**
 * The event that a line stands for which the CLI wrote in place of an answer. A limit is told by
 * its `error` field, never by its words: people talk about limits, too.
 */
export function apiError(record: Json, text: string): EventBody {
  if (member(record, "error") !== "rate_limit") return { event: "error", text };
  const resetsAt = resetTime(text);
  return { event: "limit", text, ...(resetsAt === undefined ? {} : { resetsAt }) };
}

/**
 * Older versions end the text with "|" and epoch seconds; newer ones name a time of day in the
 * user's zone ("resets 3pm (Europe/Berlin)"), which without its day is no point in time.
 */
function resetTime(text: string): string | undefined {
  const [, seconds] = /\|(\d{9,11})\s*$/.exec(text) ?? [];
  return seconds === undefined ? undefined : new Date(Number(seconds) * 1000).toISOString();
}
