import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type Plan, Survey, type SurveyOptions } from "../../../src/session/survey.ts";
import type { Entry } from "../../../src/session/types.ts";
import { event, HEADER, message } from "../../support/entries.ts";
import "../../support/seed.ts";

function survey(entries: readonly Entry[], options?: SurveyOptions): Plan {
  const all = new Survey();
  for (const entry of entries) all.add(entry);
  return all.finish(HEADER, options);
}

/** One letter an entry: live, branch, compacted, sidechain, hidden, outside. */
function view(entries: readonly Entry[], options?: SurveyOptions): string {
  const plan = survey(entries, options);
  return entries.map((_, n) => plan.visibility(n)[0]).join("");
}

const say = (id: string, parentId: string | null) => message(id, parentId, "user", [id]);

describe("what the model sees next", () => {
  it("is the path from the newest entry to the root", () => {
    assert.equal(view([say("a", null), say("b", "a"), say("c", "b")]), "lll");
    assert.equal(view([say("a", null), say("b", "a"), say("c", "a"), say("d", "c")]), "lbll");
    assert.equal(view([say("a", null), say("b", "a"), say("c", null)]), "bbl");
  });

  it("is nothing where nothing was said", () => {
    assert.equal(view([]), "");
    assert.equal(view([event("t", null, { event: "title", title: "x" })]), "o");
  });

  it("continues from the entry before where the parent is missing, and counts that", () => {
    const entries = [say("a", null), say("b", "gone"), say("c", "b")];
    assert.equal(view(entries), "lll");
    const plan = survey(entries);
    assert.equal(plan.orphans, 1);
    assert.equal(plan.parent(1), 0);
  });

  it("ends where parents go in a circle or come later", () => {
    assert.equal(view([say("a", "b"), say("b", "a")]), "ll");
    assert.equal(view([say("a", "a")]), "l");
    assert.equal(view([say("a", "c"), say("b", "a"), say("c", "b")]), "lll");
  });

  it("takes the newest of two entries of one id", () => {
    assert.equal(view([say("a", null), say("a", "a"), say("b", "a")]), "lll");
    assert.equal(view([say("a", null), say("b", "a"), say("a", null), say("c", "a")]), "bbll");
  });

  it("is the newest branch through an anchor, even if another one is newer", () => {
    const anchor = (target: string | null) =>
      event("x", null, { event: "opaque", type: "x", anchor: target });
    const fork = [say("a", null), say("b", "a"), say("c", "a")];
    assert.equal(view([...fork, anchor("b")]), "llbo");
    assert.equal(view([anchor("b"), ...fork]), "ollb");
    assert.equal(view([...fork, anchor("a")]), "lblo");
    assert.equal(view([...fork, anchor("b"), say("d", "c")]), "llbob");
    assert.equal(view([...fork, anchor("b"), say("d", "b"), say("e", "c")]), "llbolb");
    assert.equal(view([...fork, anchor("gone")]), "lblo");
    assert.equal(view([...fork, anchor("b"), anchor("c")]), "lbloo");
    const compaction = event("f", "c", { event: "compaction", summary: "short" });
    assert.equal(view([...fork, anchor("b"), compaction]), "cbcol");
  });

  it("is nothing after an anchor that is none, until something is said", () => {
    const nothing = event("x", null, { event: "opaque", type: "x", anchor: null });
    assert.equal(view([say("a", null), nothing]), "bo");
    assert.equal(view([say("a", null), nothing, say("b", null)]), "bol");
  });

  it("keeps nothing of what a compaction names that is not on the way to it", () => {
    const compaction = (keepFrom: string) =>
      event("c", "b", { event: "compaction", summary: "short", keepFrom });
    const rest = [say("x", "a"), say("b", "a")];
    assert.equal(view([say("a", null), ...rest, compaction("x"), say("d", "c")]), "cbcll");
    assert.equal(view([say("a", null), ...rest, compaction("b"), say("d", "c")]), "cblll");
  });

  it("does not end with what stands outside the tree", () => {
    const title = event("t", null, { event: "title", title: "x" });
    assert.equal(view([say("a", null), title, say("b", "a"), title]), "lolo");
  });

  it("is without subagents, whatever hangs on them", () => {
    const side = message("s", "a", "assistant", ["s"], { sidechain: "x" });
    assert.equal(view([say("a", null), side, say("b", "a"), side]), "lsls");
  });

  it("is without what was hidden", () => {
    const hide = event("h", "b", { event: "hide", target: "a" });
    assert.equal(view([say("a", null), say("b", "a"), hide, say("c", "h")]), "hlll");
    const nobody = event("h", "a", { event: "hide", target: "none" });
    assert.equal(view([say("a", null), nobody]), "ll");
  });

  it("takes back what a rollback took back", () => {
    const back = event("r", "a", { event: "rollback", turns: 1 });
    assert.equal(view([say("a", null), say("b", "a"), back, say("c", "r")]), "lbll");
  });
});

describe("a compaction", () => {
  const compaction = (id: string, parent: string | null, keepFrom?: string) =>
    event(id, parent, {
      event: "compaction",
      summary: `summary ${id}`,
      ...(keepFrom === undefined ? {} : { keepFrom }),
    });

  it("stands for all before it", () => {
    const entries = [say("a", null), say("b", "a"), compaction("c", "b"), say("d", "c")];
    assert.equal(view(entries), "ccll");
    assert.equal(survey(entries).compaction?.summary, "summary c");
    assert.equal(survey(entries).compaction?.n, 2);
  });

  it("keeps what comes from an earlier entry on", () => {
    const entries = [say("a", null), say("b", "a"), say("c", "b"), compaction("d", "c", "b")];
    assert.equal(view([...entries, say("e", "d")]), "cllll");
  });

  it("keeps nothing where that entry is none, or no earlier one, or on another branch", () => {
    assert.equal(view([say("a", null), compaction("c", "a", "none")]), "cl");
    assert.equal(view([say("a", null), compaction("c", "a", "c")]), "cl");
    assert.equal(view([say("a", null), compaction("c", "a", "d"), say("d", "c")]), "cll");
  });

  it("is looked through where the whole history is wanted", () => {
    const entries = [say("a", null), compaction("c", "a"), say("d", "c")];
    assert.equal(view(entries, { fullHistory: true }), "lll");
    assert.equal(survey(entries, { fullHistory: true }).compaction, null);
  });

  it("of several, the newest on the branch counts", () => {
    const entries = [say("a", null), compaction("b", "a"), say("c", "b"), compaction("d", "c")];
    assert.equal(view([...entries, say("e", "d")]), "cccll");
    assert.equal(survey(entries).compaction?.n, 3);
    // One on an abandoned branch does not.
    const other = [say("a", null), compaction("b", "a"), say("c", "a")];
    assert.equal(view(other), "lbl");
    assert.equal(survey(other).compaction, null);
  });

  it("may open a file", () => {
    assert.equal(view([compaction("a", null), say("b", "a")]), "ll");
  });
});

it("every entry is somewhere, and parents come first, whatever the links", () => {
  const id = fc.constantFrom("a", "b", "c", "d", "e");
  const entry = fc.tuple(id, fc.option(id), fc.nat(4)).map(([own, parent, kind]): Entry => {
    if (kind === 0) return message(own, parent, "assistant", [], { sidechain: "s" });
    if (kind === 1) return event(own, parent, { event: "hide", target: "b" });
    if (kind === 2) return event(own, parent, { event: "compaction", summary: "", keepFrom: "c" });
    return say(own, parent);
  });
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 30 }), fc.boolean(), (entries, fullHistory) => {
      const plan = survey(entries, { fullHistory });
      assert.equal(plan.entries, entries.length);
      entries.forEach((_, n) => {
        assert.ok(plan.parent(n) < n);
        if (plan.visibility(n) === "live" && plan.parent(n) >= 0) {
          assert.match(plan.visibility(plan.parent(n)), /live|hidden|compacted/);
        }
      });
      if (entries.some(({ kind, parentId }) => kind === "message" && parentId !== undefined)) {
        const tip = entries.findLastIndex((e) => e.kind === "message" && e.sidechain === undefined);
        if (tip === entries.length - 1) assert.match(plan.visibility(tip), /live|hidden/);
      }
    }),
    { numRuns: 300 },
  );
});
