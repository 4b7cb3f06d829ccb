/** How a limit looks in Qwen Code's records: as telemetry of a request that failed. */
import { member, string } from "../../session/json.ts";
import type { EventBody, Json } from "../../session/types.ts";
import { failed } from "../shared/faults.ts";

/**
 * The event for a telemetry event `qwen-code.api_error`; undefined for any other. The CLI writes one for
 * each attempt, and of when the limit ends only what the vendor's words say.
 */
export function apiError(uiEvent: Json | undefined): EventBody | undefined {
  if (member(uiEvent, "event.name") !== "qwen-code.api_error") return undefined;
  return failed({
    text: string(member(uiEvent, "error_message")) ?? "error",
    status: member(uiEvent, "status_code"),
    codes: [member(uiEvent, "error_type")],
    at: string(member(uiEvent, "event.timestamp")),
  });
}
