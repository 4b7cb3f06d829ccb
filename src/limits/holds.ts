/** How long a refusal is taken to last if the agent does not record when it ends (docs/limits.md). */
import type { LimitScope } from "../session/types.ts";
import type { Signal } from "./types.ts";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** How long an allowance lasts until it is renewed. */
const SPANS: Readonly<Record<LimitScope | "unknown", number>> = {
  session: 5 * HOUR,
  daily: DAY,
  weekly: 7 * DAY,
  monthly: 31 * DAY,
  // Vendors limit single models by the week, and by the day: the agent can be used with others.
  model: DAY,
  // Someone has to pay: no time ends that.
  credits: Number.POSITIVE_INFINITY,
  unknown: 5 * HOUR,
};

const RATE = 2 * MINUTE;
const OVERLOAD = 5 * MINUTE;

export function spanOf(scope: LimitScope | "unknown"): number {
  return SPANS[scope];
}

/** Infinity: until there is an answer. */
export function heldFor(kind: Signal["kind"], scope: Signal["scope"]): number {
  if (kind === "auth") return Number.POSITIVE_INFINITY;
  if (kind === "rate") return RATE;
  if (kind === "overload") return OVERLOAD;
  return spanOf(scope);
}
