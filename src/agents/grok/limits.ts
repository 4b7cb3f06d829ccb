/** How a usage limit shows in Grok Build's notifications, and which images it sends. */

import type { Media } from "../../session/codec.ts";
import { member, string } from "../../session/json.ts";
import type { EventBody, JsonObject } from "../../session/types.ts";
import { failed, mayLast } from "../shared/faults.ts";

/**
 * A refused request that is tried again: as long as the vendor asks for, be it hours, which no record
 * tells. Of one that is neither a limit nor too much for the vendor nothing is to be said: the next try
 * may do.
 */
export function readRetry(update: JsonObject, at: string | null): EventBody | null {
  const text = string(update.reason) ?? string(update.message) ?? string(update.error) ?? "";
  const body = failed({ text, at });
  if (mayLast(body.fault)) return body;
  return update.type === "retrying" || text === "" ? null : body;
}

/** How a turn ended. */
export function readEnd(update: JsonObject, at: string | null): EventBody | null {
  const reason = string(update.stop_reason) ?? "";
  if (reason === "cancelled") return { event: "interruption" };
  const text = string(update.agent_result) ?? string(member(update.error, "message")) ?? "";
  if (!/error|fail|refus/i.test(reason)) return null;
  return failed({ text: text || reason, status: member(update.error, "code"), at });
}

/** Others are taken out when a session is opened: GIFs, and those of less than 512 pixels. */
export const media: Media = {
  images: ["image/jpeg", "image/png", "image/webp"],
  imagePixels: 512,
};
