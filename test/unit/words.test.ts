import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { proven } from "../../src/agents/proven-data.ts";
import { versionIn } from "../../src/io/launch.ts";
import { counted } from "../../src/words.ts";

describe("counted", () => {
  it("is singular for one, and for nothing else", () => {
    assert.deepEqual(
      [0, 1, 2].map((n) => counted(n, "session")),
      ["0 sessions", "1 session", "2 sessions"],
    );
    assert.deepEqual(
      [1, 2].map((n) => counted(n, "entry", "entries")),
      ["1 entry", "2 entries"],
    );
  });
});

describe("versions", () => {
  it("end before the dot of a sentence", () => {
    for (const [text, version] of [
      ["GitHub Copilot CLI 1.0.102.\nRun 'copilot update'", "1.0.102"],
      ["codex-cli 0.171.0-alpha.3.", "0.171.0-alpha.3"],
      ["2.1.332 (Claude Code)", "2.1.332"],
      ["v1.2", "1.2"],
      ["none", null],
    ] as const) {
      assert.equal(versionIn(text), version);
    }
    for (const version of Object.values(proven.versions)) assert.equal(versionIn(version), version);
  });
});
