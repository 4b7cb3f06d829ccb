/** What a session's records say of the plan's limits: how much was used, and why a turn failed. */
import { isObject, member, number, string } from "../../session/json.ts";
import type { Allowance, EventBody, Json, LimitScope } from "../../session/types.ts";
import { failed, isoOf, scopeOfMinutes } from "../shared/faults.ts";
import { percentUsed, percentUsedOf } from "../shared/percent.ts";

export interface LimitWindow {
  usedPercent: number;
  /** The window's length: 300 for five hours, 10080 for a week. */
  minutes: number | null;
  scope: LimitScope | undefined;
  /** ISO 8601. */
  resetsAt: string | null;
}

/** Of everything: "premium" is what the API calls it where it says nothing about the plan's windows. */
const FAMILIES = ["codex", "premium"];

/**
 * The windows in a `token_count` payload, which come from the API's headers. Which one it is, its length
 * says: the plans fill the two places differently. A limit of another name is one model's. Older
 * versions count the seconds to the reset from `time`.
 */
function rateLimits(payload: Json | undefined, time: string | null): LimitWindow[] {
  const limits = member(payload, "rate_limits");
  const ofModel = !FAMILIES.includes(string(member(limits, "limit_id")) ?? "codex");
  return ["primary", "secondary"].flatMap((name) => {
    const window = member(limits, name);
    const usedPercent = percentUsed(number(member(window, "used_percent")));
    if (usedPercent === undefined) return [];
    const minutes = number(member(window, "window_minutes")) ?? null;
    const scope = ofModel ? "model" : scopeOfMinutes(minutes ?? undefined);
    return [{ usedPercent, minutes, scope, resetsAt: windowReset(window, time) }];
  });
}

/** What a record tells of the plan's allowances, and of what an organization lets its member spend. */
export function allowances(record: Json): readonly Allowance[] | undefined {
  const payload = member(record, "payload");
  if (member(payload, "type") !== "token_count") return undefined;
  const time = string(member(record, "timestamp")) ?? null;
  const windows = rateLimits(payload, time).flatMap(
    ({ scope, usedPercent, resetsAt }): Allowance[] =>
      scope === undefined ? [] : [{ scope, usedPercent, resetsAt }],
  );
  const budget = member(member(payload, "rate_limits"), "individual_limit");
  const usedPercent = percentUsedOf(number(member(budget, "remaining_percent")));
  const own: Allowance[] =
    usedPercent === undefined
      ? []
      : [
          {
            scope: "credits",
            usedPercent,
            resetsAt: resetTime(member(budget, "resets_at")),
          },
        ];
  return windows.length + own.length === 0 ? undefined : [...windows, ...own];
}

/**
 * The exhausted window, if any, of two the longer one; null where none is, or credits are used after it.
 * undefined if nothing is said about them: when a request is refused, Codex writes a snapshot without windows.
 */
export function spent(payload: Json, time: string | null): LimitWindow | null | undefined {
  const limits = member(payload, "rate_limits");
  const reached = string(member(limits, "rate_limit_reached_type"));
  if (reached !== undefined && /^workspace_/.test(reached)) return WORKSPACE;
  const credits = member(limits, "credits");
  const goesOn = ["has_credits", "unlimited"].some((name) => member(credits, name) === true);
  if (goesOn) return null;
  const windows = rateLimits(payload, time);
  if (windows.length === 0) return undefined;
  const full = windows.filter((window) => window.usedPercent >= 100);
  return full.sort((a, b) => (a.minutes ?? 0) - (b.minutes ?? 0)).at(-1) ?? null;
}

/** What a workspace lets its members spend, or has paid for: `workspace_member_credits_depleted`. */
const WORKSPACE: LimitWindow = {
  usedPercent: 100,
  minutes: null,
  scope: "credits",
  resetsAt: null,
};

export function spentEvent(window: LimitWindow): EventBody {
  const { scope, resetsAt } = window;
  return {
    event: "limit",
    text: limitText(window),
    ...(resetsAt === null ? {} : { resetsAt }),
    fault: {
      kind: "quota",
      ...(scope === undefined ? {} : { scope }),
      retryable: scope !== "credits",
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
  // The first versions had no such field.
  const isSpent = info === "usage_limit_exceeded" || /^You've hit your usage limit\b/.test(text);
  const window = isSpent && isOf(full, text, time) ? full : null;
  const resetsAt = Date.parse(window?.resetsAt ?? "");
  return failed({
    text,
    status,
    codes: names,
    scope: window?.scope,
    at: time,
    ...(Number.isNaN(resetsAt) ? {} : { resetsAt }),
  });
}

/** Is a window that was used up before what an error is about? One model's has its name; and each ends. */
function isOf(window: LimitWindow | null, text: string, time: string | null): boolean {
  if (window === null) return false;
  const isModels = /\bswitch to another model\b/i.test(text);
  const ends = Date.parse(window.resetsAt ?? "");
  return isModels === (window.scope === "model") && !(ends <= Date.parse(time ?? ""));
}

function limitText(window: LimitWindow): string {
  if (window.scope === "credits") return "The workspace's credits are used up";
  const span = window.minutes === null ? "" : ` of the ${spanName(window.minutes)} limit`;
  return `${window.usedPercent}%${span} used`;
}

function spanName(minutes: number): string {
  if (minutes % 1440 === 0) return `${minutes / 1440}-day`;
  return minutes % 60 === 0 ? `${minutes / 60}-hour` : `${minutes}-minute`;
}

function windowReset(window: Json | undefined, time: string | null): string | null {
  const wait = number(member(window, "resets_in_seconds"));
  if (wait === undefined) return resetTime(member(window, "resets_at"));
  return isoOf(Date.parse(time ?? "") + wait * 1000) ?? null;
}

function resetTime(seconds: Json | undefined): string | null {
  const at = number(seconds);
  return isoOf(at === undefined ? undefined : at * 1000) ?? null;
}
