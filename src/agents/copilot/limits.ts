/** How a usage limit looks in Copilot CLI's records. */
import { member, number, string } from "../../session/json.ts";
import type { EventBody, Json } from "../../session/types.ts";

/** errorType of a refused call; "query" is any other, distinguished by its status. */
const LIMIT_TYPES = new Set(["rate_limit", "quota"]);
const LIMIT_STATUS = new Set([402, 429]);

/** The data of a session.error, which does not contain the end of a limit. */
export function readError(data: Json | undefined): EventBody {
  const text = string(member(data, "message")) ?? "";
  const type = string(member(data, "errorType")) ?? "";
  const isLimit =
    LIMIT_TYPES.has(type) || LIMIT_STATUS.has(number(member(data, "statusCode")) ?? 0);
  return { event: isLimit ? "limit" : "error", text };
}
