/** Which agent runs next, on a clock of our own. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  type Action,
  begin,
  type FailoverEvent,
  type Policy,
  type State,
  step,
  TIMES,
} from "../../../src/limits/failover.ts";
import type { Signal } from "../../../src/limits/types.ts";
import { runs } from "../../support/seed.ts";

const T0 = Date.parse("2026-11-30T08:00:00Z");
const MINUTE = 60_000;
const { hold, settle, patience, guess, quiet } = TIMES;

function policy(over: Partial<Policy> = {}): Policy {
  return {
    agents: ["a", "b", "c"],
    unasked: true,
    returns: false,
    staysOpen: true,
    times: TIMES,
    ...over,
  };
}

function limit(agent: string, at: number, over: Partial<Signal> = {}): FailoverEvent {
  const signal: Signal = {
    ...{ agent, profile: null, kind: "quota", scope: "unknown", usedPercent: null },
    ...{ resetsAt: null, retryable: false, source: "record", at, session: "1", text: "limit" },
    ...over,
  };
  return { event: "signal", at, signal };
}

/** Steps through events; `last` is the action of the last one. */
class Run {
  state: State;
  actions: Action[] = [];

  constructor(policy: Policy) {
    this.state = begin(policy);
  }

  do(...events: FailoverEvent[]): Action {
    for (const event of events) {
      const { state, action } = step(this.state, event);
      this.state = state;
      this.actions.push(action);
    }
    return this.actions.at(-1) ?? { do: "nothing" };
  }
}

const start = (at: number): FailoverEvent => ({ event: "started", at });
const tick = (at: number): FailoverEvent => ({ event: "tick", at });
const answer = (at: number): FailoverEvent => ({ event: "answer", at });
const end = (at: number, code = 1): FailoverEvent => ({ event: "ended", at, code });

describe("failover", () => {
  it("ends with the agent where there is no limit", () => {
    assert.deepEqual(new Run(policy()).do(start(T0), answer(T0 + 1), end(T0 + 2, 3)), {
      ...{ do: "over", code: 3 },
    });
  });

  it("continues in the next agent when the first ends at a limit", () => {
    const run = new Run(policy());
    assert.deepEqual(run.do(start(T0), limit("a", T0 + 1), end(T0 + 2)), {
      ...{ do: "run", agent: "b", from: "a", continues: true },
    });
  });

  it("ends an agent that stays open at its limit, once it had time to write", () => {
    const run = new Run(policy());
    assert.equal(run.do(start(T0), limit("a", T0), tick(T0 + settle - 1)).do, "nothing");
    assert.deepEqual(run.do(tick(T0 + settle)), { do: "end", why: "limit" });
    assert.equal(run.do(tick(T0 + settle + 1)).do, "nothing");
    assert.equal(run.do(end(T0 + settle + 2, 130)).do, "run");
  });

  it("leaves time to an agent that tries again, unless its reset is far away", () => {
    const rate = { kind: "rate" } as const;
    const run = new Run(policy());
    assert.equal(run.do(start(T0), limit("a", T0, rate), tick(T0 + settle)).do, "nothing");
    assert.equal(run.do(answer(T0 + settle), tick(T0 + 2 * patience)).do, "nothing");
    run.do(limit("a", T0 + 3 * patience, rate));
    assert.equal(run.do(tick(T0 + 4 * patience)).do, "end");
    const far = new Run(policy());
    far.do(start(T0), limit("a", T0, { ...rate, resetsAt: T0 + 60 * MINUTE }));
    assert.equal(far.do(tick(T0 + settle)).do, "end");
  });

  it("takes a warning, a long context and home's missing login for no limit", () => {
    for (const over of [{ usedPercent: 90 }, { kind: "context" }, { kind: "auth" }] as const) {
      const run = new Run(policy());
      assert.equal(run.do(start(T0), limit("a", T0, over), end(T0 + 1)).do, "over");
    }
  });

  it("leaves an agent that it started where nobody is logged in", () => {
    const run = new Run(policy());
    run.do(start(T0), limit("a", T0), end(T0), start(T0));
    const next = run.do(limit("b", T0 + hold, { kind: "auth" }), end(T0 + hold));
    assert.deepEqual(next, { do: "run", agent: "c", from: "b", continues: true });
  });

  it("holds between two switches, longer each time nothing was answered", () => {
    const run = new Run(policy({ agents: ["a", "b", "c", "d"] }));
    run.do(start(T0), limit("a", T0), end(T0), start(T0));
    const first = run.do(limit("b", T0 + 1), end(T0 + 2));
    assert.deepEqual(first, { do: "wait", until: T0 + hold });
    assert.equal(run.do(tick(T0 + hold)).do, "run");
    const second = run.do(start(T0 + hold), limit("c", T0 + hold), end(T0 + hold));
    assert.deepEqual(second, { do: "wait", until: T0 + hold + 2 * hold });
  });

  it("gives up where all are at a limit, and says when the first is free", () => {
    const run = new Run(policy({ agents: ["a", "b"] }));
    const resetsAt = T0 + 30 * MINUTE;
    run.do(start(T0), limit("a", T0, { resetsAt }), end(T0), start(T0));
    const last = run.do(limit("b", T0 + hold, { resetsAt: resetsAt + 1 }), end(T0 + hold, 7));
    assert.deepEqual(last, { do: "give-up", until: resetsAt, code: 7 });
  });

  it("waits for the first that is free where it may", () => {
    const times = { ...TIMES, wait: 60 * MINUTE };
    const run = new Run(policy({ agents: ["a", "b"], times }));
    const resetsAt = T0 + 30 * MINUTE;
    run.do(start(T0), limit("a", T0, { resetsAt }), end(T0), start(T0));
    const then = run.do(limit("b", T0 + hold, { resetsAt: resetsAt + 1 }), end(T0 + hold, 7));
    assert.deepEqual(then, { do: "wait", until: resetsAt });
    assert.deepEqual(run.do(tick(resetsAt)), { do: "run", agent: "a", from: "b", continues: true });
  });

  it("does not start an agent again at once, even if its reset is past already", () => {
    const run = new Run(policy({ agents: ["a"] }));
    const until = T0 + 5000 + hold;
    run.do(start(T0), limit("a", T0, { resetsAt: T0 + 1000 }));
    assert.deepEqual(run.do(end(T0 + 5000)), { do: "wait", until });
    assert.deepEqual(run.do(tick(until)), { do: "run", agent: "a", from: "a", continues: true });
  });

  it("goes home after a turn, when home has been free for a while", () => {
    const run = new Run(policy({ returns: true }));
    const resetsAt = T0 + 30 * MINUTE;
    run.do(start(T0), limit("a", T0, { resetsAt }), end(T0), start(T0), answer(T0 + MINUTE));
    assert.equal(run.do(tick(resetsAt)).do, "nothing");
    assert.equal(run.do({ event: "busy", at: resetsAt }, tick(resetsAt + hold)).do, "nothing");
    const done = resetsAt + 2 * hold;
    assert.equal(run.do(answer(done), tick(done + quiet - 1)).do, "nothing");
    assert.deepEqual(run.do(tick(done + quiet)), { do: "end", why: "home" });
    const home = { do: "run", agent: "a", from: "b", continues: false };
    assert.deepEqual(run.do(end(done + quiet)), home);
  });

  it("brings the work home when the other agent is done, if home is free", () => {
    for (const minutes of [1, 60]) {
      const run = new Run(policy({ returns: true }));
      run.do(start(T0), limit("a", T0, { resetsAt: T0 + 30 * MINUTE }), end(T0), start(T0));
      const last = run.do(answer(T0 + hold), end(T0 + minutes * MINUTE, 0));
      const bring = { do: "bring", agent: "a", from: "b", code: 0 };
      assert.deepEqual(last, minutes > 30 ? bring : { do: "over", code: 0 });
    }
  });

  it("goes home later each time that home was not free after all", () => {
    const run = new Run(policy({ returns: true }));
    run.do(start(T0), limit("a", T0), end(T0), start(T0), answer(T0 + 1));
    let now = T0;
    const waited: number[] = [];
    for (let n = 0; n < 4; n++) {
      const from = now;
      while (run.do(tick(now)).do !== "end") now += 1000;
      waited.push(now - from);
      run.do(end(now), start(now), limit("a", now), end(now));
      for (; run.actions.at(-1)?.do === "wait"; now += 1000) run.do(tick(now));
      run.do(start(now), answer(now));
    }
    assert.ok(
      waited.every((ms, n) => n === 0 || ms > (waited[n - 1] ?? 0) * 1.8),
      String(waited),
    );
    assert.ok((waited[0] ?? 0) >= guess + hold);
  });

  it("does what the user says where it may only ask", () => {
    const asks = policy({ agents: ["a", "b"], unasked: false });
    const run = new Run(asks);
    assert.equal(run.do(start(T0), limit("a", T0), tick(T0 + 60 * MINUTE)).do, "nothing");
    assert.deepEqual(run.do(end(T0 + 60 * MINUTE, 4)), { do: "offer", agents: ["b"] });
    const reply = { event: "reply", at: T0 + 61 * MINUTE } as const;
    const no = step(run.state, { ...reply, agent: null }).action;
    assert.deepEqual(no, { do: "over", code: 4 });
    const yes = step(run.state, { ...reply, agent: "z" }).action;
    assert.deepEqual(yes, { do: "run", agent: "z", from: "a", continues: true });
  });

  it("ends when the user interrupts it, limit or not", () => {
    const run = new Run(policy());
    run.do(start(T0), limit("a", T0), { event: "interrupted", at: T0 });
    assert.deepEqual(run.do(end(T0, 130)), { do: "over", code: 130 });
  });

  it("tries the next agent where one cannot be started", () => {
    const run = new Run(policy());
    run.do(start(T0), limit("a", T0), end(T0));
    assert.deepEqual(run.do({ event: "failed", at: T0 }), { do: "wait", until: T0 + hold });
    assert.deepEqual(run.do(tick(T0 + hold)), {
      do: "run",
      agent: "c",
      from: "a",
      continues: true,
    });
  });

  it("survives a clock that is set back", () => {
    const run = new Run(policy());
    run.do(start(T0), limit("a", T0), end(T0), start(T0), limit("b", T0 + 1), end(T0 + 2));
    assert.equal(run.do(tick(T0 - 60 * MINUTE)).do, "wait");
    assert.equal(run.do(tick(T0 + hold)).do, "run");
  });
});

/** What an agent does in one of its runs. */
interface Doing {
  /** After so many milliseconds it answers; null: never. */
  answers: number | null;
  /** Then it meets a limit, with a reset so much later; null: one that is unknown. */
  limit: { resets: number | null; retryable: boolean; kind: Signal["kind"] } | null;
  /** Then it ends by itself, or stays open until it is ended. */
  ends: boolean;
  fails: boolean;
}

const ms = fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: 3 * 3600_000 }));

const doing: fc.Arbitrary<Doing> = fc.record({
  answers: fc.option(ms, { freq: 2 }),
  limit: fc.option(
    fc.record({
      resets: fc.option(ms),
      retryable: fc.boolean(),
      kind: fc.constantFrom<Signal["kind"]>("quota", "rate", "overload", "auth"),
    }),
    { freq: 6 },
  ),
  ends: fc.boolean(),
  fails: fc.constantFrom(false, false, false, true),
});

interface Seen {
  action: Action;
  at: number;
  answers: number;
  limited: ReadonlyMap<string, number>;
}

/** Plays agents against the machine; then nothing answers any more. */
function play(policy: Policy, script: readonly Doing[]): Seen[] {
  const run = new Run(policy);
  const seen: Seen[] = [];
  let [now, agent, answers] = [T0, policy.agents[0], 0];
  const limited = new Map<string, number>();
  const stuck: Doing = {
    answers: null,
    limit: { resets: null, retryable: false, kind: "quota" },
    ends: true,
    fails: false,
  };
  const note = (action: Action): Action => {
    seen.push({ action, at: now, answers, limited: new Map(limited) });
    return action;
  };
  for (let n = 0; n < script.length + 60; n++) {
    let action = note(played(script[n] ?? stuck));
    for (let ticks = 0; action.do === "wait"; ticks++) {
      assert.ok(ticks < 5, "waits again and again");
      assert.ok(action.until > now, "waits for the past");
      now = action.until;
      action = note(run.do(tick(now)));
    }
    if (action.do !== "run") {
      assert.ok(["over", "give-up", "bring"].includes(action.do), action.do);
      return seen;
    }
    agent = action.agent;
  }
  assert.fail("it continues without an answer");

  /** One run of the agent; what is done after it. */
  function played(what: Doing): Action {
    if (what.fails && agent !== policy.agents[0]) return run.do({ event: "failed", at: now });
    run.do(start(now));
    if (what.answers !== null) {
      now += what.answers;
      run.do(answer(now));
      answers++;
      limited.delete(agent);
    }
    if (what.limit) {
      now += 10;
      const { resets, ...over } = what.limit;
      const resetsAt = resets === null ? null : now + resets;
      run.do(limit(agent, now, { ...over, resetsAt }));
      if (resetsAt !== null && resetsAt > now && over.kind !== "auth") limited.set(agent, resetsAt);
    }
    for (let waited = 0; !what.ends && waited < 24 * 60; waited++) {
      now += MINUTE;
      if (note(run.do(tick(now))).do === "end") break;
    }
    now += 10;
    return run.do(end(now));
  }
}

const plays = fc.record({
  agents: fc.constantFrom<Policy["agents"]>(
    ["a"],
    ["a", "b"],
    ["a", "b", "c"],
    ["a", "b", "c", "d", "e"],
  ),
  returns: fc.boolean(),
  wait: fc.constantFrom(0, 10 * MINUTE, 24 * 60 * MINUTE),
  script: fc.array(doing, { maxLength: 25 }),
});

function check(prove: (seen: readonly Seen[], policy: Policy) => void): void {
  fc.assert(
    fc.property(plays, ({ agents, returns, wait, script }) => {
      const given = policy({ agents, returns, times: { ...TIMES, wait } });
      prove(play(given, script), given);
    }),
    { numRuns: runs(300) },
  );
}

const switches = (seen: readonly Seen[]) =>
  seen.flatMap(({ action, ...rest }) =>
    action.do === "run" && action.agent !== action.from ? [{ ...rest, ...action }] : [],
  );

describe("failover, whatever the agents do", () => {
  it("always ends", () => check(() => {}));

  it("never switches twice within the hold", () => {
    check((seen) => {
      const all = switches(seen);
      for (const [n, { at }] of all.entries()) {
        const before = all[n - 1];
        if (before) assert.ok(at - before.at >= hold, `${at - before.at} ms`);
      }
    });
  });

  it("never goes in circles without an answer", () => {
    check((seen) => {
      const all = switches(seen);
      for (const [n, one] of all.entries()) {
        const same = all
          .slice(n + 1)
          .find((other) => other.from === one.from && other.agent === one.agent);
        if (same) assert.ok(same.answers > one.answers, `${one.from} → ${one.agent} twice`);
      }
    });
  });

  it("never starts an agent whose reset is ahead", () => {
    check((seen) => {
      for (const { action, at, limited } of seen) {
        if (action.do !== "run") continue;
        assert.ok((limited.get(action.agent) ?? at) <= at, `${action.agent} is at its limit`);
      }
    });
  });

  it("goes home only where it was asked to, when home's limit has passed", () => {
    check((seen, { returns, agents: [home] }) => {
      for (const { action, at, limited } of seen) {
        const isReturn = (action.do === "end" && action.why === "home") || action.do === "bring";
        if (!isReturn) continue;
        assert.ok(returns);
        assert.ok((limited.get(home) ?? at) <= at);
      }
    });
  });
});
