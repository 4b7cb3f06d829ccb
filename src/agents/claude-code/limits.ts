/** How a usage limit looks in Claude Code's records, and what its API accepts. */

import type { Media } from "../../session/codec.ts";
import { member } from "../../session/json.ts";
import type { EventBody, Json } from "../../session/types.ts";

/**
 * Sent unchanged, in messages and in results (2.1.197, 2.1.332 [run]). The API counts an image's
 * base64, and accepts 5 MB per image and 32 MB in total.
 */
export const media: Media = {
  images: ["image/jpeg", "image/png", "image/gif", "image/webp"],
  imageBytes: (5 << 20) * 0.75,
  requestBytes: 32 << 20,
  documents: ["application/pdf", "text/plain"],
  resultDocuments: ["application/pdf", "text/plain"],
};

/**
 * The event for a line that the CLI wrote in place of an answer. A limit is recognized by its
 * `error` field, never by its words: people talk about limits, too.
 */
export function apiError(record: Json, text: string): EventBody {
  if (member(record, "error") !== "rate_limit") return { event: "error", text };
  const resetsAt = resetTime(text);
  return { event: "limit", text, ...(resetsAt === undefined ? {} : { resetsAt }) };
}

/**
 * Older versions end the text with "|" and epoch seconds; newer ones give a time of day in the
 * user's zone ("resets 3pm (Europe/Berlin)"), which is not a point in time without its date.
 */
function resetTime(text: string): string | undefined {
  const [, seconds] = /\|(\d{9,11})\s*$/.exec(text) ?? [];
  return seconds === undefined ? undefined : new Date(Number(seconds) * 1000).toISOString();
}
