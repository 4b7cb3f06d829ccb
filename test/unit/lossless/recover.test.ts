/** Records in lines that are not JSON. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { linesIn } from "../../../src/lossless/lines.ts";
import { isRecord, Recent, Recoverer, recordAt } from "../../../src/lossless/recover.ts";
import { isObject } from "../../../src/session/json.ts";
import type { Json } from "../../../src/session/types.ts";
import { runs } from "../../support/seed.ts";

const recognises = (value: Json) => isObject(value) && value.kind === "record";

interface Read {
  records: Json[];
  /** Numbers of lines, from 0. */
  lost: number[];
}

/** All records of a file, and the lines of which something is lost. */
function read(text: string): Read {
  const recoverer = new Recoverer(recognises);
  const recent = new Recent();
  const records: Json[] = [];
  const lost: number[] = [];
  const lose = (all: readonly { back: number; count: number }[], n: number): void => {
    for (const { back, count } of all) {
      for (let i = 0; i < count; i++) lost.push(n - back + i);
    }
  };
  let n = 0;
  for (const line of linesIn(Buffer.from(text))) {
    const { value: own } = line;
    if (isRecord(own) && own !== undefined) records.push(own);
    const { found, lost: here } = recoverer.take(line);
    recent.add(n, { content: line.text, value: line.value });
    for (const { value, span } of found) {
      records.push(value);
      // What restores the line finds the same by the place alone.
      assert.deepEqual(
        recordAt(span, (back) => recent.text(n - back)),
        value,
      );
    }
    lose(here, n++);
  }
  lose(recoverer.end(), n);
  return { records, lost };
}

const A = '{"kind":"record","text":"first"}';
const B = '{"kind":"record","text":"second","inner":{"kind":"other"}}';
const a: Json = JSON.parse(A);
const b: Json = JSON.parse(B);

describe("Recoverer", () => {
  const cases: [name: string, text: string, records: Json[], lost: number[]][] = [
    ["several records on a line", `${A}${B} ${A}\n`, [a, b, a], []],
    ["records of a kind that is not known", '{"x":1}{"y":[2]}', [{ x: 1 }, { y: [2] }], []],
    ["NULs before a record", `${A}\n\0\0\0\0${B}\n`, [a, b], []],
    ["NULs in the middle of one", `{"kind":"rec\0\0\0${B}\n`, [b], [0]],
    ["a record torn in a string", `{"kind":"record","text":"sec${A}\n`, [a], [0]],
    ["a record torn in a key", `{"kind":"record","tx${A}\n`, [a], [0]],
    ["a record torn before a value", `{"kind":"other","text":${B}\n`, [b], [0]],
    ["a record torn after a value", `{"kind":"other","more":{"x":1}${B}\n`, [b], [0]],
    ["a record torn in an escape", `{"kind":"other","text":"\\u00${B}\n`, [b], [0]],
    ["a torn record that was written again", `${B.slice(0, 40)}${B}\n`, [b], []],
    ["a torn record that was written again on the next line", `${B.slice(0, 40)}\n${B}\n`, [b], []],
    ["a record without its beginning", `ext":"x","inner":{"kind":"other"}}${A}\n`, [a], [0]],
    ["an object of such a record", `{"kind":"other"},"text":"x"}${A}\n`, [a], [0]],
    [
      "a record that raw newlines split",
      '{"kind":"record","text":"one\n\n{}\n3\n\tfour"}\n',
      [{ kind: "record", text: "one\n\n{}\n3\n\tfour" }],
      [],
    ],
    [
      "a record split so, and one after it on its last line",
      `{"kind":"record","text":"one\ntwo"}${A}\n`,
      [{ kind: "record", text: "one\ntwo" }, a],
      [],
    ],
    [
      "a record that is spread over lines",
      `{\n  "kind": "record",\n  "x": [\n1]}\n`,
      [{ kind: "record", x: [1] }],
      [],
    ],
    ["a torn record before a line of its own", `{"kind":"rec\nmore\n${A}\n`, [a], [0, 1]],
    ["a torn last line", `${A}\n{"kind":"rec`, [a], [1]],
    ["no JSON at all", `Dear diary\n${A}\n`, [a], [0]],
    ["blank lines", `\n \n${A}\n`, [a], []],
  ];
  for (const [name, text, records, lost] of cases) {
    it(name, () => assert.deepEqual(read(text), { records, lost }));
  }

  it("holds no more than a bounded part of a record that does not end", () => {
    const lines = 50_000;
    const { records, lost } = read(`{"kind":"record","text":"${"\nx".repeat(lines)}\n${A}${B}\n`);
    assert.deepEqual(records, [a, b]);
    assert.equal(lost.length, lines + 1);
  });

  it("finds all whole records, and no others", () => {
    fc.assert(
      fc.property(file, ({ text, whole, isDamaged, isTorn }) => {
        const { records, lost } = read(text);
        assert.deepEqual(records, whole);
        if (isDamaged) assert.ok(lost.length > 0);
        if (!isTorn) assert.deepEqual(lost, []);
        assert.deepEqual(
          lost,
          [...new Set(lost)].sort((x, y) => x - y),
        );
      }),
      { numRuns: runs(2000) },
    );
  });

  it("takes time in proportion, whatever the line", { timeout: 120_000 }, () => {
    const size = 2 << 20;
    for (const piece of [
      "{",
      '{"',
      '{"a":',
      '{"a":[',
      '{"a":"',
      '{"a":{"kind":""}',
      '{"kind":"record"',
      "\0{",
      '{"a":"\\u',
      "[",
      "}",
      "{}",
    ]) {
      read(piece.repeat(size / piece.length));
    }
    // Each repeats what was torn before it.
    read(Array.from({ length: 2000 }, (_, n) => `{"kind":"${"x".repeat(n)}`).join(""));
  });
});

/** Text with all that a scanner could trip over. */
const said = fc
  .array(
    fc.constantFrom(
      "a",
      '"',
      "{",
      "}",
      '{"',
      "\\",
      "\n",
      "\t",
      ",",
      ":",
      "[",
      "é",
      "\u0001",
      A,
      "1",
    ),
    { maxLength: 8 },
  )
  .map((pieces) => pieces.join(""));

const record = fc.record({
  kind: fc.constant("record"),
  n: fc.integer(),
  text: said,
  list: fc.array(fc.oneof(fc.boolean(), fc.record({ kind: fc.constant("other"), text: said })), {
    maxLength: 2,
  }),
});

const end = fc.constantFrom("", "", "\n", "\n", "\0\0", "\n\0", " ");

/** What stands next in the file. */
const piece = fc.oneof(
  fc.record({ how: fc.constant("whole" as const), record, end, cut: fc.constant(0) }),
  fc.record({ how: fc.constant("split" as const), record, end, cut: fc.constant(0) }),
  fc.record({
    how: fc.constant("torn" as const),
    record,
    end,
    cut: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  fc.record({
    how: fc.constant("tail" as const),
    record,
    end,
    cut: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
);

const file = fc.array(piece, { maxLength: 8 }).map((pieces) => {
  let text = "";
  let torn = "";
  let isDamaged = false;
  const whole: Json[] = [];
  for (const { how, record: made, end: after, cut } of pieces) {
    const json = JSON.stringify(made);
    const value: Json = JSON.parse(json);
    const at = 2 + Math.floor(cut * (json.length - 3));
    // Two parts of records that fit together are one, as far as anyone can tell.
    if (torn !== "" && (how === "split" || how === "tail")) continue;
    if (torn !== "" && !json.startsWith(torn)) isDamaged = true;
    torn = "";
    if (how === "whole" || how === "split") whole.push(value);
    if (how === "whole") text += json;
    if (how === "split") text += json.replaceAll(/(?<!\\)((?:\\\\)*)\\n/g, "$1\n");
    if (how === "torn") {
      torn = json.slice(0, at);
      if (after !== "" && after !== "\n") isDamaged = true;
      text += torn;
    }
    if (how === "tail") {
      isDamaged = true;
      text += `\n${json.slice(at)}`;
    }
    text += after;
  }
  const isTorn = pieces.some(({ how }) => how === "torn" || how === "tail");
  return { text, whole, isDamaged: isDamaged || torn !== "", isTorn };
});
