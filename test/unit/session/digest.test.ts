import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { digest } from "../../../src/session/digest.ts";
import type { Json } from "../../../src/session/types.ts";
import { call, event, message, result } from "../../support/entries.ts";

const base = message("a", null, "user", ["hello"]);

describe("digest", () => {
  it("is of what is said, not of ids, places and times", () => {
    const other = message("b", "a", "user", ["hello"], { time: "2026-01-01T00:00:00.000Z" });
    assert.equal(digest([base]), digest([other]));
    assert.match(digest([base]), /^[0-9a-f]{16}$/);
  });

  it("is another when anything that is said is", () => {
    const said = [
      [base],
      [message("a", null, "assistant", ["hello"])],
      [message("a", null, "user", ["hello", ""])],
      [message("a", null, "user", ["hel", "lo"])],
      [base, base],
      [message("a", null, "user", [{ kind: "reasoning", text: "hello" }])],
      [message("a", null, "assistant", [call("1")])],
      [message("a", null, "assistant", [call("2")])],
      [message("a", null, "assistant", [call("1", "Read")])],
      [message("a", null, "assistant", [call("1", "Bash", { input: { command: "rm" } })])],
      [message("a", null, "assistant", [call("1", "Bash", { input: "ls" })])],
      [message("a", null, "tool", [result("1", "x")])],
      [message("a", null, "tool", [result("1", "y")])],
      [message("a", null, "user", [{ kind: "image", mediaType: "image/png", data: "AA" }])],
      [message("a", null, "user", [{ kind: "image", mediaType: "image/png", data: "AB" }])],
      [message("a", null, "user", ["x".repeat(99)])],
      [message("a", null, "user", [`${"x".repeat(98)}y`])],
      [message("a", null, "assistant", [call("1", "Bash", { input: { timeout: 1 } })])],
      [message("a", null, "assistant", [call("1", "Bash", { input: { timeout: "1" } })])],
      [event("c", null, { event: "compaction", summary: "hello" })],
    ];
    assert.equal(new Set(said.map(digest)).size, said.length);
  });

  it("is the same on every machine", () => {
    const long = "Grüße, 世界! ".repeat(20);
    assert.equal(digest([base, message("b", null, "assistant", [long])]), "756ca68d807086a4");
  });

  it("is of a call nested too deep to print, too", () => {
    const input: Json = JSON.parse("[".repeat(20_000) + "]".repeat(20_000));
    assert.match(
      digest([message("a", null, "assistant", [call("1", "x", { input })])]),
      /^\w{16}$/,
    );
  });

  it("is empty for what says nothing", () => {
    assert.equal(digest([]), "");
    assert.equal(digest([event("t", null, { event: "title", title: "x" })]), "");
  });
});
