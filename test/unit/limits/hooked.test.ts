/** What hooks reported counts once, and beside what sessions say. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isSameRefusal, onlyHooked } from "../../../src/limits/hooked.ts";
import { stateOf } from "../../../src/limits/state.ts";
import type { Signal } from "../../../src/limits/types.ts";

const NOW = Date.parse("2026-11-30T12:00:00Z");
const MINUTE = 60_000;

function signal(more: Partial<Signal> = {}): Signal {
  return {
    ...{ agent: "kimi-cli", profile: null, kind: "quota", scope: "weekly", usedPercent: null },
    ...{ resetsAt: null, retryable: true, source: "hook", at: NOW, session: "s", text: "limit" },
    ...more,
  };
}

describe("what hooks reported", () => {
  it("counts where the session says nothing", () => {
    const hooked = [signal()];
    assert.deepEqual(onlyHooked(hooked, []), hooked);
    const other = signal({ session: "other", source: "record" });
    assert.deepEqual(onlyHooked(hooked, [other]), hooked);
    assert.deepEqual(onlyHooked(hooked, [signal({ profile: "work", source: "record" })]), hooked);
  });

  it("gives way to the session's own record of the same refusal, or of a later one", () => {
    const record = signal({ source: "record", resetsAt: NOW + MINUTE });
    assert.deepEqual(onlyHooked([signal({ at: NOW + 9000 })], [record]), []);
    assert.deepEqual(onlyHooked([signal({ at: NOW - 9000 })], [record]), []);
    assert.deepEqual(onlyHooked([signal({ at: NOW - 5 * MINUTE })], [record]), []);
  });

  it("counts when it is newer than the session's record, or that is of another matter", () => {
    const hooked = [signal()];
    const older = signal({ source: "record", at: NOW - MINUTE });
    assert.deepEqual(onlyHooked(hooked, [older]), hooked);
    assert.deepEqual(onlyHooked(hooked, [signal({ kind: "context", at: NOW + MINUTE })]), hooked);
  });

  it("counts once for each kind and scope, as it was last", () => {
    const tries = [2, 0, 1].map((n) => signal({ at: NOW + n * MINUTE }));
    const login = signal({ kind: "auth", scope: "unknown", at: NOW - MINUTE });
    const left = onlyHooked([...tries, login], []);
    assert.deepEqual(left.map(({ kind, at }) => [kind, at - NOW]).sort(), [
      ["auth", -MINUTE],
      ["quota", 2 * MINUTE],
    ]);
  });

  it("is the same refusal only in one session, and near in time", () => {
    assert.ok(isSameRefusal(signal(), signal({ at: NOW + 14_000 })));
    assert.ok(!isSameRefusal(signal(), signal({ at: NOW + 16_000 })));
    assert.ok(!isSameRefusal(signal(), signal({ session: "other" })));
    assert.ok(!isSameRefusal(signal(), signal({ agent: "kimi" })));
  });

  it("is over with a later answer", () => {
    const account = { agent: "kimi-cli", profile: null };
    const signals = onlyHooked([signal()], []);
    const stateWith = (at: number) =>
      stateOf(account, { signals, answers: [{ ...account, model: null, at }], readings: [] }, NOW);
    assert.equal(stateWith(NOW - 1).status, "limited");
    assert.equal(stateWith(NOW - 1).source, "hook");
    assert.equal(stateWith(NOW + 1).status, "ok");
  });
});
