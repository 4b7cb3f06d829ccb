import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { alike, didYouMean } from "../../src/suggest.ts";

const NAMES = ["claude-code", "claude", "cc", "codex", "cx", "copilot", "gemini", "kilo", "pi"];

describe("what may have been meant", () => {
  for (const [word, meant] of [
    ["cluade", "did you mean claude?"],
    ["codx", "did you mean codex?"],
    ["claud", "did you mean claude or claude-code?"],
    ["gemni", "did you mean gemini?"],
    // Short names are like every word.
    ["foo", null],
    ["cursor", null],
    ["p", null],
    ["xyz", null],
  ] as const) {
    it(`${word}: ${meant ?? "nothing"}`, () => assert.equal(didYouMean(word, NAMES), meant));
  }

  it("is three names at most, the likeliest first", () => {
    assert.deepEqual(alike("list", ["lists", "last", "lisp", "lint", "list"]), [
      "list",
      "lists",
      "last",
    ]);
  });
});
