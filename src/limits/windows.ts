/** What an account used in the last hours and days, and what that costs at list prices. */
import type { Usage } from "../session/types.ts";
import { DAY, HOUR, MINUTE } from "./holds.ts";
import { costOf } from "./prices.ts";

/** The periods, in hours. */
export const PERIODS = [5, 24, 168] as const;

export interface Used extends Usage {
  /** When it was used, at the latest: milliseconds since the epoch. */
  at: number;
  model: string | null;
  /** Of the cache writes, what lasts an hour. */
  longWrite?: number;
  /** How long each of the requests was at least. */
  prompt?: number;
}

export interface Window extends Usage {
  hours: number;
  /** All of them. */
  tokens: number;
  /** In US dollars, of the tokens that have a price; null if none has. */
  cost: number | null;
  /** The tokens without a price. */
  unpriced: number;
}

/** How far back the longest of them goes. */
export const LONGEST = 7 * DAY;

/** Times are rounded up by this much at most: what is later was dated by a wrong clock. */
const AHEAD = 15 * MINUTE;

export function windowsOf(used: readonly Used[], now: number): Window[] {
  return PERIODS.map((hours) => {
    const since = now - hours * HOUR;
    return windowOf(
      hours,
      used.filter(({ at }) => at > since && at <= now + AHEAD),
    );
  });
}

function windowOf(hours: number, used: readonly Used[]): Window {
  const window = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, tokens: 0, unpriced: 0 };
  let cost: number | null = null;
  for (const one of used) {
    window.input += one.input;
    window.output += one.output;
    window.cacheRead += one.cacheRead;
    window.cacheWrite += one.cacheWrite;
    const price = costOf(one.model, one, one);
    if (price === null) window.unpriced += tokensOf(one);
    else cost = (cost ?? 0) + price;
  }
  return { hours, ...window, tokens: tokensOf(window), cost };
}

export function tokensOf({ input, output, cacheRead, cacheWrite }: Usage): number {
  return input + output + cacheRead + cacheWrite;
}
