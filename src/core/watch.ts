/** Watches agents for limits, and does what the policy says. */
import { nameOf } from "../agents/profile.ts";
import { accounts, agentNamed } from "../agents/registry.ts";
import { allRoots, type Places } from "../catalog/stores.ts";
import { type Clock, systemClock } from "../io/clock.ts";
import { notifyDesktop } from "../io/desktop.ts";
import { runCommand } from "../io/run-command.ts";
import type { Env } from "../io/state.ts";
import type { Watcher } from "../io/watcher.ts";
import { type Notice, Notices } from "../limits/notices.ts";
import { type Actions, actionsFor, type Command, type Policy } from "../limits/policy.ts";
import type { Signal } from "../limits/types.ts";
import { type Followed, type FollowedSession, type FollowTarget, follow } from "./follow.ts";
import { type Preparation, Prepared } from "./prepared.ts";
import type { PrepareOptions } from "./preparer.ts";
import { PreparingThread } from "./preparing.ts";

export type { Notice } from "../limits/notices.ts";
export { DEFAULT_POLICY } from "../limits/policy.ts";
export type { Preparation } from "./prepared.ts";

/** What the user may be told. `session`: null if the notice is of none. */
export type Watched =
  | { what: "notice"; notice: Notice; session: FollowedSession | null; actions: Actions }
  | { what: "preparation"; preparation: Preparation }
  | { what: "ran"; command: Command; code: number | null; why: string | null };

export interface WatchOptions extends PrepareOptions {
  policy: Policy;
  /** Ends it. */
  signal: AbortSignal;
  tell(one: Watched): void;
  /** Called when everything that is there is noted: what is written from now on is seen. */
  began?(): void;
  /** Called for each session that cannot be read, once. */
  failed?(place: string, error: unknown): void;
  clock?: Clock;
  watcher?: Watcher;
}

/**
 * The agents and profiles to watch: those that are named, or all, each store once.
 * @throws SegueError for an unknown name.
 */
export function watchTargets(places: Places, names: readonly string[]): FollowTarget[] {
  const { profiles } = places;
  const stores = new Set(allRoots(places).map(({ agent }) => nameOf(agent)));
  const chosen =
    names.length > 0
      ? names.map((name) => agentNamed(name, profiles))
      : accounts(profiles).filter((one) => stores.has(nameOf(one)));
  return [...new Set(chosen)].map((agent) => {
    return { agent, profile: agent.profile?.name ?? null, places };
  });
}

/** A session that continues is prepared again after a pause in it, or in any case after a while. */
const PAUSE = 5000;
const LONGEST = 30_000;
/** How many sessions are remembered, for notices about them. */
const MOST_SESSIONS = 200;

/** Returns when `signal` is aborted, and what it started has ended. */
export async function watch(
  targets: readonly FollowTarget[],
  options: WatchOptions,
): Promise<void> {
  const watching = new Watching(options);
  const { signal, clock, watcher, failed } = options;
  const following = await follow(targets, {
    signal,
    ...(clock ? { clock } : {}),
    ...(watcher ? { watcher } : {}),
    ...(failed ? { failed } : {}),
  });
  options.began?.();
  try {
    while (!signal.aborted) {
      for (const one of await following.look(false)) watching.take(one);
      watching.tick();
      await following.wait();
    }
  } finally {
    following.close();
    await watching.end();
  }
}

interface Growing {
  since: number;
  last: number;
}

class Watching {
  readonly #options: WatchOptions;
  readonly #clock: Clock;
  readonly #notices = new Notices();
  readonly #thread: PreparingThread;
  readonly #prepared: Prepared;
  /** What is still to be prepared or removed, in order. */
  #preparing: Promise<void> = Promise.resolve();
  #failure: { error: unknown } | null = null;
  /** Sessions of which it is in there that they are prepared again. */
  readonly #due = new Set<string>();
  readonly #running = new Set<Promise<void>>();
  /** By id, the newest last. */
  readonly #sessions = new Map<string, FollowedSession>();
  /** Prepared sessions that continued, by path. */
  readonly #growing = new Map<string, Growing>();

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#thread = new PreparingThread(options);
    this.#prepared = new Prepared(this.#thread);
  }

  get #moment() {
    return { now: this.#clock.now(), elapsed: this.#clock.elapsed() };
  }

  take(one: Followed): void {
    const { session, at } = one;
    this.#remember(session);
    const { agent, profile, id } = session;
    const account = { agent, profile, session: id, at };
    if (this.#prepared.has(session)) this.#note(session.path);
    if (one.what === "signal") this.#tell(this.#notices.refused(one.signal, this.#moment));
    if (one.what === "answer") this.#tell(this.#notices.answered(account, this.#moment));
    if (one.what === "allowances") this.#tell(this.#notices.used(account, one.allowances));
  }

  /** @throws what went wrong meanwhile */
  tick(): void {
    if (this.#failure) throw this.#failure.error;
    this.#tell(this.#notices.tick(this.#moment));
    const { elapsed } = this.#moment;
    for (const [path, { since, last }] of this.#growing) {
      const isSettled = elapsed - last >= PAUSE || elapsed - since >= LONGEST;
      if (!isSettled || this.#due.has(path)) continue;
      this.#growing.delete(path);
      this.#due.add(path);
      this.#later(() => {
        this.#due.delete(path);
        this.#growing.delete(path);
        return this.#prepared.renew(path);
      });
    }
  }

  /** Nothing waits for it: a notice of another limit, least of all. */
  #later(work: () => Promise<readonly Preparation[]>): void {
    this.#preparing = this.#preparing.then(async () => {
      if (this.#options.signal.aborted) return;
      try {
        for (const one of await work()) this.#tellPreparation(one);
      } catch (error) {
        this.#failure ??= { error };
      }
    });
  }

  #remember(session: FollowedSession): void {
    this.#sessions.delete(session.id);
    this.#sessions.set(session.id, session);
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > MOST_SESSIONS && oldest !== undefined) this.#sessions.delete(oldest);
  }

  #note(path: string): void {
    const { elapsed } = this.#moment;
    this.#growing.set(path, { since: this.#growing.get(path)?.since ?? elapsed, last: elapsed });
  }

  #tell(notices: readonly Notice[]): void {
    for (const notice of notices) {
      const actions = actionsFor(this.#options.policy, notice);
      const session = this.#sessions.get(notice.signal.session ?? "") ?? null;
      this.#options.tell({ what: "notice", notice, session, actions });
      this.#start(notice, session, actions);
      if (notice.event === "clear") this.#clear(notice);
      else if (session) this.#prepare(session, actions);
    }
  }

  #start(notice: Notice, session: FollowedSession | null, { notify, run }: Actions): void {
    const { places, signal } = this.#options;
    if (notify === "all" || notify === "desktop") {
      const [title, body] = [titleOf(notice), bodyOf(notice)];
      this.#wait(notifyDesktop(title, body, places.env, signal));
    }
    if (run === null) return;
    const env = { ...places.env, ...variables(notice, session) };
    const cwd = session?.cwd ?? null;
    const ran = runCommand(run, { env, cwd, signal }).then(({ code, why }) => {
      this.#options.tell({ what: "ran", command: run, code, why });
    });
    this.#wait(ran);
  }

  #wait(work: Promise<void>): void {
    this.#running.add(work);
    void work.finally(() => this.#running.delete(work));
  }

  #prepare(session: FollowedSession, { prepare }: Actions): void {
    for (const target of prepare) {
      if (target === session.agent) continue;
      this.#later(async () => [await this.#prepared.prepare(session, target)]);
    }
  }

  #clear({ agent, profile }: Notice): void {
    const stillLimited = this.#notices.standing.some(
      (one) => one.agent === agent && one.profile === profile,
    );
    if (!stillLimited) this.#later(() => this.#prepared.remove({ agent, profile }));
  }

  #tellPreparation(preparation: Preparation): void {
    this.#options.tell({ what: "preparation", preparation });
  }

  async end(): Promise<void> {
    await Promise.allSettled(this.#running);
    await this.#preparing;
    try {
      for (const one of await this.#prepared.remove()) this.#tellPreparation(one);
    } finally {
      await this.#thread.close();
    }
  }
}

/** "Claude Code: weekly limit reached" */
export function titleOf(notice: Notice): string {
  const { agent, profile, event, signal } = notice;
  const name = profile ?? agentNamed(agent).name;
  const what = limitWords(signal);
  if (event === "warning") return `${name}: ${what} is near`;
  if (event === "limited") return `${name}: ${what} reached`;
  return `${name}: ${what} ${notice.by === "hold" ? "may be" : "is"} over`;
}

/** What a notice adds to its title. */
export function bodyOf(notice: Notice): string {
  if (notice.event === "clear") return CLEAR[notice.by];
  const { text, resetsAt } = notice.signal;
  const said = text.split("\n")[0]?.slice(0, 200) ?? "";
  if (resetsAt === null) return said;
  const until = new Date(resetsAt).toLocaleString("sv").slice(0, 16);
  return said === "" ? `Resets at ${until}.` : `${said} Resets at ${until}.`;
}

const CLEAR = {
  answer: "It answers again.",
  reset: "The time of its reset has come.",
  hold: "When it resets was not recorded; by now, such limits are over.",
} as const;

function limitWords({ kind, scope }: Signal): string {
  switch (kind) {
    case "quota":
      return scope === "unknown" ? "usage limit" : `${scope} limit`;
    case "rate":
      return "rate limit";
    case "overload":
      return "overload of its vendor";
    case "context":
      return "context limit";
    case "auth":
      return "end of its login";
  }
}

/** What a command learns about the notice. */
function variables({ event, signal, ...account }: Notice, session: FollowedSession | null): Env {
  const time = (at: number | null): string => (at === null ? "" : new Date(at).toISOString());
  return {
    SEGUE_EVENT: event,
    SEGUE_AGENT: account.agent,
    SEGUE_PROFILE: account.profile ?? "",
    SEGUE_KIND: signal.kind,
    SEGUE_SCOPE: signal.scope,
    SEGUE_USED_PERCENT: signal.usedPercent === null ? "" : String(signal.usedPercent),
    SEGUE_RESETS_AT: time(signal.resetsAt),
    SEGUE_AT: time(signal.at),
    SEGUE_SESSION: signal.session ?? "",
    SEGUE_SESSION_PATH: session?.path ?? "",
    SEGUE_CWD: session?.cwd ?? "",
    SEGUE_TEXT: signal.text.replaceAll("\0", "").slice(0, 2000),
  };
}
