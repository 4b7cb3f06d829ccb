/** How a usage limit looks in Claude Code's records, and what its API accepts. */

import type { Media } from "../../../session/codec.ts";
import { member, number, string } from "../../../session/json.ts";
import type { Allowance, EventBody, Json, LimitScope } from "../../../session/types.ts";
import { failed, isoOf } from "../faults.ts";

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
 * The event for a line that the CLI wrote in place of an answer. Its `error` and `apiErrorStatus` name the
 * fault, and `quotaLimits` the plan's window and when that ends (2.1.332 [run]); versions before 2 have only
 * the words, which are the CLI's own in such a line.
 */
export function apiError(record: Json, text: string): EventBody {
  const limits = member(record, "quotaLimits");
  const isSpent = member(limits, "status") === "rejected";
  const ends = number(member(limits, "resetsAt"));
  return failed({
    text,
    status: member(record, "apiErrorStatus"),
    codes: [
      isSpent ? member(limits, "rateLimitType") : undefined,
      member(record, "apiError"),
      member(record, "error"),
      member(record, "apiErrorType"),
    ],
    at: string(member(record, "timestamp")),
    resetsAt: isSpent && ends !== undefined ? ends * 1000 : undefined,
  });
}

const WINDOWS: Readonly<Record<string, LimitScope>> = {
  five_hour: "session",
  seven_day: "weekly",
  // On the screen, this is the limit of Fable.
  seven_day_overage_included: "model",
  seven_day_opus: "model",
  seven_day_sonnet: "model",
  overage: "credits",
};

/** How much of a plan's window was used, which only lines about a limit tell. */
export function allowances(record: Json): readonly Allowance[] | undefined {
  if (member(record, "isApiErrorMessage") !== true) return undefined;
  const limits = member(record, "quotaLimits");
  const used = number(member(limits, "utilization"));
  const scope = WINDOWS[string(member(limits, "rateLimitType")) ?? ""];
  if (used === undefined || scope === undefined) return undefined;
  const ends = number(member(limits, "resetsAt"));
  const resetsAt = isoOf(ends === undefined ? undefined : ends * 1000) ?? null;
  return [{ scope, usedPercent: used * 100, resetsAt }];
}

/** A request that is tried again: `error` is what the API answered, and `retryInMs` how long the CLI waits. */
export function apiRetry(record: Json, content: string | undefined): EventBody {
  const error = member(record, "error");
  const answer = member(error, "error");
  const told = member(member(answer, "error") ?? answer, "message") ?? member(error, "message");
  const at = Date.parse(string(member(record, "timestamp")) ?? "");
  const wait = number(member(record, "retryInMs"));
  return failed({
    text: content ?? string(told) ?? "api_error",
    status: member(error, "status"),
    // Gateways name the error in a `code` (`chat-rag.too_many_requests`).
    codes: ["type", "code"].flatMap((key) => [
      member(member(answer, "error"), key),
      member(answer, key),
    ]),
    at,
    ...(wait === undefined ? {} : { retriesAt: at + wait }),
  });
}
