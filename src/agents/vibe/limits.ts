/** How a usage limit looks in Mistral Vibe's records, and what it sends to its model. */
import type { Media } from "../../session/codec.ts";
import { member, number, string } from "../../session/json.ts";
import type { EventBody, JsonObject } from "../../session/types.ts";

const LIMIT =
  /too many requests|payment required|rate.?limit|quota|usage limit|insufficient.{0,20}(?:credit|balance|fund)/i;

/** How the last turn ended: `{type: "failed", error: {message, details: {httpStatus}}}`, or `{type: "interrupted"}`. */
export function readOutcome(outcome: JsonObject): EventBody | null {
  if (outcome.type === "interrupted") return { event: "interruption" };
  if (outcome.type !== "failed") return null;
  const text = string(member(outcome.error, "message")) ?? "";
  const status = number(member(member(outcome.error, "details"), "httpStatus"));
  const isLimit = status === 429 || status === 402 || LIMIT.test(text);
  return isLimit ? { event: "limit", text } : { event: "error", text };
}

/** 3.0.2 does not open a session of 2.x's with an image in it. */
export const media: Media = { images: [], resultImages: false };
