/** What the limits of an account are, as time passes: with a clock that the tests set. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { DAY, HOUR, heldFor, MINUTE } from "../../../src/limits/holds.ts";
import { type Evidence, type Reading, type Refused, stateOf } from "../../../src/limits/state.ts";
import { runs } from "../../support/seed.ts";

const NOW = Date.parse("2026-11-30T12:00:00Z");
const ACCOUNT = { agent: "codex", profile: null };

function refusal(more: Partial<Refused> = {}): Refused {
  return {
    ...ACCOUNT,
    ...{ kind: "quota", scope: "session", usedPercent: null, resetsAt: null, retryable: false },
    ...{ source: "record", at: NOW - MINUTE, session: "s1", text: "limit", model: "m1" },
    ...more,
  };
}

const answer = (at: number, model: string | null = "m1") => ({ ...ACCOUNT, model, at });

function reading(more: Partial<Reading>): Reading {
  return {
    ...ACCOUNT,
    ...{ scope: "weekly", usedPercent: 50, resetsAt: null, at: NOW - HOUR, session: "s1" },
    ...more,
  };
}

function seen(
  signals: readonly Refused[],
  answers: Evidence["answers"] = [],
  readings: readonly Reading[] = [],
): Evidence {
  return { signals, answers, readings };
}

const statusOf = (evidence: Evidence, now = NOW) => stateOf(ACCOUNT, evidence, now).status;

describe("a limit", () => {
  it("holds until the time that the agent recorded, to the millisecond", () => {
    const evidence = seen([refusal({ resetsAt: NOW + HOUR })]);
    assert.equal(statusOf(evidence), "limited");
    assert.equal(statusOf(evidence, NOW + HOUR - 1), "limited");
    assert.equal(statusOf(evidence, NOW + HOUR), "ok");
  });

  for (const [scope, kind, hold] of [
    ["session", "quota", 5 * HOUR],
    ["daily", "quota", DAY],
    ["weekly", "quota", 7 * DAY],
    ["monthly", "quota", 31 * DAY],
    ["model", "quota", DAY],
    ["unknown", "quota", 5 * HOUR],
    ["unknown", "rate", 2 * MINUTE],
    ["unknown", "overload", 5 * MINUTE],
  ] as const) {
    it(`without such a time is held: ${kind}, ${scope}`, () => {
      const evidence = seen([refusal({ kind, scope, at: NOW })]);
      assert.equal(statusOf(evidence, NOW + hold - 1), "limited");
      assert.equal(statusOf(evidence, NOW + hold), "ok");
    });
  }

  it("of credits, or of the login, holds until there is an answer", () => {
    for (const more of [{ scope: "credits" }, { kind: "auth", scope: "unknown" }] as const) {
      const evidence = seen([refusal(more)]);
      assert.equal(statusOf(evidence, NOW + 400 * DAY), "limited");
      assert.equal(statusOf(seen([refusal(more)], [answer(NOW)])), "ok");
      assert.equal(stateOf(ACCOUNT, evidence, NOW).until, null);
    }
  });

  it("is over with a later answer, not with an earlier one or one at the same time", () => {
    const limit = refusal({ resetsAt: NOW + DAY });
    assert.equal(statusOf(seen([limit], [answer(limit.at)])), "limited");
    assert.equal(statusOf(seen([limit], [answer(limit.at - 1)])), "limited");
    assert.equal(statusOf(seen([limit], [answer(limit.at + 1)])), "ok");
  });

  it("of a model is over with an answer of that model; one of another shows that the agent works", () => {
    const limit = refusal({ scope: "model", resetsAt: NOW + DAY });
    assert.equal(statusOf(seen([limit])), "limited");
    assert.equal(statusOf(seen([limit], [answer(NOW, "m2")])), "warning");
    assert.equal(statusOf(seen([limit], [answer(NOW, "m2"), answer(NOW, "m1")])), "ok");
  });

  it("of another account is none of this one", () => {
    const limit = refusal({ profile: "work" });
    assert.equal(statusOf(seen([limit])), "ok");
    assert.equal(
      stateOf({ agent: "codex", profile: "work" }, seen([limit]), NOW).status,
      "limited",
    );
    assert.equal(statusOf(seen([refusal({ agent: "pi" })])), "ok");
    const other = { ...answer(NOW), profile: "work" };
    assert.equal(statusOf(seen([refusal()], [other])), "limited");
  });

  it("that ends last is the one that is shown", () => {
    const short = refusal({ resetsAt: NOW + HOUR, at: NOW });
    const long = refusal({ scope: "weekly", resetsAt: NOW + DAY, at: NOW - DAY });
    const state = stateOf(ACCOUNT, seen([long, short]), NOW);
    assert.equal(state.scope, "weekly");
    assert.equal(state.resetsAt, NOW + DAY);
  });
});

describe("a request", () => {
  it("that was too long says nothing about the account", () => {
    assert.equal(statusOf(seen([refusal({ kind: "context", scope: "unknown", at: NOW })])), "ok");
  });

  it("that the vendor was too busy for may fail again for some minutes", () => {
    const signals = [refusal({ kind: "overload", scope: "unknown", at: NOW })];
    const evidence = seen(signals, [answer(NOW + 2 * MINUTE)]);
    assert.equal(statusOf(evidence, NOW + 30_000), "limited");
    assert.equal(statusOf(evidence, NOW + 2 * MINUTE), "warning");
    assert.equal(statusOf(evidence, NOW + 5 * MINUTE), "ok");
  });
});

describe("an allowance", () => {
  it("warns from 80 % on, until it is renewed", () => {
    const used = (usedPercent: number) =>
      seen([], [], [reading({ usedPercent, resetsAt: NOW + HOUR })]);
    assert.equal(statusOf(used(79.9)), "ok");
    assert.equal(statusOf(used(80)), "warning");
    assert.equal(statusOf(used(80), NOW + HOUR), "ok");
    const state = stateOf(ACCOUNT, used(93), NOW);
    assert.equal(state.usedPercent, 93);
    assert.equal(state.resetsAt, NOW + HOUR);
    assert.equal(state.kind, null);
  });

  it("never ends a limit: a count that has gone down is no answer", () => {
    const limit = refusal({ scope: "weekly" });
    const evidence = seen([limit], [], [reading({ usedPercent: 1, at: NOW })]);
    assert.equal(statusOf(evidence), "limited");
    assert.equal(stateOf(ACCOUNT, evidence, NOW).usedPercent, 1);
  });

  it("counts by its newest reading, and not at all once it is older than it lasts", () => {
    const old = reading({ usedPercent: 95, at: NOW - 2 * HOUR });
    const evidence = seen([], [], [old, reading({ usedPercent: 20 })]);
    assert.equal(stateOf(ACCOUNT, evidence, NOW).usedPercent, 20);
    const stale = reading({ scope: "session", usedPercent: 95, at: NOW - 5 * HOUR });
    assert.equal(stateOf(ACCOUNT, seen([], [], [stale]), NOW).usedPercent, null);
  });
});

describe("a clock that was wrong", () => {
  it("does not make a limit endless", () => {
    for (const kind of ["rate", "quota", "auth"] as const) {
      const refused = refusal({ kind, scope: "unknown", at: NOW + 1000 * DAY });
      assert.equal(statusOf(seen([refused])), "ok", kind);
    }
    const recorded = refusal({ at: NOW + DAY, resetsAt: NOW + MINUTE });
    assert.equal(stateOf(ACCOUNT, seen([recorded]), NOW).until, NOW + MINUTE);
    assert.equal(statusOf(seen([recorded]), NOW + 2 * MINUTE), "ok");
  });

  it("does not hide what is used now", () => {
    const ahead = reading({ usedPercent: 95, at: NOW + DAY });
    const evidence = seen([], [], [ahead, reading({ usedPercent: 20 })]);
    assert.equal(stateOf(ACCOUNT, evidence, NOW).usedPercent, 20);
  });

  it("does not end one: an answer from the future is none", () => {
    assert.equal(statusOf(seen([refusal()], [answer(NOW + DAY)])), "limited");
  });
});

const at = fc.integer({ min: NOW - 40 * DAY, max: NOW });
const signals = fc.array(
  fc
    .record({
      kind: fc.constantFrom("quota", "rate", "overload", "context", "auth"),
      scope: fc.constantFrom(
        ...(["session", "daily", "weekly", "monthly", "model", "credits", "unknown"] as const),
      ),
      at,
      resetsAt: fc.option(fc.integer({ min: NOW - DAY, max: NOW + 10 * DAY })),
      model: fc.constantFrom("m1", "m2", null),
    })
    .map(refusal),
  { maxLength: 6 },
);
const answers = fc.array(
  fc.tuple(at, fc.constantFrom("m1", "m2", null)).map(([when, model]) => answer(when, model)),
  { maxLength: 6 },
);
const readings = fc.array(
  fc
    .record({
      scope: fc.constantFrom("session", "daily", "weekly", "monthly", "model", "credits"),
      usedPercent: fc.double({ min: 0, max: 130, noNaN: true }),
      at,
      resetsAt: fc.option(fc.integer({ min: NOW - DAY, max: NOW + 10 * DAY })),
    })
    .map(reading),
  { maxLength: 4 },
);

describe("whatever was seen,", () => {
  it("percentages never change whether an account is limited", () => {
    fc.assert(
      fc.property(signals, answers, readings, (some, said, used) => {
        const isLimited = statusOf(seen(some, said)) === "limited";
        assert.equal(statusOf(seen(some, said, used)) === "limited", isLimited);
      }),
      { numRuns: runs(200) },
    );
  });

  it("an answer now ends every limit of its model, and one of the account", () => {
    fc.assert(
      fc.property(signals, answers, (some, said) => {
        const all = [...said, answer(NOW, "m1"), answer(NOW, "m2")];
        const before = some.filter((one) => one.at < NOW);
        assert.notEqual(statusOf(seen(before, all)), "limited");
      }),
      { numRuns: runs(200) },
    );
  });

  it("more answers never make it worse, and more refusals never better", () => {
    const rank = { ok: 0, warning: 1, limited: 2 };
    fc.assert(
      fc.property(signals, answers, signals, (some, said, more) => {
        const now = rank[statusOf(seen(some, said))];
        assert.ok(rank[statusOf(seen([...some, ...more], said))] >= now);
        assert.ok(rank[statusOf(seen(some, [...said, answer(NOW)]))] <= now);
      }),
      { numRuns: runs(200) },
    );
  });

  it("what is limited with an end is over at that end, if nothing else happens", () => {
    fc.assert(
      fc.property(signals, answers, (some, said) => {
        const { status, until } = stateOf(ACCOUNT, seen(some, said), NOW);
        if (status !== "limited" || until === null) return;
        assert.ok(until > NOW);
        const later = stateOf(ACCOUNT, seen(some, said), until);
        assert.notEqual(later.status, "limited");
      }),
      { numRuns: runs(200) },
    );
  });

  it("the order in which it was seen does not matter", () => {
    fc.assert(
      fc.property(signals, answers, readings, (some, said, used) => {
        const a = stateOf(ACCOUNT, seen(some, said, used), NOW);
        const b = stateOf(ACCOUNT, seen(some.toReversed(), said.toReversed(), used), NOW);
        assert.equal(a.status, b.status);
        assert.equal(a.until, b.until);
      }),
      { numRuns: runs(200) },
    );
  });
});

it("every refusal is held for some time", () => {
  assert.ok(heldFor("rate", "session") > 0);
  assert.equal(heldFor("auth", "daily"), Number.POSITIVE_INFINITY);
});
