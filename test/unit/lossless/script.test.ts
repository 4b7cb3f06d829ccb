/** Coder and decoder predict the same, however a writer's predictions change with what it has seen. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { lineOf } from "../../../src/lossless/lines.ts";
import { type Op, ScriptReader, ScriptWriter } from "../../../src/lossless/script.ts";
import type { Writer } from "../../../src/session/codec.ts";
import type { Entry, Json } from "../../../src/session/types.ts";
import { runs } from "../../support/seed.ts";

const KINDS = ["a", "b", "c"];
const KEYS = ["", "", "1", "2", "3"];

/** Predicts what follows from all that was committed: also how many records, and of which kinds. */
function moody(): Writer {
  let state = 1;
  const roll = (...seeds: readonly number[]): number => {
    let x = state;
    for (const seed of seeds) x = Math.imul(x ^ seed, 0x9e3779b1) >>> 7;
    return x;
  };
  return {
    predict: (entry) => {
      const n = entry.id.length;
      return Array.from({ length: roll(n) % 4 }, (_, i) => ({
        kind: KINDS[roll(n, i) % KINDS.length] ?? "",
        key: KEYS[roll(n, i, 1) % KEYS.length] ?? "",
        text: roll(n, i, 2) % 3,
      }));
    },
    commit: (record) => {
      for (const unit of JSON.stringify(record)) state = roll(unit.charCodeAt(0));
    },
    kind: (record) => text(record, "kind"),
    key: (record) => text(record, "key"),
    end: () => [],
    mark: () => "",
    rewind: () => [],
  };
}

function text(record: Json, name: string): string {
  const isObject = typeof record === "object" && record !== null && !Array.isArray(record);
  return isObject ? String(record[name]) : "";
}

const line = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .record({
        kind: fc.constantFrom(...KINDS),
        key: fc.constantFrom(...KEYS),
        text: fc.nat(2),
      })
      .map((record) => JSON.stringify(record)),
  },
  { weight: 1, arbitrary: fc.constantFrom("no JSON", "[]", '{"kind":"a","kind":"b","key":"1"}') },
);
const unit = fc.record({
  lines: fc.array(line, { maxLength: 8 }),
  entries: fc.array(fc.nat(9), { maxLength: 5 }),
  reset: fc.constantFrom(false, false, true),
});

function entry(n: number): Entry {
  const place = { kind: "event", id: "x".repeat(n), parentId: null, time: null } as const;
  return { ...place, event: "opaque", type: "test" };
}

describe("a script", () => {
  it("gives its lines again, whatever is predicted", () => {
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 6 }), (units) => {
        const coder = new ScriptWriter(moody);
        const decoder = new ScriptReader(moody);
        for (const { lines, entries, reset } of units) {
          if (reset) coder.reset();
          const given = lines.map((one) => lineOf(Buffer.from(one)));
          const coded = coder.encode(given, entries.map(entry));
          const ops: Op[] = JSON.parse(JSON.stringify(coded.map(({ op }) => op)));
          if (reset) decoder.reset();
          const restored = decoder.decode(ops, entries.map(entry));
          assert.deepEqual(
            restored.map(({ content }) => content),
            lines,
          );
        }
      }),
      { numRuns: runs(3000) },
    );
  });
});
