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

/** From this share of an allowance on, in percent, there is a warning. */
export const WARNING = 80;

/** Comes and goes: after an answer it may well come back, and without one it soon passes. */
export function isPassing(kind: Signal["kind"]): boolean {
  return kind === "rate" || kind === "overload";
}

/** When a refusal is over without an answer: as recorded, else as it is taken to last. */
export function endOf({ kind, scope, resetsAt, at }: Signal, now: number): number {
  // A clock may have been wrong.
  return resetsAt ?? Math.min(at, now) + heldFor(kind, scope);
}

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
