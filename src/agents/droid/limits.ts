/** How a usage limit, an error and an interruption show: as the reason for which a turn ended. */
import { member, string } from "../../session/json.ts";
import type { EventBody, Json } from "../../session/types.ts";
import { failed } from "../shared/faults.ts";

const BREAKS = ["cancelled", "process_exit", "permission_rejected"];
const GOOD = ["completed", "spec_handoff"];

/** What the CLI last said for the user's eyes only, which is the provider's words after an error. */
export interface Told {
  text: string;
  time: string | null;
}

/** What the end of a turn stands for. The reason names the fault; when a limit ends, only the words may tell. */
export function outcome(record: Json, told: Told): EventBody {
  const reason = string(member(record, "reason")) ?? "";
  if (BREAKS.includes(reason)) return { event: "interruption" };
  if (reason === "" || GOOD.includes(reason)) return { event: "opaque", type: OUTCOME };
  return failed({ text: told.text || reason, codes: [reason], at: told.time });
}

export const OUTCOME = "agent_turn_outcome";
