/**
 * Follows agents' sessions as they are written. The system's notices make that quick; because they may
 * be missing, it also looks every second, which costs no more than a few percent of the time.
 */
import { type Clock, systemClock } from "../io/clock.ts";
import { systemWatcher, type Watcher } from "../io/watcher.ts";
import { type Moment, signalOf } from "../limits/moments.ts";
import type { Signal } from "../limits/types.ts";
import { FollowedHooks } from "./followed-hooks.ts";
import { type FollowedSession, FollowedStore, type FollowTarget } from "./followed-store.ts";
import { hookFile } from "./hook-signals.ts";

export type { FollowedSession, FollowTarget } from "./followed-store.ts";

/** Something that was written. `at`: when, in milliseconds since the epoch. */
export type Followed = { session: FollowedSession; at: number } & (
  | { what: "signal"; signal: Signal }
  | Exclude<Moment, { what: "fault" }>
);

export interface FollowOptions {
  /** Ends it. */
  signal?: AbortSignal;
  /** Only the session with this id. */
  session?: string;
  clock?: Clock;
  watcher?: Watcher;
  /** Called for each session that cannot be read, once. */
  failed?(place: string, error: unknown): void;
}

/** How often it looks, in milliseconds. */
const POLL = 1000;
/** How long it waits for more notices after the first one. */
const SETTLE = 40;

export class Following {
  readonly #stores: readonly FollowedStore[];
  readonly #hooks: readonly FollowedHooks[];
  readonly #clock: Clock;
  readonly #end = new AbortController();
  readonly #detach: () => void;
  #wake = new AbortController();
  #isChanged = false;
  #looking: Promise<unknown> = Promise.resolve();

  constructor(targets: readonly FollowTarget[], options: FollowOptions) {
    const { clock = systemClock, watcher = systemWatcher, signal } = options;
    this.#clock = clock;
    const changed = (): void => {
      this.#isChanged = true;
      this.#wake.abort();
    };
    const how = { ...options, clock, watcher, changed };
    this.#stores = targets.map((target) => new FollowedStore(target, how));
    this.#hooks = hooksOf(targets, options, clock);
    const end = (): void => this.close();
    signal?.addEventListener("abort", end, { once: true });
    this.#detach = () => signal?.removeEventListener("abort", end);
    if (signal?.aborted) this.close();
  }

  /** Notes what is there already. */
  async begin(): Promise<void> {
    for (const store of this.#stores) await store.begin();
    if (this.#end.signal.aborted) this.close();
  }

  /**
   * What was written since the last time, without waiting. `all`: even if there was no notice of a
   * change.
   */
  async look(all = true): Promise<Followed[]> {
    const before = this.#looking;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#looking = promise;
    await before;
    try {
      const found: Followed[] = [];
      for (const store of this.#stores) {
        if (this.#end.signal.aborted) break;
        for (const [session, moment] of await store.look(all)) {
          found.push(this.#told(session, moment));
        }
      }
      if (this.#end.signal.aborted) this.close();
      else found.push(...this.#hooked(found, all));
      return found;
    } finally {
      resolve();
    }
  }

  #hooked(found: readonly Followed[], all: boolean): Followed[] {
    const told = found.flatMap((one) => (one.what === "signal" ? [one.signal] : []));
    const hooked = this.#hooks.flatMap((hooks) => hooks.look(told, all));
    return hooked.map(({ signal, path, cwd }) => {
      const { agent, profile, at, session: id } = signal;
      const known = this.#stores
        .map((store) => store.sessionOf(signal))
        .find((one) => one !== null);
      const told = { agent, profile, id: id ?? "", path: path ?? "", cwd, isNew: false };
      const session = known ? { ...known, cwd: known.cwd ?? cwd } : told;
      return { session, at, what: "signal", signal };
    });
  }

  #told(session: FollowedSession, moment: Moment): Followed {
    const now = this.#clock.now();
    const at = moment.at ?? now;
    if (moment.what !== "fault") return { session, ...moment, at };
    const { agent, profile, id } = session;
    const signal = signalOf(moment, { agent, profile, session: id }, now);
    return { session, at, what: "signal", signal };
  }

  /** Everything as it is written, until it is closed. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Followed> {
    try {
      while (!this.#end.signal.aborted) {
        yield* await this.look(false);
        await this.wait();
      }
    } finally {
      this.close();
    }
  }

  /** Returns when there may be something new to look at: at a notice of that, or after a while. */
  async wait(): Promise<void> {
    if (this.#end.signal.aborted) return;
    if (!this.#isChanged) {
      this.#wake = new AbortController();
      await this.#clock.sleep(POLL, this.#wake.signal);
    }
    if (this.#isChanged) await this.#clock.sleep(SETTLE, this.#end.signal);
    this.#isChanged = false;
  }

  /** Ends it, and leaves nothing behind. It can be called more than once. */
  close(): void {
    this.#end.abort();
    this.#wake.abort();
    this.#detach();
    for (const store of this.#stores) store.close();
  }
}

/** Segue's own folder is the same for all, as a rule. */
function hooksOf(
  targets: readonly FollowTarget[],
  { session }: FollowOptions,
  clock: Clock,
): FollowedHooks[] {
  const own = new Map(targets.map(({ places }) => [hookFile(places.env), places.env]));
  const isWanted = (signal: Signal): boolean =>
    (session === undefined || signal.session === session) &&
    targets.some(({ agent, profile }) => agent.id === signal.agent && profile === signal.profile);
  return [...own.values()].map((env) => new FollowedHooks(env, clock, isWanted));
}

/** Follows these agents from now on: what was written before does not count. */
export async function follow(
  targets: readonly FollowTarget[],
  options: FollowOptions = {},
): Promise<Following> {
  const following = new Following(targets, options);
  await following.begin();
  return following;
}
