/** Patterns of RE2 become JavaScript's, which match the same. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bothCases } from "../../../scripts/regex.ts";
import { GITLEAKS } from "../../../src/redact/gitleaks.ts";

describe("a pattern of RE2", () => {
  it("says of each letter what (?i) said of many", () => {
    for (const [before, after] of [
      ["(?i)ab1", "[aA][bB]1"],
      ["a(?i)b", "a[bB]"],
      ["(?i:a)b", "(?:[aA])b"],
      ["(?i)a(?-i:b)c", "[aA](?:b)[cC]"],
      ["x(y(?i)z)z", "x(y[zZ])z"],
      ["(?i)[a-f0-9_]", "[a-fA-F0-9_]"],
      [String.raw`(?i)\d[\w.-]\x60`, String.raw`\d[\w.-]\x60`],
      ["[[:alnum:]]{3}", "[A-Za-z0-9]{3}"],
      ["(?P<name>a)", "(?:a)"],
      [String.raw`(?:\s|\z)`, String.raw`(?:\s|$)`],
    ] as const) {
      assert.equal(bothCases(before), after);
    }
  });

  it("is not taken where it is not understood", () => {
    for (const pattern of ["(?s)a", "[a"]) assert.throws(() => bothCases(pattern));
  });
});

describe("the rules of gitleaks", () => {
  it("are all patterns of JavaScript's, to be looked for by words in small letters", () => {
    assert.ok(GITLEAKS.length > 150);
    for (const [kind, words, form] of GITLEAKS) {
      assert.match(kind, /^[a-z0-9-]{1,40}$/);
      assert.ok(words.length > 0, kind);
      for (const word of words) assert.match(word, /^[ -@[-~]{2,}$/);
      assert.ok(new RegExp(form, "g"));
    }
  });
});
