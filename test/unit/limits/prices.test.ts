/** What models cost, by the names that agents record. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { costOf, modelNamed } from "../../../src/limits/prices.ts";

const USAGE = { input: 1_000_000, output: 100_000, cacheRead: 2_000_000, cacheWrite: 400_000 };

it("a model has many names", () => {
  const one = modelNamed("claude-sonnet-4-5");
  assert.ok(one);
  for (const name of [
    "claude-sonnet-4-5-20250929",
    "anthropic/claude-sonnet-4.5",
    "Claude-Sonnet-4.5",
    "openrouter/anthropic/claude-sonnet-4.5",
  ]) {
    assert.deepEqual(modelNamed(name), one, name);
  }
  assert.deepEqual(modelNamed("claude-opus-4-6[1m]"), modelNamed("claude-opus-4-6"));
  assert.deepEqual(modelNamed("gpt-5.5-2026-04-23"), modelNamed("gpt-5.5"));
});

it("a model that is not in the table has no price", () => {
  for (const name of ["gpt-5.5-turbo", "claude-sonnet", "mock", "", "gpt-5", null]) {
    const isKnown = name === "gpt-5";
    assert.equal(modelNamed(name) !== null, isKnown, String(name));
    assert.equal(costOf(name, USAGE) !== null, isKnown, String(name));
  }
});

it("each kind of token has its price", () => {
  // 3 × 1 + 15 × 0.1 + 0.3 × 2 + 3.75 × 0.4
  assert.equal(costOf("claude-sonnet-4-5", USAGE)?.toFixed(6), "6.600000");
  const nothing = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
  assert.equal(costOf("gpt-5.5", nothing), 0);
});

it("a price that is not known is not guessed", () => {
  const plain = { input: 1_000_000, output: 0, cacheRead: 0, cacheWrite: 0 };
  assert.equal(costOf("gemini-2.5-pro", plain), 1.25);
  assert.equal(costOf("gemini-2.5-pro", { ...plain, cacheRead: 1 }), null);
});
