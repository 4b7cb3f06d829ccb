/** The limits of an agent's accounts, as they are now. */
import type { Fault, LimitScope } from "../session/types.ts";

/** Where a signal was seen: in a session, in what the CLI printed, by its hook, or in words that it wrote. */
export type SignalSource = "record" | "event" | "hook" | "text";

/** What one record, event or hook showed. Times are milliseconds since the epoch. */
export interface Signal {
  agent: string;
  /** null: the agent's own place, without a profile. */
  profile: string | null;
  kind: Fault["kind"];
  scope: LimitScope | "unknown";
  /** null if it is not recorded. */
  usedPercent: number | null;
  resetsAt: number | null;
  retryable: boolean;
  source: SignalSource;
  at: number;
  /** The session's id; null if the signal is of none. */
  session: string | null;
  /** The CLI's own words. */
  text: string;
}

export type LimitStatus = "ok" | "warning" | "limited";
