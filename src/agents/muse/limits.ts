/** How the end of a run looks that was refused or interrupted. */
import { string } from "../../session/json.ts";
import type { EventBody, JsonObject } from "../../session/types.ts";
import { failed } from "../shared/faults.ts";

/** null for a run that was completed. */
export function readTerminal(
  { terminal, reason }: JsonObject,
  at: string | null,
): EventBody | null {
  if (terminal === "cancelled") return { event: "interruption" };
  if (terminal !== "failed") return null;
  return failed({ text: string(reason) ?? "failed", at });
}
