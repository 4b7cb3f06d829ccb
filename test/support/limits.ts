/** A limit of which the agent recorded nothing but its own words, and when it ends. */
import type { Limit } from "../../src/catalog/row.ts";

export function limitUntil(resetsAt: string | null, text = "5-hour limit"): Limit {
  const unknown = { kind: null, scope: null, retryable: null, source: null, usedPercent: null };
  return { at: null, resetsAt, text, ...unknown };
}
