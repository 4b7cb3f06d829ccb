import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { folderAt } from "../../../src/agents/shared/uri.ts";

describe("a folder by URI", () => {
  it("is its path, decoded", () => {
    assert.equal(folderAt("file:///home/u/my%20shop"), "/home/u/my shop");
    assert.equal(folderAt("file:///c%3A/Users/Zo%C3%AB"), "c:/Users/Zoë");
  });

  it("is its path as it is if it was never encoded", () => {
    assert.equal(folderAt("file:///home/u/100%/shop"), "/home/u/100%/shop");
  });
});
