/** When someone who watches is told of a limit: once, and once when it is over. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { DAY, heldFor, MINUTE } from "../../../src/limits/holds.ts";
import { type Notice, Notices } from "../../../src/limits/notices.ts";
import { type Answer, stateOf } from "../../../src/limits/state.ts";
import type { Signal } from "../../../src/limits/types.ts";

const NOW = Date.parse("2026-11-21T08:00:00Z");

function signal(more: Partial<Signal> = {}): Signal {
  return {
    ...{ agent: "claude-code", profile: null, kind: "quota", scope: "weekly", usedPercent: null },
    ...{ resetsAt: null, retryable: true, source: "record", at: NOW, session: "s", text: "limit" },
    ...more,
  };
}

const at = (ms: number) => ({ now: NOW + ms, elapsed: ms });
const answer = (ms: number, session = "s") => ({
  ...{ agent: "claude-code", profile: null, session, at: NOW + ms },
});
const events = (notices: readonly Notice[]): string[] => notices.map(({ event }) => event);

describe("notices", () => {
  it("tell of a limit once, and of its end once", () => {
    const notices = new Notices();
    assert.deepEqual(events(notices.refused(signal(), at(0))), ["limited"]);
    assert.deepEqual(events(notices.refused(signal({ at: NOW + 5 }), at(5))), []);
    assert.deepEqual(events(notices.answered(answer(10), at(10))), ["clear"]);
    assert.deepEqual(events(notices.answered(answer(11), at(11))), []);
  });

  it("take no earlier answer of another session for an end", () => {
    const notices = new Notices();
    notices.refused(signal({ at: NOW + 100 }), at(100));
    assert.deepEqual(events(notices.answered(answer(50, "other"), at(101))), []);
    assert.deepEqual(events(notices.answered(answer(150, "other"), at(150))), ["clear"]);
  });

  it("tell of the end when the time of the reset comes, whatever the clock did", () => {
    const notices = new Notices();
    const limit = signal({ resetsAt: NOW + 60_000 });
    assert.deepEqual(events(notices.refused(limit, at(0))), ["limited"]);
    assert.deepEqual(notices.tick({ now: NOW - 3_600_000, elapsed: 30_000 }), []);
    assert.deepEqual(events(notices.tick({ now: NOW + 60_000, elapsed: 31_000 })), ["clear"]);
    assert.deepEqual(events(notices.refused(limit, at(61_000))), []);
  });

  it("tell of an answer after the clock was set back", () => {
    const notices = new Notices();
    const day = 86_400_000;
    notices.refused(signal(), at(0));
    const later = { now: NOW - day + 5000, elapsed: 5000 };
    assert.deepEqual(events(notices.answered(answer(5000 - day, "other"), later)), ["clear"]);
  });

  it("do not flicker with limits of requests a minute", () => {
    const notices = new Notices();
    const rate = signal({ kind: "rate", scope: "unknown" });
    assert.deepEqual(events(notices.refused(rate, at(0))), ["limited"]);
    assert.deepEqual(events(notices.answered(answer(1000), at(1000))), ["clear"]);
    for (let n = 2; n < 40; n += 2) {
      const again = { ...rate, at: NOW + n * 1000 };
      assert.deepEqual(events(notices.refused(again, at(n * 1000))), []);
      assert.deepEqual(events(notices.answered(answer(n * 1000 + 500), at(n * 1000 + 500))), []);
    }
    assert.deepEqual(events(notices.refused({ ...rate, at: NOW + 41_000 }, at(41_000))), []);
    assert.deepEqual(events(notices.tick(at(120_000))), ["limited"]);
  });

  it("tell of an overloaded vendor only if it lasts", () => {
    const notices = new Notices();
    const overload = signal({ kind: "overload", scope: "unknown" });
    assert.deepEqual(notices.refused(overload, at(0)), []);
    assert.deepEqual(notices.answered(answer(2000), at(2000)), []);
    assert.deepEqual(notices.tick(at(100_000)), []);
    notices.refused({ ...overload, at: NOW + 200_000 }, at(200_000));
    assert.deepEqual(events(notices.tick(at(210_000))), ["limited"]);
  });

  it("tell of the end when a limit without a time of reset was held long enough", () => {
    const notices = new Notices();
    for (const [kind, scope] of [
      ["rate", "unknown"],
      ["quota", "session"],
      ["quota", "weekly"],
    ] as const) {
      const held = heldFor(kind, scope);
      assert.deepEqual(events(notices.refused(signal({ kind, scope }), at(0))), ["limited"]);
      // The clock on the wall does not count.
      assert.deepEqual(notices.tick({ now: NOW + 10 * held, elapsed: held - 1 }), []);
      const [over, ...more] = notices.tick({ now: NOW - DAY, elapsed: held });
      assert.deepEqual([over?.event, over?.event === "clear" && over.by], ["clear", "hold"]);
      assert.deepEqual(more, []);
    }
    assert.equal(notices.standing.length, 0);
    notices.refused(signal({ kind: "auth", scope: "unknown" }), at(0));
    notices.refused(signal({ kind: "quota", scope: "credits" }), at(0));
    assert.deepEqual(notices.tick(at(1000 * DAY)), []);
    assert.equal(notices.standing.length, 2);
  });

  it("hold it for longer when it is refused again", () => {
    const notices = new Notices();
    const rate = signal({ kind: "rate", scope: "unknown" });
    notices.refused(rate, at(0));
    notices.refused({ ...rate, at: NOW + 100_000 }, at(100_000));
    assert.deepEqual(notices.tick(at(200_000)), []);
    assert.deepEqual(events(notices.tick(at(220_000))), ["clear"]);
  });

  it("say nothing of what was over when it was read", () => {
    const notices = new Notices();
    const old = signal({ kind: "rate", scope: "unknown", at: NOW - 3 * MINUTE });
    assert.deepEqual(notices.refused(old, at(0)), []);
    assert.equal(notices.standing.length, 0);
  });

  it("end that a session is too long with its own answer, and forget it in silence", () => {
    const notices = new Notices();
    const long = signal({ kind: "context", scope: "unknown", session: "long" });
    assert.deepEqual(events(notices.refused(long, at(0))), ["limited"]);
    assert.deepEqual(notices.tick(at(DAY)), []);
    assert.equal(notices.standing.length, 0);
  });

  it("agree with segue limits on what stops an account, whatever happens", () => {
    const step = fc.record({
      what: fc.constantFrom("refused", "answered", "tick"),
      kind: fc.constantFrom<Signal["kind"][]>("quota", "rate", "auth"),
      scope: fc.constantFrom<Signal["scope"][]>("session", "weekly", "credits"),
      pause: fc.integer({ min: 1, max: 2 * DAY }),
      reset: fc.option(fc.integer({ min: 1, max: DAY })),
    });
    const account = { agent: "claude-code", profile: null };
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const notices = new Notices();
        const evidence = { signals: [] as Signal[], answers: [] as Answer[] };
        let ms = 0;
        for (const { what, kind, scope, pause, reset } of steps) {
          ms += pause;
          const resetsAt = reset === null ? null : NOW + ms + reset;
          const one = signal({ kind, scope, at: NOW + ms, resetsAt });
          if (what === "refused") {
            evidence.signals.push(one);
            notices.refused(one, at(ms));
          }
          if (what === "answered") {
            evidence.answers.push({ ...account, model: null, at: NOW + ms });
            notices.answered(answer(ms), at(ms));
          }
          notices.tick(at(ms));
          const { status } = stateOf(account, { ...evidence, readings: [] }, NOW + ms);
          // What comes and goes may wait a while until it is told.
          if (notices.standing.length > 0) assert.equal(status, "limited");
        }
      }),
    );
  });

  it("keep accounts, scopes and sessions that are too long apart", () => {
    const notices = new Notices();
    notices.refused(signal(), at(0));
    assert.equal(notices.refused(signal({ profile: "work" }), at(0)).length, 1);
    assert.equal(notices.refused(signal({ scope: "model" }), at(0)).length, 1);
    assert.equal(notices.refused(signal({ kind: "context", session: "long" }), at(0)).length, 1);
    assert.equal(notices.answered(answer(10), at(10)).length, 2);
    assert.equal(notices.answered(answer(10, "long"), at(20)).length, 1);
    assert.equal(notices.standing.length, 1);
  });

  it("warn once before an allowance is used up", () => {
    const notices = new Notices();
    const used = (usedPercent: number, ms: number) => {
      const resetsAt = new Date(NOW + 3_600_000 + ms).toISOString();
      return events(notices.used(answer(ms), [{ scope: "weekly", usedPercent, resetsAt }]));
    };
    assert.deepEqual([used(50, 0), used(81, 10), used(85, 20), used(99, 30)].flat(), ["warning"]);
    assert.deepEqual(used(1, 40), []);
    assert.deepEqual(used(90, 50), ["warning"]);
  });

  it("alternate, whatever happens", () => {
    const step = fc.record({
      what: fc.constantFrom("refused", "answered", "tick"),
      kind: fc.constantFrom<Signal["kind"][]>("quota", "rate", "overload", "auth"),
      pause: fc.integer({ min: 0, max: 100_000 }),
      jump: fc.integer({ min: -10_000_000, max: 10_000_000 }),
      reset: fc.option(fc.integer({ min: 0, max: 500_000 })),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const notices = new Notices();
        const told = new Map<string, string>();
        let [now, elapsed] = [NOW, 0];
        for (const { what, kind, pause, jump, reset } of steps) {
          elapsed += pause;
          now += pause + (pause % 7 === 0 ? jump : 0);
          const moment = { now, elapsed };
          const resetsAt = reset === null ? null : now + reset;
          const all =
            what === "refused"
              ? notices.refused(signal({ kind, at: now, resetsAt }), moment)
              : what === "answered"
                ? notices.answered({ ...answer(0), at: now }, moment)
                : notices.tick(moment);
          for (const notice of all) {
            const before = told.get(notice.signal.kind) ?? "clear";
            assert.notEqual(notice.event, before);
            told.set(notice.signal.kind, notice.event);
          }
        }
      }),
    );
  });
});
