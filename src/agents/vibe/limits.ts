/** How a usage limit looks in Mistral Vibe's records, and what it sends to its model. */
import type { Media } from "../../session/codec.ts";
import { member, string } from "../../session/json.ts";
import type { EventBody, JsonObject } from "../../session/types.ts";
import { failed } from "../shared/faults.ts";

/** How the last turn ended: `{type: "failed", error: {message, details: {httpStatus}}}`, or `{type: "interrupted"}`. */
export function readOutcome(outcome: JsonObject, at: string | null): EventBody | null {
  if (outcome.type === "interrupted") return { event: "interruption" };
  if (outcome.type !== "failed") return null;
  const details = member(outcome.error, "details");
  return failed({
    text: string(member(outcome.error, "message")) ?? "",
    status: member(details, "httpStatus"),
    codes: [member(outcome.error, "code"), member(details, "exceptionType")],
    at,
  });
}

/** 3.0.2 does not open a session of 2.x's with an image in it. */
export const media: Media = { images: [], resultImages: false };
