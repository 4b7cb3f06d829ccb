import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { renderEntry } from "../../../src/session/render.ts";
import type { Json } from "../../../src/session/types.ts";
import { call, event, message, result } from "../../support/entries.ts";

describe("renderEntry", () => {
  it("gives who said what", () => {
    assert.equal(
      renderEntry(message("1", null, "user", ["one", "two"]), "brief"),
      "user\none\ntwo",
    );
    const side = message("1", null, "assistant", ["x"], { sidechain: "s" });
    assert.equal(renderEntry(side, "brief"), "assistant (subagent)\nx");
  });

  it("shows a call nested too deep to print", () => {
    const input: Json = JSON.parse("[".repeat(20_000) + "]".repeat(20_000));
    const deep = message("1", null, "assistant", [call("c", "x", { input })]);
    assert.match(renderEntry(deep, "full") ?? "", /→ x \(nested too deep/);
  });

  it("leaves out what is no conversation", () => {
    assert.equal(renderEntry(message("1", null, "user", ["x"], { scaffold: true }), "full"), null);
    assert.equal(renderEntry(message("1", null, "system", ["x"]), "full"), null);
    assert.equal(renderEntry(message("1", null, "user", []), "full"), null);
    assert.equal(renderEntry(event("1", null, { event: "opaque", type: "x" }), "full"), null);
  });

  it("shows what stands for the rest", () => {
    const compaction = event("1", null, { event: "compaction", summary: "short" });
    assert.equal(renderEntry(compaction, "brief"), "compaction\nshort");
    assert.equal(
      renderEntry(event("1", null, { event: "limit", text: "5h" }), "none"),
      "limit\n5h",
    );
    assert.equal(
      renderEntry(event("1", null, { event: "error", text: "no" }), "none"),
      "error\nno",
    );
  });

  it("shows tools as briefly as asked", () => {
    const long = "y".repeat(300);
    const asks = message("1", null, "assistant", ["look", call("a", "Bash", { input: long })]);
    const tells = message("2", "1", "tool", [result("a", long, { isError: true })]);
    assert.equal(renderEntry(asks, "none"), "assistant\nlook");
    assert.equal(renderEntry(tells, "none"), null);
    assert.match(renderEntry(asks, "brief") ?? "", /^assistant\nlook\n→ Bash y{200}… \(300 char/);
    assert.match(renderEntry(tells, "brief") ?? "", /^tool\n← failed: y{200}… \(300 char/);
    assert.equal(renderEntry(asks, "full"), `assistant\nlook\n→ Bash ${long}`);
  });

  it("names what is no text", () => {
    const parts = [
      { kind: "image", mediaType: "image/png", data: "AAAA" },
      { kind: "file", name: "a.pdf", mediaType: "application/pdf", data: "AAAA" },
      { kind: "reasoning", text: "" },
      { kind: "reasoning", text: "hm" },
    ] as const;
    assert.equal(
      renderEntry(message("1", null, "user", [...parts]), "full"),
      "user\n(image, image/png)\n(file a.pdf, application/pdf)\n(reasoning, encrypted)\n(reasoning) hm",
    );
  });
});
