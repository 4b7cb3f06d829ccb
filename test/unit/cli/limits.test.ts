/** The table of `segue limits`, and limits in words. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { widthOf } from "../../../src/cli/cells.ts";
import { endText, limitName, stateText, timeAhead } from "../../../src/cli/limit-words.ts";
import { limitLines } from "../../../src/cli/limits.ts";
import type { AccountLimits } from "../../../src/core/limits.ts";
import { known } from "../../support/folder.ts";
import { runs } from "../../support/seed.ts";

const NOW = new Date(2026, 10, 30, 12, 0).getTime();
const [MINUTE, HOUR, DAY] = [6e4, 36e5, 864e5];

function account(more: Partial<AccountLimits> = {}): AccountLimits {
  return {
    ...{ agent: "codex", profile: null, status: "ok", kind: null, scope: null, usedPercent: null },
    ...{ resetsAt: null, until: null, retryable: null, source: null, at: null, session: null },
    ...{ text: null, allowances: [], windows: [5, 24, 168].map((hours) => window(hours, 0, null)) },
    ...more,
  };
}

function window(hours: number, tokens: number, cost: number | null, unpriced = 0) {
  const rest = { input: tokens, output: 0, cacheRead: 0, cacheWrite: 0 };
  return { hours, tokens, cost, unpriced, ...rest };
}

const LIMITED = account({
  ...{
    agent: "claude-code",
    profile: "claude-work",
    status: "limited",
    kind: "quota",
    scope: "weekly",
  },
  ...{ usedPercent: 100, resetsAt: NOW + 2 * DAY + 3 * HOUR, until: NOW + 2 * DAY + 3 * HOUR },
  windows: [window(5, 84_000, 0.61), window(24, 2.1e6, 14.2, 5), window(168, 9.84e6, 66)],
});

describe("the table", () => {
  it("shows what each account's limits are, and what was used", () => {
    const [head, line, other] = limitLines([LIMITED, account()], NOW, 120);
    assert.match(known(head), /^AGENT +STATE +USED +RESETS +5 HOURS +DAY +7 DAYS$/);
    assert.equal(
      known(line).replace(/ {2,}/g, " | "),
      "claude-work | limited: weekly | 100% | in 2 d 3 h, Wed 15:00 | 84.0k $0.61 | 2.1M $14.20+ | 9.8M $66.00",
    );
    assert.match(known(other), /^codex +ok$/);
  });

  it("leaves out columns on a narrow screen, and those without anything in them", () => {
    const heads = (limits: AccountLimits[], width: number) =>
      known(limitLines(limits, NOW, width)[0]).split(/ {2,}/);
    assert.deepEqual(heads([LIMITED], 80), ["AGENT", "STATE", "USED", "RESETS", "7 DAYS"]);
    assert.deepEqual(heads([account()], 80), ["AGENT", "STATE"]);
  });

  it("fits any width", () => {
    const accounts = fc.record({
      agent: fc.constantFrom("codex", "claude-code", "deepagents"),
      profile: fc.option(fc.string({ unit: "grapheme", maxLength: 30 })),
      status: fc.constantFrom("ok", "warning", "limited"),
      kind: fc.option(fc.constantFrom("quota", "rate", "overload", "auth")),
      scope: fc.option(fc.constantFrom("weekly", "monthly", "credits", "unknown")),
      usedPercent: fc.option(fc.double({ min: 0, max: 1e4, noNaN: true })),
      resetsAt: fc.option(fc.integer({ min: NOW, max: NOW + 40 * DAY })),
      windows: fc
        .tuple(fc.nat(1e9), fc.option(fc.double({ min: 0, max: 1e5, noNaN: true })))
        .map(([tokens, cost]) => [5, 24, 168].map((hours) => window(hours, tokens, cost))),
    });
    fc.assert(
      fc.property(
        fc.array(accounts.map(account), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 20, max: 160 }),
        (limits, width) => {
          for (const line of limitLines(limits, NOW, width)) assert.ok(widthOf(line) <= width);
        },
      ),
      { numRuns: runs(200) },
    );
  });
});

describe("in words", () => {
  it("times ahead are relative and local", () => {
    assert.equal(timeAhead(NOW + 30_000, NOW), "in 1 min, 12:00");
    assert.equal(timeAhead(NOW + 40 * MINUTE, NOW), "in 40 min, 12:40");
    assert.equal(timeAhead(NOW + 2 * HOUR, NOW), "in 2 h, 14:00");
    assert.equal(timeAhead(NOW + 12 * HOUR + MINUTE, NOW), "in 12 h 1 min, Tue 00:01");
    assert.equal(timeAhead(NOW + 10 * DAY, NOW), "in 10 d, 2026-12-10 12:00");
  });

  it("an end that is assumed is marked, and so is one that only an answer brings", () => {
    const quota = { status: "limited", kind: "quota", resetsAt: null } as const;
    assert.equal(endText({ ...quota, until: NOW + HOUR }, NOW), "~in 1 h, 13:00");
    assert.equal(endText({ ...quota, until: null }, NOW), "with the next answer");
    assert.equal(endText({ status: "ok", kind: null, resetsAt: null, until: null }, NOW), "");
  });

  it("limits have names", () => {
    assert.equal(limitName({ kind: null, scope: null }), "limit");
    assert.equal(limitName({ kind: "quota", scope: "weekly" }), "weekly limit");
    assert.equal(limitName({ kind: "rate", scope: null }), "rate limit");
    assert.equal(limitName({ kind: "overload", scope: null }), "overloaded");
    assert.equal(
      stateText({ status: "limited", kind: "auth", scope: "unknown" }),
      "limited: login",
    );
    assert.equal(stateText({ status: "ok", kind: null, scope: "weekly" }), "ok");
    assert.equal(stateText({ status: "warning", kind: null, scope: "weekly" }), "warning: weekly");
  });
});
