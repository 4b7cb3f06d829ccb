/** How the end of a run looks that was refused or interrupted. */
import { string } from "../../session/json.ts";
import type { EventBody, JsonObject } from "../../session/types.ts";
import { failed } from "../shared/faults.ts";

/** `fault`: the class that the event before it names, such as `rate_limited`. null for a run that was completed. */
export function readTerminal(
  { terminal, reason }: JsonObject,
  fault: string | undefined,
  at: string | null,
): EventBody | null {
  if (terminal === "cancelled") return { event: "interruption" };
  if (terminal !== "failed") return null;
  return failed({ text: string(reason) ?? fault ?? "failed", codes: [fault], at });
}
