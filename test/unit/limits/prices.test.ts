/** What models cost, by the names that agents record. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { LENGTHS } from "../../../src/catalog/use.ts";
import { LINES, PRICED_ON } from "../../../src/limits/price-table.ts";
import { costOf, modelNamed } from "../../../src/limits/prices.ts";
import { windowsOf } from "../../../src/limits/windows.ts";

const USAGE = { input: 1_000_000, output: 100_000, cacheRead: 2_000_000, cacheWrite: 400_000 };

it("a model has many names", () => {
  const one = modelNamed("claude-sonnet-4-5");
  assert.ok(one);
  for (const name of [
    "claude-sonnet-4-5-20250929",
    "anthropic/claude-sonnet-4.5",
    "Claude-Sonnet-4.5",
    "openrouter/anthropic/claude-sonnet-4.5",
    "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
    "anthropic.claude-sonnet-4-5-v1:0",
    "claude-sonnet-4-5@20250929",
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
  assert.equal(costOf("gemini-2.5-pro", { ...plain, cacheWrite: 1 }), null);
  assert.equal(costOf("gpt-6.2-sol", plain), 2);
  assert.equal(costOf("gpt-6.2-sol", plain, { prompt: 272_001 }), null);
});

it("what is written to the cache for an hour costs more than for five minutes", () => {
  const usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 1_000_000 };
  assert.equal(costOf("claude-opus-4-8", usage), 6.25);
  assert.equal(costOf("claude-opus-4-8", usage, { longWrite: 400_000 }), 0.6 * 6.25 + 0.4 * 10);
  assert.equal(costOf("gpt-5.6", usage, { longWrite: 1 }), null);
});

it("a long request may cost more, all of it", () => {
  const usage = { input: 1_000_000, output: 1_000_000, cacheRead: 0, cacheWrite: 0 };
  assert.equal(costOf("claude-haiku-5-5", usage, { prompt: 100_000 }), 0.6);
  assert.equal(costOf("claude-haiku-5-5", usage, { prompt: 100_001 }), 3);
  assert.equal(costOf("qwen3-coder-plus", usage, { prompt: 128_001 }), 18);
  assert.equal(costOf("claude-opus-4-8", usage, { prompt: 900_000 }), 30);
});

it("fast mode has prices of its own, where they are known", () => {
  const usage = { input: 1_000_000, output: 0, cacheRead: 0, cacheWrite: 0 };
  assert.equal(costOf("claude-opus-5-5-fast", usage), 8);
  assert.equal(costOf("claude-opus-5-20260724-fast", usage), 10);
  assert.equal(costOf("claude-sonnet-5-fast", usage), null);
});

it("the table is well formed", () => {
  assert.match(PRICED_ON, /^\d{4}-\d\d-\d\d$/);
  const names = LINES.flatMap(([line]) => line.split(" "));
  assert.deepEqual(
    names.filter((name, n) => names.indexOf(name) !== n),
    [],
    "each model once",
  );
  const lengths: readonly number[] = LENGTHS;
  for (const [line, window, rates, ...above] of LINES) {
    for (const name of line.split(" ")) {
      assert.match(name, /^[a-z0-9]+(?:-[a-z0-9]+)*$/);
      assert.ok(modelNamed(name), name);
    }
    assert.ok(window === null || (window >= 32_000 && window < 2_000_000), line);
    const all = [rates, ...above.map(([, long]) => long)].flatMap((one) => (one ? [one] : []));
    for (const [input, output, cacheRead, cacheWrite, longWrite] of all) {
      assert.ok(input > 0 && output >= input && output <= 20 * input, line);
      assert.ok((cacheRead ?? input / 2) <= input / 2, `${line}: reading a cache is cheaper`);
      assert.ok((cacheWrite ?? input) >= input, line);
      assert.ok((longWrite ?? input * 2) === input * 2, line);
    }
    const from = above.map(([tokens]) => tokens);
    assert.deepEqual(
      from.filter((tokens) => !lengths.includes(tokens)),
      [],
      `${line}: the catalog tells requests of these lengths apart`,
    );
    assert.deepEqual(
      from,
      from.toSorted((a, b) => a - b),
      line,
    );
    const inputs = [rates, ...above.map(([, long]) => long)].flatMap((one) => one?.[0] ?? []);
    assert.deepEqual(
      inputs,
      inputs.toSorted((a, b) => a - b),
      `${line}: longer ones cost more`,
    );
  }
});

it("what was used does not count what a wrong clock dates to the future", () => {
  const [now, minute] = [Date.parse("2026-11-30T10:07:00Z"), 60_000];
  const used = { input: 10, output: 0, cacheRead: 0, cacheWrite: 0, model: null };
  for (const [at, tokens] of [
    [now - 6 * 60 * minute, [0, 10, 10]],
    [now, [10, 10, 10]],
    [now + 8 * minute, [10, 10, 10]],
    [now + 60 * minute, [0, 0, 0]],
  ] as const) {
    const windows = windowsOf([{ ...used, at }], now);
    assert.deepEqual(
      windows.map((one) => one.tokens),
      tokens,
    );
  }
});
