/** How much a handoff contains. */

export const PRESETS = ["minimal", "standard", "verbose", "full"] as const;
export type Preset = (typeof PRESETS)[number];

export interface Amounts {
  /** In tokens; Infinity for no limit. */
  budget: number;
  /** How many of the newest entries are repeated, if the budget allows. */
  recentMessages: number;
  /** How many commands are included. */
  maxSamples: number;
  /** Lines of a command's output, and of other results. */
  stdoutLines: number;
}

/** The smallest budget: below it, there is no space for the required contents. */
export const LEAST = 1000;

const ALL = Number.POSITIVE_INFINITY;

const AMOUNTS: { [preset in Preset]: Amounts } = {
  minimal: { budget: 2_000, recentMessages: 6, maxSamples: 8, stdoutLines: 6 },
  standard: { budget: 8_000, recentMessages: 20, maxSamples: 30, stdoutLines: 20 },
  verbose: { budget: 20_000, recentMessages: 60, maxSamples: 100, stdoutLines: 60 },
  full: { budget: ALL, recentMessages: ALL, maxSamples: ALL, stdoutLines: ALL },
};

export function amountsOf(preset: Preset): Amounts {
  return AMOUNTS[preset];
}
