/** How a usage limit looks in Copilot CLI's records. */
import { isObject, member, number, string } from "../../session/json.ts";
import type { Allowance, EventBody, Json, LimitScope } from "../../session/types.ts";
import { failed, isoOf } from "../shared/faults.ts";
import { percentUsedOf } from "../shared/percent.ts";

/**
 * The data of a session.error. `errorType` "query" is any refused call, distinguished by its status. What
 * GitHub counts as a quota, such as premium requests, is of a month, unless its code says otherwise.
 */
export function readError(data: Json | undefined, at: string | null): EventBody {
  const text = string(member(data, "message")) ?? "";
  const type = member(data, "errorType");
  // After a colon, it has the plan: `user_global_rate_limited:pro`.
  const code = string(member(data, "errorCode"))?.replace(/:.*$/s, "");
  return failed({
    text,
    status: member(data, "statusCode"),
    codes: [code, member(data, "providerErrorType"), type],
    scope:
      code === "quota_exceeded" || /"quota_exceeded"|premium request/.test(text)
        ? "monthly"
        : undefined,
    at,
  });
}

/** By the service's names; what it counts by any other name, such as premium requests, is a month's. */
const SCOPES: Readonly<Record<string, LimitScope>> = { session: "session", weekly: "weekly" };

/** `quotaSnapshots`, from the API's headers, which the CLI keeps with what a call to the model told. */
export function allowances(record: Json): readonly Allowance[] | undefined {
  const snapshots = member(member(record, "data"), "quotaSnapshots");
  if (!isObject(snapshots)) return undefined;
  const read = Object.entries(snapshots).flatMap(([name, one]): Allowance[] => {
    const usedPercent = percentUsedOf(number(member(one, "remainingPercentage")));
    if (usedPercent === undefined || member(one, "isUnlimitedEntitlement") === true) return [];
    const resetsAt = isoOf(Date.parse(string(member(one, "resetDate")) ?? "")) ?? null;
    return [{ scope: SCOPES[name] ?? "monthly", usedPercent, resetsAt }];
  });
  return read.length === 0 ? undefined : read;
}
