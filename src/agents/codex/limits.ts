/** What a session's records say of the plan's limits: how much was used, and why a turn failed. */
import { isObject, member, number, string } from "../../session/json.ts";
import type { Allowance, EventBody, Json, LimitScope } from "../../session/types.ts";
import { failed, isoOf, scopeOfMinutes } from "../shared/faults.ts";

export interface LimitWindow {
  usedPercent: number;
  /** The window's length: 300 for five hours, 10080 for a week. */
  minutes: number | null;
  scope: LimitScope | undefined;
  /** ISO 8601. */
  resetsAt: string | null;
}

/**
 * The windows in a `token_count` payload, which come from the API's headers. Which one it is, its length
 * says: the plans fill the two places differently. A limit of another name is one model's.
 */
function rateLimits(payload: Json | undefined): LimitWindow[] {
  const limits = member(payload, "rate_limits");
  const ofModel = (string(member(limits, "limit_id")) ?? "codex") !== "codex";
  return ["primary", "secondary"].flatMap((name) => {
    const window = member(limits, name);
    const usedPercent = number(member(window, "used_percent"));
    if (usedPercent === undefined) return [];
    const minutes = number(member(window, "window_minutes")) ?? null;
    const scope = ofModel ? "model" : scopeOfMinutes(minutes ?? undefined);
    return [{ usedPercent, minutes, scope, resetsAt: resetTime(member(window, "resets_at")) }];
  });
}

/** What a record tells of the plan's allowances, and of what an organization lets its member spend. */
export function allowances(record: Json): readonly Allowance[] | undefined {
  const payload = member(record, "payload");
  if (member(payload, "type") !== "token_count") return undefined;
  const windows = rateLimits(payload).flatMap(({ scope, usedPercent, resetsAt }): Allowance[] =>
    scope === undefined ? [] : [{ scope, usedPercent, resetsAt }],
  );
  const budget = member(member(payload, "rate_limits"), "individual_limit");
  const left = number(member(budget, "remaining_percent"));
  const own: Allowance[] =
    left === undefined
      ? []
      : [
          {
            scope: "credits",
            usedPercent: 100 - left,
            resetsAt: resetTime(member(budget, "resets_at")),
          },
        ];
  return windows.length + own.length === 0 ? undefined : [...windows, ...own];
}

/** The exhausted window, if any, of two the longer one; null where credits are used after it. */
export function spent(payload: Json): LimitWindow | null {
  const credits = member(member(payload, "rate_limits"), "credits");
  const goesOn = ["has_credits", "unlimited"].some((name) => member(credits, name) === true);
  if (goesOn) return null;
  const full = rateLimits(payload).filter((window) => window.usedPercent >= 100);
  return full.sort((a, b) => (a.minutes ?? 0) - (b.minutes ?? 0)).at(-1) ?? null;
}

export function spentEvent(window: LimitWindow): EventBody {
  const { scope, resetsAt } = window;
  return {
    event: "limit",
    text: limitText(window),
    ...(resetsAt === null ? {} : { resetsAt }),
    fault: {
      kind: "quota",
      ...(scope === undefined ? {} : { scope }),
      retryable: true,
      source: "record",
    },
  };
}

/** A turn's error; null for one that has none. `full`: the window that was used up right before. */
export function turnError(
  error: Json | undefined,
  full: LimitWindow | null,
  time: string | null,
): EventBody | null {
  const text = string(member(error, "message"));
  if (text === undefined) return null;
  const info = member(error, "codex_error_info");
  const names = isObject(info) ? Object.keys(info) : [info];
  const status = isObject(info)
    ? Object.values(info).map((one) => member(one, "http_status_code"))[0]
    : undefined;
  const isQuota = info === "usage_limit_exceeded";
  const resetsAt = isQuota ? Date.parse(full?.resetsAt ?? "") : Number.NaN;
  return failed({
    text,
    status,
    codes: names,
    scope: isQuota ? full?.scope : undefined,
    at: time,
    ...(Number.isNaN(resetsAt) ? {} : { resetsAt }),
  });
}

function limitText(window: LimitWindow): string {
  const span = window.minutes === null ? "" : ` of the ${spanName(window.minutes)} limit`;
  return `${window.usedPercent}%${span} used`;
}

function spanName(minutes: number): string {
  if (minutes % 1440 === 0) return `${minutes / 1440}-day`;
  return minutes % 60 === 0 ? `${minutes / 60}-hour` : `${minutes}-minute`;
}

function resetTime(seconds: Json | undefined): string | null {
  const at = number(seconds);
  return isoOf(at === undefined ? undefined : at * 1000) ?? null;
}
