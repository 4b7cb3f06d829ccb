/** How a limit shows in Claude Code's records, and what its API takes. */

import type { Media } from "../../session/codec.ts";
import { member } from "../../session/json.ts";
import type { EventBody, Json } from "../../session/types.ts";

/**
 * Sent as they are, in messages and in results (2.1.197, 2.1.332 [run]). Of an image the API counts the
 * base64, of which it takes 5 MB, and 32 MB of all.
 */
export const media: Media = {
  images: ["image/jpeg", "image/png", "image/gif", "image/webp"],
  imageBytes: (5 << 20) * 0.75,
  requestBytes: 32 << 20,
  documents: ["application/pdf", "text/plain"],
  resultDocuments: ["application/pdf", "text/plain"],
};

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
