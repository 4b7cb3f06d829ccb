import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { apply, diff, equal, overlay, type Patch, TooDeep } from "../../../src/lossless/delta.ts";
import type { Json } from "../../../src/session/types.ts";
import { json, key } from "../../support/arbitrary.ts";
import "../../support/seed.ts";

/** Values are compared as texts: key order counts, and -0 is 0 as in any JSON text. */
function gives(base: Json | undefined, value: Json): void {
  const patch = diff(base, value);
  const before = JSON.stringify(base);
  const stored: Patch | null = JSON.parse(JSON.stringify(patch));
  assert.equal(JSON.stringify(apply(base, stored)), JSON.stringify(value));
  assert.equal(JSON.stringify(base), before, "the base was changed");
}

/** The value with something of it changed: most pairs in a session are like this. */
function mutate(value: Json, path: readonly number[], change: Json, how: number): Json {
  const [step = 0, ...rest] = path;
  if (Array.isArray(value) && value.length > 0 && path.length > 0) {
    const at = step % value.length;
    if (rest.length === 0 && how === 1) return value.filter((_, i) => i !== at);
    if (rest.length === 0 && how === 2) return value.toSpliced(at, 0, change);
    return value.with(at, mutate(value[at] ?? null, rest, change, how));
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value) && path.length > 0) {
    const members = Object.entries(value);
    if (members.length === 0) return change;
    const at = step % members.length;
    const [name, item] = members[at] ?? ["new", null];
    if (rest.length === 0 && how === 1) return own(members.filter((_, i) => i !== at));
    if (rest.length === 0 && how === 2) return own([[`${name}+`, change], ...members]);
    if (rest.length === 0 && how === 3) return own(members.toReversed());
    return own(members.with(at, [name, mutate(item, rest, change, how)]));
  }
  if (typeof value === "string" && typeof change === "string") {
    return value.slice(0, step) + change + value.slice(step);
  }
  return change;
}

function own(members: [string, Json][]): Json {
  return JSON.parse(`{${members.map(([k, v]) => `${JSON.stringify(k)}:${JSON.stringify(v)}`)}}`);
}

describe("equal", () => {
  it("is true of what is printed alike, and of nothing else", () => {
    const path = fc.array(fc.nat(5), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(json, path, json, fc.nat(3), (a, at, change, how) => {
        const b = mutate(a, at, change, how);
        const [textA, textB] = [JSON.stringify(a), JSON.stringify(b)];
        assert.equal(equal(a, b), textA === textB);
        assert.ok(equal(a, JSON.parse(textA)));
      }),
      { numRuns: 300 },
    );
  });
});

describe("apply(base, diff(base, value)) is value", () => {
  it("for any two values", () => {
    fc.assert(fc.property(fc.option(json, { nil: undefined }), json, gives), { numRuns: 300 });
  });

  it("for a value and its like", () => {
    const path = fc.array(fc.nat(5), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(json, path, json, fc.nat(3), (base, at, change, how) => {
        gives(base, mutate(base, at, change, how));
      }),
      { numRuns: 300 },
    );
  });

  it("for objects of the same keys in another order", () => {
    const members = fc.uniqueArray(fc.tuple(key, json), { selector: ([k]) => k, maxLength: 6 });
    fc.assert(
      fc.property(members, fc.infiniteStream(fc.nat(100)), (list, order) => {
        const ranks = list.map(() => order.next().value ?? 0);
        const other = list
          .map((member, i) => ({ member, rank: ranks[i] ?? 0 }))
          .sort((a, b) => a.rank - b.rank)
          .map(({ member }) => member);
        gives(own(list), own(other));
      }),
      { numRuns: 300 },
    );
  });

  it("for long strings that share their ends, surrogate pairs cut", () => {
    const end = fc.constantFrom("🐢".repeat(20), "a".repeat(40), "\ud83d".repeat(30));
    const middle = fc.string({ unit: "binary", maxLength: 5 });
    fc.assert(
      fc.property(end, middle, middle, end, (head, a, b, tail) => {
        gives(head + a + tail, head + b + tail);
        gives(head + tail, tail);
        gives(head, head + head);
      }),
      { numRuns: 300 },
    );
  });
});

describe("diff", () => {
  it("is null exactly for equal values, key order included", () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        const same = JSON.stringify(a) === JSON.stringify(b);
        assert.equal(diff(a, structuredClone(a)), null);
        // -0 and 0 print alike, but are told apart.
        if (!same) assert.notEqual(diff(a, b), null);
      }),
      { numRuns: 300 },
    );
  });

  it("is small where little changed", () => {
    const long = "word ".repeat(2000);
    const patch = diff({ a: long, b: 1 }, { a: `${long}!`, b: 1 });
    assert.ok(JSON.stringify(patch).length < 60);
  });

  it("refuses to descend without end", () => {
    const deep = (leaf: string): Json =>
      JSON.parse(`${'{"a":'.repeat(1000)}${leaf}${"}".repeat(1000)}`);
    assert.throws(() => diff(deep("1"), deep("2")), TooDeep);
  });
});

describe("overlay", () => {
  it("takes what is predicted, in the last one's order, and the rest from the last", () => {
    const last = { type: "a", z: 1, keep: { x: 1 }, list: [{ p: 1, q: 2 }] };
    const predicted = { type: "a", list: [{ q: 3 }, { q: 4 }], z: 2, added: true };
    assert.equal(
      JSON.stringify(overlay(last, predicted)),
      '{"type":"a","z":2,"keep":{"x":1},"list":[{"p":1,"q":3},{"p":1,"q":4}],"added":true}',
    );
  });

  it("does not mix what is of another type", () => {
    const predicted = { type: "b", n: 1 };
    assert.deepEqual(overlay({ type: "a", m: 1 }, predicted), predicted);
  });

  it("never changes either, and says all that was predicted at the top", () => {
    fc.assert(
      fc.property(json, json, (last, predicted) => {
        const before = JSON.stringify([last, predicted]);
        const both = overlay(last, predicted);
        assert.equal(JSON.stringify([last, predicted]), before);
        if (typeof predicted !== "object" || predicted === null) {
          assert.equal(JSON.stringify(both), JSON.stringify(predicted));
        }
        gives(both, predicted);
        gives(both, last);
      }),
      { numRuns: 300 },
    );
  });

  it("is the one where the other is absent", () => {
    assert.equal(overlay(undefined, "p"), "p");
    assert.equal(overlay("l", undefined), "l");
    assert.equal(overlay(undefined, undefined), null);
  });
});
