/** Token counts and prices of an answer. */
import { member, number } from "../../session/json.ts";
import type { Json, JsonObject, Usage } from "../../session/types.ts";

const KINDS = ["input", "output", "cacheRead", "cacheWrite"] as const;

/** Price of a million tokens of each kind. */
export type Rates = Usage;

export function readUsage(usage: Json | undefined): Usage | undefined {
  const read = (kind: string) => number(member(usage, kind)) ?? 0;
  const counts: Usage = {
    input: read("input"),
    output: read("output"),
    cacheRead: read("cacheRead"),
    cacheWrite: read("cacheWrite"),
  };
  return KINDS.some((kind) => counts[kind] !== 0) ? counts : undefined;
}

/** The rates that a stored usage was priced with; rates that it does not show are as in `known`. */
export function ratesOf(usage: Json | undefined, known: Rates): Rates {
  const rates = { ...known };
  for (const kind of KINDS) {
    const tokens = number(member(usage, kind)) ?? 0;
    const cost = number(member(member(usage, "cost"), kind)) ?? 0;
    // Prices have few digits; rounding removes what the multiplication added.
    if (tokens > 0) rates[kind] = Number(((cost / tokens) * 1e6).toFixed(6));
  }
  return rates;
}

/** Pi sums up `usage.cost` without checking that it exists, and 0.73 crashes without usage. */
export function printUsage(usage: Usage | undefined, rates: Rates): JsonObject {
  const { input, output, cacheRead, cacheWrite } = usage ?? NO_TOKENS;
  const cost = {
    input: (rates.input / 1e6) * input,
    output: (rates.output / 1e6) * output,
    cacheRead: (rates.cacheRead / 1e6) * cacheRead,
    cacheWrite: (rates.cacheWrite * cacheWrite) / 1e6,
  };
  const total = cost.input + cost.output + cost.cacheRead + cost.cacheWrite;
  const totalTokens = input + output + cacheRead + cacheWrite;
  return { input, output, cacheRead, cacheWrite, totalTokens, cost: { ...cost, total } };
}

export const NO_TOKENS: Usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
