import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type Line, LineSplitter } from "../../../src/lossless/lines.ts";
import "../../support/seed.ts";

function split(chunks: readonly Buffer[]): Line[] {
  const splitter = new LineSplitter();
  const lines = chunks.flatMap((chunk) => {
    // As a file is read: the same memory is used for every chunk.
    const reused = Buffer.from(chunk);
    const found = [...splitter.push(reused)];
    reused.fill(0);
    return found;
  });
  const rest = splitter.end();
  return rest ? [...lines, rest] : lines;
}

/** Bytes with many newlines, quotes and broken UTF-8 in them. */
const bytes = fc
  .array(
    fc.oneof(
      fc
        .constantFrom("\n", "\r\n", '{"a":1}', "🐢", "é", "\u0000", "\ufeff", "\ufffd")
        .map((s) => Buffer.from(s)),
      fc.uint8Array({ maxLength: 4 }).map((a) => Buffer.from(a)),
    ),
    { maxLength: 30 },
  )
  .map((pieces) => Buffer.concat(pieces));

describe("LineSplitter", () => {
  it("gives the same lines however the bytes come", () => {
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(40), { maxLength: 10 }), (whole, cuts) => {
        const places = [0, ...cuts.map((c) => Math.min(c, whole.length)), whole.length];
        places.sort((a, b) => a - b);
        const chunks = places.slice(1).map((to, i) => whole.subarray(places[i] ?? 0, to));
        assert.deepEqual(split(chunks), split([whole]));
        const single = Array.from(whole, (_, i) => whole.subarray(i, i + 1));
        assert.deepEqual(split(single), split([whole]));
      }),
      { numRuns: 500 },
    );
  });

  it("keeps every byte", () => {
    fc.assert(
      fc.property(bytes, (whole) => {
        const lines = split([whole]);
        const back = lines.map(({ text, bytes: raw }) => raw ?? Buffer.from(text));
        const joined = Buffer.concat(back.flatMap((b, i) => (i > 0 ? [NEWLINE, b] : [b])));
        const open = whole.length === 0 || whole.at(-1) !== 0x0a;
        assert.ok((open ? joined : Buffer.concat([joined, NEWLINE])).equals(whole));
      }),
      { numRuns: 500 },
    );
  });

  it("reads what is not UTF-8 as the agents do, and keeps its bytes", () => {
    const raw = Buffer.from('{"a":"\xff"}', "latin1");
    const [line] = split([raw]);
    assert.deepEqual(line, { text: '{"a":"\ufffd"}', value: { a: "\ufffd" }, bytes: raw });
  });

  it("does not take a replacement character in the text for a broken one", () => {
    assert.equal(split([Buffer.from('"\ufffd"')])[0]?.bytes, undefined);
  });
});

const NEWLINE = Buffer.from("\n");

it("a line that no program can hold is an error, before it fills the memory", () => {
  const splitter = new LineSplitter();
  const piece = Buffer.alloc(32 << 20, "a");
  assert.throws(
    () => {
      for (let n = 0; n < 40; n++) for (const _ of splitter.push(piece));
    },
    { kind: "unreadable", message: /a line is longer than 500 MB/ },
  );
});
