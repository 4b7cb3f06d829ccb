/** How a usage limit, an error and an interruption show: as the reason for which a turn ended. */
import { member, string } from "../../session/json.ts";
import type { EventBody, Json } from "../../session/types.ts";

const LIMITS = ["model_rate_limited", "model_usage_exhausted"];
const BREAKS = ["cancelled", "process_exit", "permission_rejected"];
const GOOD = ["completed", "spec_handoff"];

/**
 * What the end of a turn stands for. `told`: what the CLI last said for the user's eyes only, which is
 * the provider's words after an error. No time is told at which a limit ends.
 */
export function outcome(record: Json, told: string): EventBody {
  const reason = string(member(record, "reason")) ?? "";
  if (LIMITS.includes(reason)) return { event: "limit", text: told || reason };
  if (BREAKS.includes(reason)) return { event: "interruption" };
  if (reason === "" || GOOD.includes(reason)) return { event: "opaque", type: OUTCOME };
  return { event: "error", text: told || reason };
}

export const OUTCOME = "agent_turn_outcome";
