import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { parse, parseValue, print, spellingOf } from "../../../src/lossless/json-text.ts";
import { anyText, json, jsonText } from "../../support/arbitrary.ts";
import "../../support/seed.ts";

/** Spellings are stored as JSON, so they must survive that. */
function again(text: string): string {
  const parsed = parse(text);
  assert.ok(parsed, text);
  const spelling: typeof parsed.spelling = JSON.parse(JSON.stringify(parsed.spelling));
  return print(parsed.value, spelling);
}

/** The same text by rules, not by keeping it whole. */
function isRuled(text: string): boolean {
  const spelling = parse(text)?.spelling;
  return spelling === null || (spelling !== undefined && !("raw" in spelling));
}

describe("a JSON text comes back as it was written", () => {
  it("whatever its spelling", () => {
    fc.assert(
      fc.property(jsonText, (text) => {
        assert.equal(again(text), text);
      }),
      { numRuns: 1000 },
    );
  });

  it("as JSON.stringify prints it, with nothing to note", () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = JSON.stringify(value);
        assert.equal(parse(text)?.spelling, null);
        assert.equal(again(text), text);
      }),
      { numRuns: 250 },
    );
  });

  it("indented", () => {
    fc.assert(
      fc.property(json, fc.integer({ min: 1, max: 4 }), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        assert.equal(again(text), text);
        assert.ok(isRuled(text));
      }),
      { numRuns: 300 },
    );
  });

  it("with a value that was decoded, changed by nobody, and stored", () => {
    fc.assert(
      fc.property(jsonText, (text) => {
        const value = parseValue(text);
        assert.ok(value !== undefined);
        const spelling = spellingOf(value, text);
        // Another value of the same content serves as well.
        assert.equal(print(structuredCopy(text), spelling), text);
      }),
      { numRuns: 250 },
    );
  });

  for (const text of [
    '{"a":1.0,"b":1e5,"c":-0,"d":0.10}',
    '{"n":12345678901234567890}',
    '{ "a" : [ 1 , 2 ] }\r',
    '{"a":"\\u00e9\\/\\ud800"}',
    '{"__proto__":1,"a":2}',
    '\ufeff{"a":1}',
    '  "x"  ',
  ]) {
    it(`by rules: ${JSON.stringify(text)}`, () => {
      assert.equal(again(text), text);
      assert.ok(isRuled(text), "it was kept whole");
    });
  }

  for (const text of ['{"a":1,"a":2}', '{"2":0,"1":0}', '{"__proto__":1,"__proto__":2}']) {
    it(`kept whole: ${text}`, () => {
      assert.equal(again(text), text);
      assert.ok(!isRuled(text));
    });
  }

  it("nested deeper than JSON.stringify can go", () => {
    const text = "[".repeat(20_000) + "]".repeat(20_000);
    assert.equal(again(text), text);
  });
});

function structuredCopy(text: string): ReturnType<typeof JSON.parse> {
  return JSON.parse(text.replace(/^\ufeff/, ""));
}

describe("a text that is not JSON", () => {
  it("is none, and never an error", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const parsed = parse(text);
        if (parsed) assert.equal(print(parsed.value, parsed.spelling), text);
      }),
      { numRuns: 250 },
    );
  });

  for (const text of ["", " ", "{", "{a:1}", "[1,]", "01", "nul", "\ufeff\ufeff1", '"\u0001"']) {
    it(JSON.stringify(text), () => assert.equal(parse(text), undefined));
  }
});
