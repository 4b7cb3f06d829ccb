import assert from "node:assert/strict";
import { it } from "node:test";
import { piecesOf } from "../../../src/session/pieces.ts";

it("no piece of a long text ends within a character", () => {
  // One unit before them puts a pair on every border.
  const text = `a${"\u{1f600}".repeat(1 << 20)}`;
  const pieces = [...piecesOf(text)];
  assert.ok(pieces.length > 1);
  assert.ok(pieces.every((piece) => piece.isWellFormed()));
  assert.equal(pieces.join(""), text);
});
