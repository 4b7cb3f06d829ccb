import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { folded, matched, rank, wordsIn } from "../../../../src/cli/picker/match.ts";
import "../../../support/seed.ts";

const fit = (query: string, text: string) => rank(wordsIn(query), folded(text));

describe("matching a query", () => {
  it("finds words as they are anywhere, in either case and of any width", () => {
    assert.equal(fit("PAY form", "Fix the payment form"), 0);
    assert.equal(fit("abc 本", "ＡＢＣ 日本語"), 0);
    assert.equal(fit("", "anything"), 0);
    assert.equal(fit("pay shop", "Fix the payment form"), null);
  });

  it("finds words with letters left out, and initials", () => {
    assert.equal(fit("pymnt", "Fix the payment form"), 1);
    assert.equal(fit("fpf", "Fix Payment form"), 1);
    assert.equal(fit("fixform", "Fix the payment form"), 1);
    assert.equal(fit("pymnt form", "Fix the payment form"), 1);
  });

  it("does not find letters that are strewn about, or are in another order", () => {
    assert.equal(fit("xyf", "Fix the payment form"), null);
    assert.equal(fit("ymnt", "Fix the payment form"), null, "it begins with a word");
    assert.equal(fit("pnymt", "Fix the payment form"), null);
    assert.equal(fit("pt", "payment"), null, "two letters are in everything");
    assert.equal(fit("internation", "i really can not turn it on again"), null);
  });

  it("takes no time for texts that are made to take long", () => {
    const text = "a ".repeat(150);
    const start = performance.now();
    assert.equal(fit(`${"a".repeat(140)}b`, text), null);
    assert.equal(fit(`${"a".repeat(140)}b`, `${text.slice(2)}bc`), 1);
    assert.ok(performance.now() - start < 500);
  });
});

describe("what is highlighted", () => {
  const words = (query: string, text: string) =>
    matched(wordsIn(query), text).map(([from, to]) => text.slice(from, to));

  it("is what the query means, in the text's own letters", () => {
    assert.deepEqual(words("pay FIX", "Fix the payment"), ["Fix", "pay"]);
    assert.deepEqual(words("abc", "xＡＢＣx"), ["ＡＢＣ"]);
    assert.deepEqual(words("fi", "aﬁx"), ["ﬁ"]);
    assert.deepEqual(words("pymnt", "payment"), ["p", "ym", "nt"]);
    assert.deepEqual(words("shop", "payment"), []);
  });

  it("is in the text, in order, and cuts no letter", () => {
    const text = fc.string({ unit: "grapheme", maxLength: 60 });
    fc.assert(
      fc.property(text, fc.string({ unit: "grapheme", maxLength: 8 }), (text, query) => {
        let last = 0;
        for (const [from, to] of matched(wordsIn(query), text)) {
          assert.ok(from >= last && to > from && to <= text.length);
          assert.ok(!/^[\uDC00-\uDFFF]/.test(text.slice(from)));
          assert.ok(!/^[\uDC00-\uDFFF]/.test(text.slice(to)));
          last = to;
        }
      }),
    );
  });
});
