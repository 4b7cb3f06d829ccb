/**
 * How much of an allowance is used, in percent, as a record says it. More than all of it, as where more can be
 * bought, is all of it; less than nothing is not known: undefined.
 */
export function percentUsed(recorded: number | undefined): number | undefined {
  return recorded === undefined || recorded < 0 ? undefined : Math.min(recorded, 100);
}

/** The same, where a record says how much is left. */
export function percentUsedOf(left: number | undefined): number | undefined {
  return left === undefined ? undefined : percentUsed(100 - left);
}
