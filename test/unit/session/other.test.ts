/** What is said where a text is expected, whatever stands there. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MOST_OTHER, saidIn, textBlock } from "../../../src/session/other.ts";
import type { Json } from "../../../src/session/types.ts";

describe("what is said where a text is expected", () => {
  const cases: [what: string, value: Json | undefined, said: string][] = [
    ["a text, as it is", " words\n", " words\n"],
    ["nothing", undefined, ""],
    ["null", null, ""],
    ["an empty object", {}, ""],
    ["a block without words", { type: "text", text: "" }, ""],
    ["an empty list", [], ""],
    ["a number", 5, "5"],
    ["an object around a text", { value: "words" }, "words"],
    ["a list of texts", ["some", "words"], "some\nwords"],
    ["a list of blocks", [{ type: "text", text: "some" }, { text: "words" }], "some\nwords"],
    ["several keys", { value: "words", lang: "en" }, '{"value":"words","lang":"en"}'],
    ["base64", { value: "A".repeat(2000) }, "A".repeat(2000)],
  ];
  for (const [what, value, said] of cases) {
    it(what, () => assert.equal(saidIn(value), said));
  }

  it("is whole, since a text cannot say that it was cut", () => {
    const words = "word ".repeat(MOST_OTHER);
    assert.equal(saidIn(words), words);
    assert.equal(saidIn({ value: words }), words);
  });

  it("is read however deep it is nested", () => {
    let value: Json = "words";
    for (let depth = 0; depth < 100_000; depth++) value = [value];
    assert.match(saidIn(value), /nested too deep/);
  });
});

describe("a block of text", () => {
  it("is its text", () => {
    const part = { kind: "text", text: "words" };
    assert.deepEqual(textBlock({ type: "text", text: "words", lang: "en" }), part);
  });

  it("without a text of its own is what it has instead", () => {
    const part = { kind: "other", type: "text", text: "words", unknown: true };
    assert.deepEqual(textBlock({ type: "text", text: { value: "words" } }).kind, "other");
    assert.deepEqual(textBlock({ type: "text", body: "words" }), part);
  });

  it("with nothing in it is an empty text", () => {
    assert.deepEqual(textBlock({ type: "text" }), { kind: "text", text: "" });
  });
});
