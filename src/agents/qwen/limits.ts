/** How a limit looks in Qwen Code's records: as telemetry of a request that failed. */
import { member, number, string } from "../../session/json.ts";
import type { EventBody, Json } from "../../session/types.ts";

/**
 * The event for a telemetry event `qwen-code.api_error`; undefined for any other. The CLI writes
 * one for each attempt, and never when the limit ends.
 */
export function apiError(uiEvent: Json | undefined): EventBody | undefined {
  if (member(uiEvent, "event.name") !== "qwen-code.api_error") return undefined;
  const text = string(member(uiEvent, "error_message")) ?? "error";
  return { event: isLimit(uiEvent) ? "limit" : "error", text };
}

function isLimit(uiEvent: Json | undefined): boolean {
  return (
    number(member(uiEvent, "status_code")) === 429 ||
    member(uiEvent, "error_type") === "RateLimitError"
  );
}
