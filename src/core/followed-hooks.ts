/**
 * What agents' hooks report, among what is followed. What a hook reports may be in the
 * session's records as well: then it is reported once.
 */
import type { Clock } from "../io/clock.ts";
import type { Env } from "../io/state.ts";
import { isSameRefusal } from "../limits/hooked.ts";
import type { Signal } from "../limits/types.ts";
import { type HookSignal, HookTail } from "./hook-signals.ts";

interface Waiting {
  hook: HookSignal;
  /** In `Clock.elapsed`. */
  since: number;
}

/** How long it waits for the record of the session. */
const WAIT = 700;

export class FollowedHooks {
  readonly #tail: HookTail;
  readonly #clock: Clock;
  readonly #isWanted: (signal: Signal) => boolean;
  #waiting: Waiting[] = [];
  /** What sessions said of late. */
  #recent: Signal[] = [];

  constructor(env: Env, clock: Clock, isWanted: (signal: Signal) => boolean) {
    this.#tail = new HookTail(env);
    this.#clock = clock;
    this.#isWanted = isWanted;
  }

  /** `told`: the signals of sessions that are told now. `all`: without waiting. */
  look(told: readonly Signal[], all: boolean): HookSignal[] {
    const now = this.#clock.elapsed();
    this.#recent = [...this.#recent, ...told].slice(-50);
    for (const hook of this.#tail.read()) {
      if (this.#isWanted(hook.signal)) this.#waiting.push({ hook, since: now });
    }
    const isTold = ({ signal }: HookSignal): boolean =>
      this.#recent.some((one) => isSameRefusal(one, signal));
    this.#waiting = this.#waiting.filter(({ hook }) => !isTold(hook));
    const due = this.#waiting.filter(({ since }) => all || now - since >= WAIT);
    this.#waiting = this.#waiting.filter((one) => !due.includes(one));
    return due.map(({ hook }) => hook);
  }
}
