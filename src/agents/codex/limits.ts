/** How much of the plan's limits a session had used, from its `token_count` records. */
import { member, number } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";

interface LimitWindow {
  usedPercent: number;
  /** The window's length: 300 for five hours, 10080 for a week. */
  minutes: number | null;
  /** ISO 8601. */
  resetsAt: string | null;
}

/** The windows in a `token_count` payload, which come from the API's headers. */
export function rateLimits(payload: Json): LimitWindow[] {
  const limits = member(payload, "rate_limits");
  return ["primary", "secondary"].flatMap((name) => {
    const window = member(limits, name);
    const usedPercent = number(member(window, "used_percent"));
    if (usedPercent === undefined) return [];
    const minutes = number(member(window, "window_minutes")) ?? null;
    return [{ usedPercent, minutes, resetsAt: resetTime(member(window, "resets_at")) }];
  });
}

/** The exhausted window, if any; of two, the longer one. */
export function spent(windows: readonly LimitWindow[]): LimitWindow | undefined {
  return windows.findLast((window) => window.usedPercent >= 100);
}

export function limitText(window: LimitWindow): string {
  const span = window.minutes === null ? "" : ` of the ${spanName(window.minutes)} limit`;
  return `${window.usedPercent}%${span} used`;
}

function spanName(minutes: number): string {
  if (minutes % 1440 === 0) return `${minutes / 1440}-day`;
  return minutes % 60 === 0 ? `${minutes / 60}-hour` : `${minutes}-minute`;
}

function resetTime(seconds: Json | undefined): string | null {
  const ms = (number(seconds) ?? Number.NaN) * 1000;
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : null;
}
