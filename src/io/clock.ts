/** Time, so that tests can set it. */
import { setTimeout as after } from "node:timers/promises";

export interface Clock {
  /** What the clock on the wall says, in milliseconds since the epoch: it may be set at any time. */
  now(): number;
  /** Milliseconds since some moment; never goes back. */
  elapsed(): number;
  /** Returns when the time has passed, or when `signal` is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  async sleep(ms, signal) {
    // An aborted timer is removed at once.
    await after(ms, undefined, { signal }).catch(() => {});
  },
};
