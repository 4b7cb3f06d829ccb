/** How a usage limit shows in Kimi Code's records. */
import { member, number, string } from "../../session/json.ts";
import type { EventBody, Json } from "../../session/types.ts";
import { failed, mayLast } from "../shared/faults.ts";

/**
 * A refused request that is tried again: the CLI waits as long as the vendor asks it to, be it hours. Of
 * one that is neither a limit nor too much for the vendor nothing is to be said: the next try may do.
 */
export function readRetry(record: Json, at: number | undefined): EventBody | null {
  const delay = number(member(record, "delayMs"));
  const body = failed({
    text: string(member(record, "errorMessage")) ?? "",
    status: member(record, "statusCode"),
    codes: [member(record, "errorName")],
    at,
    ...(at === undefined || delay === undefined ? {} : { retriesAt: at + delay }),
  });
  return mayLast(body.fault) ? body : null;
}

/**
 * The error that ended a turn. An allowance of a plan that is used up has a code of the login's
 * (`provider.auth_error`, 403): its words tell.
 */
export function readFailure(error: Json, at: number | undefined): EventBody {
  return failed({
    text: string(member(error, "message")) ?? "",
    status: member(member(error, "details"), "statusCode"),
    codes: [member(error, "name"), member(error, "code")],
    at,
  });
}
