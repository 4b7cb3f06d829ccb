/**
 * Which agent has the work, and which has it next. A pure state machine: every event brings its time, and
 * every step says one thing to do. Nothing else in Segue decides on a switch.
 *
 * Against ping-pong: a hold between two switches, which doubles with every switch that brought no answer;
 * no way from one agent to another is taken twice without an answer in between; a limit without a known
 * reset counts longer each time; and home has to be free for longer the more often it was not.
 */
import type { Signal } from "./types.ts";

/** In milliseconds. */
export interface Times {
  /** Between two switches, at least; and at most, when it has doubled. */
  hold: number;
  mostHold: number;
  /** How long an agent that met its limit is left alone: it may still write, or end by itself. */
  settle: number;
  /** The same where agents try again by themselves: too many requests at once, a vendor's overload. */
  patience: number;
  /** How long a limit counts whose reset is unknown; and at most, when it has doubled. */
  guess: number;
  mostGuess: number;
  /** After an answer this long after its last limit, an agent's earlier limits are forgotten. */
  calm: number;
  /** How long nothing happens after an answer that ends a turn. */
  quiet: number;
  /** How long to wait, in all and without an answer, until any of the agents is free. */
  wait: number;
}

const [SECOND, MINUTE] = [1000, 60_000];

export const TIMES: Times = {
  hold: 10 * SECOND,
  mostHold: 10 * MINUTE,
  settle: 3 * SECOND,
  patience: MINUTE,
  guess: 5 * MINUTE,
  mostGuess: 60 * MINUTE,
  calm: 10 * MINUTE,
  quiet: 5 * SECOND,
  wait: 0,
};

/** An agent that ends this long after an interruption ends because of it. */
const INTERRUPTED = 15 * SECOND;

/** After so many starts without an answer, it is given up. */
const MOST_TRIES = 12;

export interface Policy {
  /** In order of preference, home first, each once. */
  agents: readonly [string, ...string[]];
  /** Switch without asking. */
  unasked: boolean;
  /** Bring the work home when home is free again. */
  returns: boolean;
  /** Do the agents stay open after a turn? Without a screen, they end by themselves. */
  staysOpen: boolean;
  times: Times;
}

export type FailoverEvent =
  | { event: "started"; at: number }
  | { event: "ended"; at: number; code: number }
  | { event: "signal"; at: number; signal: Signal }
  /** A model's answer that ends a turn. */
  | { event: "answer"; at: number }
  /** A turn continues. */
  | { event: "busy"; at: number }
  /** The user ended Segue, and the agent with it. */
  | { event: "interrupted"; at: number }
  /** The agent that was to run cannot be started, or cannot take the session. */
  | { event: "failed"; at: number }
  /** The user's reply to an offer; null: no. */
  | { event: "reply"; at: number; agent: string | null }
  | { event: "tick"; at: number };

export type Action =
  | { do: "nothing" }
  /** Start it on the session of `from`, which may be itself. `continues`: with the prompt "continue". */
  | { do: "run"; agent: string; from: string; continues: boolean }
  /** End the running program; `ended` is the next event. */
  | { do: "end"; why: "limit" | "home" }
  | { do: "wait"; until: number }
  /** `agents`: those that are not at a limit; empty if none is known. */
  | { do: "offer"; agents: readonly string[] }
  /** Write the session in `agent`'s store, without starting it; it is over. */
  | { do: "bring"; agent: string; from: string; code: number }
  | { do: "over"; code: number }
  /** Every agent is at a limit; `until`: when the first is free, if that is known. */
  | { do: "give-up"; until: number | null; code: number };

interface Limited {
  /** Until when it counts as limited; infinite for an agent that cannot be used in this run. */
  until: number;
  /** Is that what its vendor said? */
  isKnown: boolean;
  /** How often in a row. */
  strikes: number;
  at: number;
}

type Phase =
  | { name: "starting" | "running" | "waiting" | "offering" | "over" }
  | { name: "ending"; why: "limit" | "home" };

/** Treat as opaque; `step` makes the next one. */
export interface State {
  policy: Policy;
  phase: Phase;
  /** The agent in whose store the session is. */
  holder: string;
  /** While another one is started. */
  next: string | null;
  now: number;
  limits: ReadonlyMap<string, Limited>;
  /** The limit that stops the running agent, until it answers. */
  fault: { at: number; mayPass: boolean } | null;
  answeredAt: number | null;
  interruptedAt: number | null;
  /** Of those that were not the user's. */
  lastStart: number | null;
  /** Since the last answer: the ways taken, the starts, and when waiting began. */
  ways: readonly string[];
  tries: number;
  stoppedAt: number | null;
  /** The exit code of the last program. */
  code: number;
}

export interface Step {
  state: State;
  action: Action;
}

const NOTHING: Action = { do: "nothing" };

/** Home is about to be started. */
export function begin(policy: Policy): State {
  return {
    policy,
    phase: { name: "starting" },
    holder: policy.agents[0],
    next: null,
    now: 0,
    limits: new Map(),
    fault: null,
    answeredAt: null,
    interruptedAt: null,
    lastStart: null,
    ways: [],
    tries: 0,
    stoppedAt: null,
    code: 0,
  };
}

/** Time never runs backwards here: a clock that is set back only makes holds longer. */
export function step(before: State, event: FailoverEvent): Step {
  const state = { ...before, now: Math.max(before.now, event.at) };
  if (state.phase.name === "over") return { state, action: NOTHING };
  switch (event.event) {
    case "started":
      return { state: started(state), action: NOTHING };
    case "signal":
      return { state: signalled(state, event.signal), action: NOTHING };
    case "answer":
      return { state: answered(state), action: NOTHING };
    case "busy":
      return { state: { ...state, answeredAt: null }, action: NOTHING };
    case "interrupted":
      return { state: { ...state, interruptedAt: state.now }, action: NOTHING };
    case "ended":
      return ended({ ...state, code: event.code });
    case "failed":
      return failed(state);
    case "reply":
      return replied(state, event.agent);
    case "tick":
      return ticked(state);
  }
}

function started(state: State): State {
  const holder = state.next ?? state.holder;
  return {
    ...state,
    ...{ holder, next: null, fault: null, answeredAt: null },
    phase: { name: "running" },
  };
}

function signalled(state: State, signal: Signal): State {
  const { holder, policy, now } = state;
  if ((signal.profile ?? signal.agent) !== holder || !stops(signal, holder !== policy.agents[0]))
    return state;
  const before = state.limits.get(holder);
  // Several signals of one stop count once.
  const strikes = (before?.strikes ?? 0) + (state.fault === null ? 1 : 0);
  const { guess, mostGuess } = policy.times;
  const isKnown = signal.resetsAt !== null && signal.resetsAt > signal.at;
  const until =
    signal.kind === "auth"
      ? Number.POSITIVE_INFINITY
      : isKnown && signal.resetsAt !== null
        ? signal.resetsAt
        : now + doubled(guess, strikes, mostGuess);
  const limits = new Map(state.limits).set(holder, { until, isKnown, strikes, at: now });
  const at = state.fault?.at ?? now;
  // What is seen from outside was given its time before it was called a limit.
  const isSeen = signal.source !== "event";
  const mayPass = isSeen && (signal.kind === "rate" || signal.kind === "overload");
  return { ...state, limits, fault: { at, mayPass }, answeredAt: null };
}

/**
 * A warning does not stop an agent. A context that is too long is the session's, and a missing login
 * the user's to see to: only an agent that was started unasked is left for that.
 */
function stops({ kind, usedPercent }: Signal, isAway: boolean): boolean {
  if (usedPercent !== null && usedPercent < 100) return false;
  return kind === "auth" ? isAway : kind !== "context";
}

function answered(state: State): State {
  const { holder, now, policy } = state;
  const limits = new Map(state.limits);
  const before = limits.get(holder);
  if (before && now - before.at >= policy.times.calm) limits.delete(holder);
  else if (before) limits.set(holder, { ...before, until: Math.min(before.until, now) });
  return {
    ...state,
    ...{ limits, fault: null, answeredAt: now, ways: [], tries: 0, stoppedAt: null },
  };
}

function ended(state: State): Step {
  const { phase, interruptedAt, fault, policy, code, now } = state;
  const isUsers = interruptedAt !== null && now - interruptedAt <= INTERRUPTED;
  if (isUsers) return over(state, { do: "over", code });
  if (phase.name === "ending" && phase.why === "home") return goHome(state);
  if (fault !== null) {
    const stopped = { ...state, stoppedAt: state.stoppedAt ?? state.now };
    if (policy.unasked) return choose(stopped);
    const offering = { ...stopped, phase: { name: "offering" as const } };
    return { state: offering, action: { do: "offer", agents: others(state) } };
  }
  const [home] = policy.agents;
  if (mayReturn(state)) return over(state, { do: "bring", agent: home, from: state.holder, code });
  return over(state, { do: "over", code });
}

function goHome(state: State): Step {
  return run(state, state.policy.agents[0], false);
}

function failed(state: State): Step {
  const { next, holder, policy } = state;
  const limits = new Map(state.limits);
  const unusable = { until: Number.POSITIVE_INFINITY, isKnown: false, strikes: 1, at: state.now };
  limits.set(next ?? holder, unusable);
  const left = { ...state, next: null, limits };
  return policy.unasked ? choose(left) : over(left, { do: "over", code: state.code });
}

function replied(state: State, agent: string | null): Step {
  if (state.phase.name !== "offering" || agent === null) {
    return over(state, { do: "over", code: state.code });
  }
  const known = state.policy.agents.includes(agent);
  const [home, ...rest] = state.policy.agents;
  const agents: Policy["agents"] = known ? state.policy.agents : [home, ...rest, agent];
  return run({ ...state, policy: { ...state.policy, agents } }, agent, true);
}

function ticked(state: State): Step {
  const { phase, policy } = state;
  if (phase.name === "waiting") return choose(state);
  if (phase.name !== "running") return { state, action: NOTHING };
  if (policy.unasked && isStalled(state)) return ending(state, "limit");
  const { answeredAt, now } = state;
  const isQuiet = policy.staysOpen && answeredAt !== null && now - answeredAt >= policy.times.quiet;
  const isHeld = now < heldUntil(state, policy.agents[0]);
  if (isQuiet && !isHeld && mayReturn(state)) return ending(state, "home");
  return { state, action: NOTHING };
}

function ending(state: State, why: "limit" | "home"): Step {
  return { state: { ...state, phase: { name: "ending", why } }, action: { do: "end", why } };
}

/** An agent that tries again by itself gets its time, unless it will certainly be in vain. */
function isStalled({ fault, limits, holder, now, policy }: State): boolean {
  if (fault === null) return false;
  const { settle, patience } = policy.times;
  const limit = limits.get(holder);
  const isInVain = limit?.isKnown === true && limit.until > fault.at + patience;
  return now - fault.at >= (fault.mayPass && !isInVain ? patience : settle);
}

/** Is home free, and has it been for a hold, or longer if it was not free before? */
function mayReturn({ policy, holder, limits, now }: State): boolean {
  const [home] = policy.agents;
  if (!policy.returns || holder === home) return false;
  const limit = limits.get(home);
  const { hold, mostHold } = policy.times;
  return limit === undefined || now >= limit.until + doubled(hold, limit.strikes, mostHold);
}

/** The next agent that is free; else the time at which one will be. */
function choose(state: State): Step {
  const { policy, now } = state;
  if (state.tries >= MOST_TRIES) return giveUp(state);
  const [next] = policy.agents.filter((agent) => isFree(state, agent) && isNew(state, agent));
  if (next !== undefined) {
    const until = heldUntil(state, next);
    return now >= until ? run(state, next, true) : wait(state, until);
  }
  const deadline = (state.stoppedAt ?? now) + policy.times.wait;
  const first = firstFree(state);
  return first !== null && first <= deadline ? wait(state, first) : giveUp(state);
}

function wait(state: State, until: number): Step {
  return { state: { ...state, phase: { name: "waiting" } }, action: { do: "wait", until } };
}

function run(state: State, agent: string, continues: boolean): Step {
  const { holder, now } = state;
  const isSwitch = agent !== holder;
  return {
    state: {
      ...state,
      phase: { name: "starting" },
      next: agent,
      tries: state.tries + 1,
      lastStart: now,
      ...(isSwitch && { ways: [...state.ways, wayTo(state, agent)] }),
    },
    action: { do: "run", agent, from: holder, continues },
  };
}

function giveUp(state: State): Step {
  const until = firstFree(state);
  return over(state, { do: "give-up", until, code: state.code });
}

function over(state: State, action: Action): Step {
  return { state: { ...state, phase: { name: "over" } }, action };
}

/** Those that an offer names. */
function others(state: State): string[] {
  return state.policy.agents.filter((agent) => agent !== state.holder && isFree(state, agent));
}

function isFree({ limits, now }: State, agent: string): boolean {
  return (limits.get(agent)?.until ?? now) <= now;
}

function isNew(state: State, agent: string): boolean {
  return agent === state.holder || !state.ways.includes(wayTo(state, agent));
}

function wayTo({ holder }: State, agent: string): string {
  return `${holder}\n${agent}`;
}

function firstFree(state: State): number | null {
  const times = state.policy.agents
    .filter((agent) => isNew(state, agent))
    .map((agent) => state.limits.get(agent)?.until ?? state.now)
    .filter(Number.isFinite);
  return times.length === 0 ? null : Math.min(...times);
}

/** A start again, too, is held: after the last one, and after the limit. */
function heldUntil(state: State, next: string): number {
  const { lastStart, stoppedAt, tries, policy, holder } = state;
  const { hold, mostHold } = policy.times;
  const since = next === holder ? Math.max(lastStart ?? 0, stoppedAt ?? 0) : lastStart;
  return since === null ? 0 : since + doubled(hold, tries, mostHold);
}

/** `first` the first time, then twice as much each time. */
function doubled(first: number, times: number, most: number): number {
  return Math.min(first * 2 ** Math.max(0, times - 1), Math.max(first, most));
}
