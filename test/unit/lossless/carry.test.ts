import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  type ByteSource,
  CARRY_SCHEMA,
  CarryDamaged,
  CarryEncoder,
  type CarryHeader,
  openCarry,
  type Unit,
  UnitTexts,
} from "../../../src/lossless/carry.ts";
import type { Op } from "../../../src/lossless/script.ts";
import { anyText } from "../../support/arbitrary.ts";
import "../../support/seed.ts";

const HEADER: CarryHeader = {
  schema: CARRY_SCHEMA,
  source: { agent: "pi", id: "a", path: "/x/ü\n" },
  target: { agent: "codex", id: "b" },
};
const FOOTER = {
  source: { bytes: 1, sha256: "s", lines: 1, open: false },
  target: { bytes: 2, sha256: "t", lines: 2 },
};

function pack(units: readonly Unit[]): Buffer {
  const encoder = new CarryEncoder();
  const texts = new UnitTexts();
  const blocks = [...encoder.header(HEADER)];
  for (const unit of units) {
    texts.add(unit);
    if (texts.isFull) blocks.push(encoder.block(texts.take()));
  }
  return Buffer.concat([...blocks, encoder.block(encoder.last(FOOTER, texts.take()))]);
}

function sourceOf(bytes: Buffer): ByteSource {
  return { size: bytes.length, read: (at, length) => bytes.subarray(at, at + length) };
}

function unpack(bytes: Buffer): Unit[] {
  const carry = openCarry(sourceOf(bytes));
  assert.deepEqual(carry.header, HEADER);
  assert.deepEqual(carry.footer.source, FOOTER.source);
  assert.deepEqual(carry.footer.target, FOOTER.target);
  return [...carry.units()];
}

function unpackOrDamaged(bytes: Buffer): Unit[] | undefined {
  try {
    return unpack(bytes);
  } catch (error) {
    assert.ok(error instanceof CarryDamaged, String(error));
    return undefined;
  }
}

const op: fc.Arbitrary<Op> = fc.oneof(
  fc.constant<Op>(0),
  anyText.map((t): Op => ({ t })),
  fc.base64String().map((b): Op => ({ b })),
  anyText.map((l): Op => ({ l, p: [0, l] })),
);
const unit: fc.Arbitrary<Unit> = fc.record(
  { n: fc.nat(5), d: fc.string(), r: fc.constant(1 as const), o: fc.array(op, { maxLength: 4 }) },
  { requiredKeys: ["n", "d", "o"] },
);

/** More than one block. */
const long = Array.from(
  { length: 40 },
  (_, n): Unit => ({ n: 1, d: `${n}`, o: [{ t: noise(n) }] }),
);

function noise(seed: number): string {
  let text = "";
  let x = seed + 1;
  while (text.length < 64_000) {
    x = Math.imul(x, 0x9e3779b1) ^ (x >>> 13);
    text += (x >>> 0).toString(36);
  }
  return text;
}

describe("a carry", () => {
  it("gives the units that were put in, as often as they are asked for", () => {
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 10 }), (units) => {
        const stored: Unit[] = JSON.parse(JSON.stringify(units));
        assert.deepEqual(unpack(pack(units)), stored);
      }),
      { numRuns: 150 },
    );
    const carry = openCarry(sourceOf(pack(long)));
    assert.deepEqual([...carry.units()], long);
    assert.deepEqual([...carry.units()], long);
  });

  it("is the same bytes for the same units", () => {
    assert.ok(pack(long).equals(pack(long)));
  });

  it("is damaged when it is cut short, wherever", () => {
    const small = pack(long.slice(0, 2).map((u) => ({ ...u, o: [] })));
    for (let length = 0; length < small.length; length++) {
      assert.throws(() => unpack(small.subarray(0, length)), CarryDamaged, `at ${length}`);
    }
    const big = pack(long);
    for (let length = 0; length < big.length; length += 99_973) {
      assert.throws(() => unpack(big.subarray(0, length)), CarryDamaged, `at ${length}`);
    }
  });

  it("is damaged when a bit of a block is another, unless that bit says nothing", () => {
    const units = long.slice(0, 3).map((u) => ({ ...u, o: [{ t: u.d.repeat(9) }] }));
    const bytes = pack(units);
    const from = bytes.indexOf(0x0a) + 1;
    let harmless = 0;
    for (let bit = from * 8; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes);
      const byte = bit >> 3;
      flipped[byte] = (flipped[byte] ?? 0) ^ (1 << (bit & 7));
      const found = unpackOrDamaged(flipped);
      if (found === undefined) continue;
      assert.deepEqual(found, units, `bit ${bit & 7} of byte ${byte}`);
      harmless++;
    }
    assert.ok(harmless < 8, `${harmless} bits`);
  });

  it("is damaged when there is more than it should hold", () => {
    const bytes = pack([]);
    assert.throws(() => unpack(Buffer.concat([bytes, Buffer.from("x")])), CarryDamaged);
    assert.throws(() => unpack(Buffer.concat([bytes, Buffer.alloc(4)])), CarryDamaged);
  });

  it("is damaged when a block is missing", () => {
    const bytes = pack(long);
    const from = bytes.indexOf(0x0a) + 1;
    const first = bytes.readUInt32BE(from);
    const without = Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + 4 + first)]);
    assert.throws(() => unpack(without), CarryDamaged);
  });

  for (const text of ["", "\n", "{}\n", '{"schema":"segue/carry@2"}\n', "not a carry", "[]\n"]) {
    it(`is none: ${JSON.stringify(text)}`, () => {
      assert.throws(() => openCarry(sourceOf(Buffer.from(text))), CarryDamaged);
    });
  }
});
