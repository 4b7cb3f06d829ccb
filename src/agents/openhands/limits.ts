/** How a usage limit shows in OpenHands's events. */
import { string } from "../../session/json.ts";
import type { EventBody, JsonObject } from "../../session/types.ts";
import { failed } from "../shared/faults.ts";

/** The error that ended a run. Its code is the name of an exception; the provider's words follow. */
export function readError({ code, detail }: JsonObject, at: string | null): EventBody {
  const text = [string(code), string(detail)].filter((one) => one).join(": ");
  return failed({ text, codes: [code], at });
}
