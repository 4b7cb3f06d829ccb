/**
 * What the limits of an agent's account are now, from what was seen of it: requests that were refused,
 * answers, and how much of its allowances was used. Pure: the time is given.
 */
import type { Allowance, LimitScope } from "../session/types.ts";
import { endOf, isPassing, MINUTE, spanOf, WARNING } from "./holds.ts";
import type { LimitStatus, Signal } from "./types.ts";

/** An account: an agent, and the profile that it is used with. */
export interface Account {
  agent: string;
  profile: string | null;
}

/** An answer without an error. Times are milliseconds since the epoch. */
export interface Answer extends Account {
  /** null if it is not recorded. */
  model: string | null;
  at: number;
}

/** How much of an allowance was used at a time. */
export interface Reading extends Account, Omit<Allowance, "resetsAt"> {
  resetsAt: number | null;
  at: number;
  /** The session's id. */
  session: string | null;
}

/** A refusal, with the model that was in use. */
export interface Refused extends Signal {
  model?: string | null;
}

export interface Evidence {
  signals: readonly Refused[];
  answers: readonly Answer[];
  readings: readonly Reading[];
}

export interface LimitState extends Account {
  status: LimitStatus;
  /** Why; null if nothing was refused. */
  kind: Signal["kind"] | null;
  scope: Signal["scope"] | null;
  usedPercent: number | null;
  /** As the agent recorded it. */
  resetsAt: number | null;
  /** When it is taken to be over: at `resetsAt`, else after a time; null: only with an answer. */
  until: number | null;
  retryable: boolean | null;
  source: Signal["source"] | null;
  /** When it was seen. */
  at: number | null;
  session: string | null;
  text: string | null;
  /** What is used now of each allowance, the most used first. */
  allowances: readonly Reading[];
}

/** A clock that is this much ahead is not wrong. */
const AHEAD = MINUTE;

interface Live {
  signal: Refused;
  /** Infinity: until an answer. */
  until: number;
  /** Does it stop the account, or only warn? */
  status: "limited" | "warning";
}

/** The state of an account at `now`. */
export function stateOf(account: Account, evidence: Evidence, now: number): LimitState {
  const isNow = ({ at }: { at: number }): boolean => at <= now + AHEAD;
  // Of what a wrong clock dates to the future, no answer is later, and no time passes: only its reset ends it.
  const signals = evidence.signals.filter(
    (one) => isOf(one, account) && (one.resetsAt !== null || isNow(one)),
  );
  const answers = evidence.answers.filter((one) => isOf(one, account) && isNow(one));
  const allowances = liveReadings(
    evidence.readings.filter((one) => isOf(one, account) && isNow(one)),
    now,
  );
  const live = signals.flatMap((signal) => liveOf(signal, answers, now));
  const worst = live.reduce<Live | null>((a, b) => (a && isWorse(a, b) ? a : b), null);
  if (worst) return refused(account, worst, allowances);
  const [most] = allowances;
  return {
    ...account,
    status: most && most.usedPercent >= WARNING ? "warning" : "ok",
    ...{ kind: null, retryable: null, source: most ? "record" : null, text: null },
    scope: most?.scope ?? null,
    usedPercent: most?.usedPercent ?? null,
    resetsAt: most?.resetsAt ?? null,
    until: null,
    at: most?.at ?? null,
    session: most?.session ?? null,
    allowances,
  };
}

function isOf(one: Account, { agent, profile }: Account): boolean {
  return one.agent === agent && one.profile === profile;
}

function refused(account: Account, { signal, until, status }: Live, all: Reading[]): LimitState {
  const { kind, scope, resetsAt, retryable, source, at, session, text } = signal;
  const own = all.find((one) => one.scope === scope);
  const used = { usedPercent: signal.usedPercent ?? own?.usedPercent ?? null };
  const ends = Number.isFinite(until) ? until : null;
  return {
    ...account,
    ...{ status, kind, scope, ...used, resetsAt, until: ends },
    ...{ retryable, source, at, session, text, allowances: all },
  };
}

/** What it means now; nothing if it is over. */
function liveOf(signal: Refused, answers: readonly Answer[], now: number): Live[] {
  // One request was too long: that is about a session, and the account is as before.
  if (signal.kind === "context") return [];
  const until = endOf(signal, now);
  if (until <= now) return [];
  const later = answers.filter((answer) => answer.at > signal.at);
  if (signal.scope === "model") {
    if (later.some((answer) => isSameModel(answer, signal))) return [];
    return [{ signal, until, status: later.length > 0 ? "warning" : "limited" }];
  }
  if (later.length === 0) return [{ signal, until, status: "limited" }];
  // It worked again, but so it did before: it may well happen again soon.
  return isPassing(signal.kind) ? [{ signal, until, status: "warning" }] : [];
}

/** Where one of them is not recorded, they may be the same. */
function isSameModel({ model }: Answer, signal: Refused): boolean {
  const other = signal.model ?? null;
  return model === null || other === null || model === other;
}

/** What stops is worse than what warns; then what lasts longer, and then what is newer. */
function isWorse(a: Live, b: Live): boolean {
  if (a.status !== b.status) return a.status === "limited";
  return a.until === b.until ? a.signal.at >= b.signal.at : a.until > b.until;
}

/** The newest of each scope, unless its allowance has been renewed since; the most used first. */
function liveReadings(readings: readonly Reading[], now: number): Reading[] {
  const newest = new Map<LimitScope, Reading>();
  for (const one of readings) {
    const known = newest.get(one.scope);
    if (!known || one.at >= known.at) newest.set(one.scope, one);
  }
  const isLive = ({ scope, at, resetsAt }: Reading): boolean =>
    (resetsAt ?? Math.min(at, now) + spanOf(scope)) > now;
  return [...newest.values()].filter(isLive).sort((a, b) => b.usedPercent - a.usedPercent);
}
