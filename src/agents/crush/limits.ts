/** How a usage limit and other failures look in the part that ends an answer. */
import { parseValue } from "../../lossless/json-text.ts";
import { member, number, string } from "../../session/json.ts";
import type { EventBody, JsonObject } from "../../session/types.ts";
import { failed } from "../shared/faults.ts";

/**
 * Crush names an error by the words for its HTTP status; `details` has the request's line, with the status, and
 * what the provider said.
 */
export function failureOf(finish: JsonObject): EventBody {
  const message = string(finish.message) ?? "";
  const details = string(finish.details) ?? "";
  const text = [message, saidIn(details)].filter((one) => one !== "").join(": ") || "error";
  const [, status] = /^[A-Z]{3,7} "[^"\n]{0,2000}": ([45]\d\d) /.exec(details) ?? [];
  const seconds = number(finish.time);
  return failed({
    text,
    codes: [message],
    status: status === undefined ? undefined : Number(status),
    details,
    at: seconds === undefined ? undefined : seconds * 1000,
  });
}

/** The provider's own words, in the answer that follows the request's line. */
function saidIn(details: string): string {
  const answer = parseValue(details.slice(Math.max(0, details.indexOf("{"))));
  return string(member(member(answer, "error"), "message")) ?? details;
}
