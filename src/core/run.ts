/**
 * Runs an agent as if it had been started by hand, sees when it is at a limit, and continues its session
 * in another one. What to do next is decided in limits/failover.ts.
 */
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { startedBy } from "../agents/command.ts";
import { envOf, nameOf } from "../agents/profile.ts";
import type { Agent } from "../agents/types.ts";
import type { Selected } from "../catalog/select.ts";
import type { Places } from "../catalog/stores.ts";
import type { ReasoningFate } from "../convert/project/project.ts";
import { isThere } from "../convert/read/open.ts";
import type { Report } from "../convert/report/report.ts";
import { SegueError, wordsOf } from "../errors.ts";
import { type Child, type ChildEnd, GRACE, startChild } from "../io/child.ts";
import { makeScratch, type Scratch } from "../io/folders.ts";
import {
  type Action,
  begin,
  type FailoverEvent,
  type State,
  step,
  type Times,
} from "../limits/failover.ts";
import type { Signal } from "../limits/types.ts";
import { argsFor, type Given } from "./run-args.ts";
import { pour, printedSignal, sizeOf, tailOf } from "./run-printed.ts";
import { PROMPT, promptFor } from "./run-prompt.ts";
import { RunSession } from "./run-session.ts";
import { type Switched, switchTo } from "./run-switch.ts";

export { nameOf } from "../agents/profile.ts";
export type { Selected } from "../catalog/select.ts";
export { endLike } from "../io/child.ts";
export { TIMES, type Times } from "../limits/failover.ts";
export type { Signal } from "../limits/types.ts";
export { sharesAccount } from "./run-accounts.ts";
export { argsOf, checkArgs, type Given } from "./run-args.ts";

export interface RunRequest {
  agent: Agent;
  /** As the user wrote them. */
  args: readonly string[];
  given: Given;
  /** The agents that may continue, in order. */
  targets: readonly Agent[];
  /** Switch without asking. */
  unasked: boolean;
  returns: boolean;
  times: Times;
  force: boolean;
  cwd: string;
  places: Places;
  reasoning: ReasoningFate;
  /** The size in tokens that sessions get in other agents; undefined: as they are. */
  fit?: number | undefined;
  /** After so many milliseconds without output or a record, an agent without a screen counts as stalled. */
  idle: number | null;
  /** The user's own arguments for an agent, from the settings. */
  always(agent: Agent): readonly string[];
  tell: Tell;
}

/** What the user reads and is asked. Nothing is said while an agent has the screen. */
export interface Tell {
  say(text: string): void;
  /** `signal`: what stopped it; null if the last agent just ended. */
  switching(from: Agent, to: Agent, signal: Signal | null): void;
  switched(report: Report, note: string): void;
  /** `session`: what is to continue then; it could be continued elsewhere. */
  waiting(until: number, session: Selected | null): void;
  /** Asks where to continue; null for nowhere. */
  offer(at: Stop): Promise<Agent | null>;
  gaveUp(at: Stop, until: number | null): void;
  broughtHome(session: Selected): void;
  /** Another process of the same agent works in the same folder: whose session is which was not seen. */
  unclear(agent: Agent, rival: number): void;
  /** The last agent is done, and the session is in its store. */
  left(session: Selected): void;
}

export interface Stop {
  agent: Agent;
  signal: Signal | null;
  /** The session; null if there is none. */
  session: Selected | null;
  /** Those that are not at a limit themselves. */
  agents: readonly Agent[];
}

/** How often it looks at what the agent does, in milliseconds. */
const TICK = 500;
const [PAUSE, WAIT] = [50, 1000];

/** One run of a program. */
interface Leg {
  agent: Agent;
  command: readonly string[];
  cwd: string;
  session: Selected | null;
}

/** Runs it to the end; returns how the last program ended. */
export async function runAgent(request: RunRequest): Promise<ChildEnd> {
  const scratch = makeScratch();
  try {
    return await new Runner(request, scratch).run();
  } finally {
    scratch.remove();
  }
}

class Runner {
  readonly #request: RunRequest;
  readonly #scratch: Scratch;
  readonly #agents: Map<string, Agent>;
  /** A program's output is held back only where another one may follow. */
  readonly #holdsOutput: boolean;
  #state: State;
  #legs = 0;
  #end: ChildEnd = { code: 0, signal: null };
  #session: Selected | null = null;
  #signal: Signal | null = null;
  #output: string | null = null;

  constructor(request: RunRequest, scratch: Scratch) {
    const { agent, targets, unasked, returns, times, given } = request;
    this.#request = request;
    this.#scratch = scratch;
    this.#agents = new Map([agent, ...targets].map((one) => [nameOf(one), one]));
    this.#holdsOutput = unasked && given.isHeadless;
    const home = nameOf(agent);
    const others = targets.map(nameOf).filter((name) => name !== home);
    const staysOpen = !given.isHeadless;
    this.#state = begin({ agents: [home, ...new Set(others)], unasked, returns, staysOpen, times });
  }

  async run(): Promise<ChildEnd> {
    const { agent, args, cwd, places } = this.#request;
    const command = [startedBy(agent, places.env), ...this.#request.always(agent), ...args];
    let leg: Leg | null = { agent, command, cwd, session: null };
    while (leg) leg = await this.#after(leg, await this.#playOrFail(leg));
    if (this.#output !== null) await pour(this.#output);
    return this.#end;
  }

  #step(event: FailoverEvent): Action {
    const { state, action } = step(this.#state, event);
    this.#state = state;
    return action;
  }

  /** If the first one cannot be started, there is nothing to continue; after any other, the next one's turn. */
  async #playOrFail(leg: Leg): Promise<Action> {
    try {
      return await this.#play(leg);
    } catch (error) {
      if (leg.session === null) throw error;
      this.#sayFailed(leg.agent, error);
      return this.#step({ event: "failed", at: Date.now() });
    }
  }

  #sayFailed(agent: Agent, error: unknown): void {
    const { tell } = this.#request;
    tell.say(`segue: cannot continue in ${agent.name}: ${wordsOf(error)}`);
    if (error instanceof SegueError && error.hint !== null) tell.say(`  ${error.hint}`);
  }

  /** Runs one program to its end. */
  async #play(leg: Leg): Promise<Action> {
    const { agent, cwd, command } = leg;
    const { places } = this.#request;
    const output = this.#holdsOutput ? join(this.#scratch.folder, `output-${++this.#legs}`) : null;
    const session = await RunSession.begin(agent, {
      ...{ places, cwd, words: command.slice(1), known: leg.session },
    });
    let errors = "";
    this.#signal = null;
    try {
      const child = await startChild({
        ...{ command, cwd, env: envOf(agent, places.env), output },
        withoutInput: this.#holdsOutput && leg.session !== null,
        ...(this.#holdsOutput && { errors: (text) => (errors = (errors + text).slice(-8192)) }),
        interrupted: () => this.#step({ event: "interrupted", at: Date.now() }),
      });
      session.pid = child.pid;
      this.#output = output;
      this.#step({ event: "started", at: Date.now() });
      await this.#watch(child, session, output);
      this.#end = await child.ended;
      await this.#look(session, true);
      this.#session = session.selected ?? this.#session;
      if (session.rival !== null) this.#request.tell.unclear(agent, session.rival);
      const isAnswered = this.#state.answeredAt !== null;
      const printed = { stdout: tailOf(output), stderr: errors, code: this.#end.code, isAnswered };
      const said = this.#state.fault ? null : printedSignal(agent, printed, this.#session);
      if (said) this.#note({ event: "signal", at: Date.now(), signal: said });
      return this.#step({ event: "ended", at: Date.now(), code: this.#end.code });
    } finally {
      session.close();
    }
  }

  /** Looks at what it does until it ends. */
  async #watch(child: Child, session: RunSession, output: string | null): Promise<void> {
    let size = 0;
    while (!(await within(TICK, child.ended))) {
      await this.#look(session);
      const now = sizeOf(output);
      if (now !== size) session.changed = Date.now();
      size = now;
      this.#noteIdle(session);
      if (this.#step({ event: "tick", at: Date.now() }).do === "end") await stop(child);
    }
  }

  async #look(session: RunSession, all = false): Promise<void> {
    for (const event of await session.look(all)) this.#note(event);
  }

  #note(event: FailoverEvent): void {
    this.#step(event);
    if (event.event === "signal" && this.#state.fault) this.#signal = event.signal;
  }

  #noteIdle(session: RunSession): void {
    const { idle, given } = this.#request;
    const now = Date.now();
    if (idle === null || !given.isHeadless || now - session.changed < idle) return;
    const agent = this.#agents.get(this.#state.holder);
    if (this.#state.fault || !agent) return;
    const text = `no output and no record for ${Math.round(idle / 1000)} seconds`;
    this.#note({ event: "signal", at: now, signal: signalOf(agent, text, now) });
  }

  /** What follows; null for nothing. */
  async #after(leg: Leg, first: Action): Promise<Leg | null> {
    let action = first;
    for (;;) {
      if (action.do === "wait") action = await this.#wait(action.until);
      else if (action.do === "offer") action = await this.#offer(leg, action.agents);
      else if (action.do === "run") {
        const next = await this.#next(leg, action);
        if (next) return next;
        action = this.#step({ event: "failed", at: Date.now() });
      } else break;
    }
    if (action.do === "bring") await this.#bringHome();
    else if (action.do === "give-up") {
      this.#request.tell.gaveUp(this.#stopOf(leg, []), action.until);
    } else if (this.#present && leg.agent !== this.#request.agent) {
      this.#request.tell.left(this.#present);
    }
    return null;
  }

  /** The session, unless it was deleted meanwhile: then there is nothing to continue. */
  get #present(): Selected | null {
    return this.#session && isThere(this.#session.path) ? this.#session : null;
  }

  async #wait(until: number): Promise<Action> {
    if (until - Date.now() > WAIT) this.#request.tell.waiting(until, this.#present);
    for (;;) {
      // The machine may sleep meanwhile.
      await after(Math.min(WAIT, Math.max(0, until - Date.now())));
      if (Date.now() >= until) return this.#step({ event: "tick", at: Date.now() });
    }
  }

  async #offer(leg: Leg, names: readonly string[]): Promise<Action> {
    const agents = names.flatMap((name) => this.#agents.get(name) ?? []);
    const chosen = await this.#request.tell.offer(this.#stopOf(leg, agents));
    if (chosen) this.#agents.set(nameOf(chosen), chosen);
    const agent = chosen && nameOf(chosen);
    return this.#step({ event: "reply", at: Date.now(), agent });
  }

  #stopOf(leg: Leg, agents: readonly Agent[]): Stop {
    return { agent: leg.agent, signal: this.#signal, session: this.#present, agents };
  }

  /** Hands the session over; null if that is not possible, which is said. */
  async #next(
    leg: Leg,
    { agent, continues }: { agent: string; continues: boolean },
  ): Promise<Leg | null> {
    const target = this.#agents.get(agent);
    const { tell } = this.#request;
    if (!target) return null;
    try {
      tell.switching(leg.agent, target, this.#signal);
      const { command, cwd, session, report, note } = await this.#switch(target, continues);
      tell.switched(report, note);
      const { launch } = target;
      const isTyped = launch.resumesUnprompted || launch.endsAfterPrompt;
      if (continues && isTyped && !this.#request.given.isHeadless) {
        tell.say(`${target.name} takes no prompt here: type "${PROMPT}"`);
      }
      this.#session = session;
      return { agent: target, command, cwd, session };
    } catch (error) {
      this.#sayFailed(target, error);
      return null;
    }
  }

  async #switch(target: Agent, continues: boolean): Promise<Switched> {
    const { agent: home, given, force, places, cwd, reasoning, tell } = this.#request;
    const selected = this.#session;
    if (!selected) throw new SegueError("not-found", "the agent has written no session");
    if (!isThere(selected.path)) {
      throw new SegueError("not-found", "the session was deleted", { where: selected.path });
    }
    const { args, notes } = argsFor(target, home, given, force);
    for (const note of notes) tell.say(note);
    return await switchTo({
      ...{ selected, target, places, cwd, reasoning },
      fit: target === home ? undefined : this.#request.fit,
      args: [...this.#request.always(target), ...args],
      prompt: continues ? await promptFor(selected, places.env) : null,
      isHeadless: given.isHeadless,
      warn: (text) => tell.say(text),
    });
  }

  async #bringHome(): Promise<void> {
    const { tell, agent } = this.#request;
    try {
      const { session } = await this.#switch(agent, false);
      tell.broughtHome(session);
    } catch (error) {
      tell.say(`segue: cannot bring the session home to ${agent.name}: ${wordsOf(error)}`);
      if (this.#present) tell.left(this.#present);
    }
  }
}

/**
 * Ends a program that we started, and with it what it started for the work: as with Ctrl-C, what does not
 * heed that with SIGTERM, and what heeds nothing with SIGKILL, or nobody would continue before the morning. The
 * session must not grow any more when it is handed over.
 */
async function stop(child: Child): Promise<void> {
  for (const signal of ["SIGINT", "SIGTERM", "SIGKILL"] as const) {
    child.kill(signal);
    const until = Date.now() + GRACE;
    await within(GRACE, child.ended);
    while (child.isAlive() && Date.now() < until) await after(PAUSE);
    if (!child.isAlive()) return;
  }
}

/** Waits; returns early, and true, if it ends meanwhile. */
async function within(ms: number, ended: Promise<unknown>): Promise<boolean> {
  const timer = new AbortController();
  const { signal } = timer;
  const time = after(ms, false, { signal }).catch(() => false);
  const hasEnded = await Promise.race([ended.then(() => true), time]);
  timer.abort();
  return hasEnded;
}

/** For what is seen from outside. */
function signalOf(agent: Agent, text: string, at: number): Signal {
  return {
    ...{
      agent: agent.id,
      profile: agent.profile?.name ?? null,
      kind: "overload",
      scope: "unknown",
    },
    ...{ usedPercent: null, resetsAt: null, retryable: true, source: "event", at },
    ...{ session: null, text },
  };
}
