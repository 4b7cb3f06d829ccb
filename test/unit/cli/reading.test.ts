/** How far long reading is, over several passes. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Passes } from "../../../src/cli/reading.ts";

describe("the share of several passes", () => {
  it("grows from pass to pass", () => {
    const passes = new Passes(2);
    const shares = [1, 5, 10, 1, 5, 10].map((done) => passes.share(done, 10));
    assert.deepEqual(shares, [0.05, 0.25, 0.5, 0.55, 0.75, 0.99]);
  });

  it("does not pass the end when there are more passes than were expected", () => {
    const passes = new Passes(1);
    for (const done of [5, 10, 1, 9]) assert.ok(passes.share(done, 10) <= 0.99);
    assert.equal(new Passes(1).share(0, 0), 0);
  });
});
