/** The picker's pure parts: what it shows at a size, what keys do, what a session's preview holds. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import fc from "fast-check";
import { clip, fill, widthOf, wrap } from "../../../src/cli/cells.ts";
import { accountText, ageOf, limitText } from "../../../src/cli/picker/facts.ts";
import { layout } from "../../../src/cli/picker/view.ts";
import { filesOf, type Preview, previewOf } from "../../../src/core/preview.ts";
import { fixture } from "../../support/fixtures.ts";
import { known, temporaryFolder } from "../../support/folder.ts";
import { limitUntil } from "../../support/limits.ts";
import {
  LOOK,
  limitedAt,
  many,
  NOTHING,
  NOW,
  picker,
  press,
  pressWith,
  SIZE,
  session,
  shown,
  TARGETS,
  type,
} from "../../support/picker.ts";
import "../../support/seed.ts";

describe("filtering", () => {
  it("every word has to be somewhere: title, project, agent, id, model", () => {
    const p = picker([
      session(1, { title: "Fix the Payment form" }),
      session(2, { title: "payment tests", agent: "pi" }),
      session(3, { title: "docs", cwd: "/home/dev/payment-docs" }),
    ]);
    type(p, "PAYMENT");
    assert.match(known(shown(p)[0]), /3 of 3$/);
    type(p, " pi");
    assert.match(known(shown(p)[0]), /1 of 3$/);
    assert.equal(p.session?.id, "id-2");
    for (let i = 0; i < 3; i++) press(p, "backspace");
    type(p, " id-3");
    assert.equal(p.session?.id, "id-3");
    type(p, " nowhere");
    assert.equal(p.session, null);
    assert.match(shown(p).join("\n"), /nothing matches/);
  });

  it("keeps its order and its place while more sessions come", () => {
    const p = picker(many(10));
    press(p, "down", "down");
    p.load(many(5000));
    assert.equal(p.session?.id, "id-2");
    type(p, "number 499");
    assert.equal(p.session?.id, "id-499");
    press(p, "down");
    assert.equal(p.session?.id, "id-1499");
  });

  it("full-width and accented letters are found as they are typed", () => {
    const p = picker([session(1, { title: "ＡＢＣ café 日本語" })]);
    type(p, "abc café 本");
    assert.equal(p.session?.id, "id-1");
  });
});

describe("the list", () => {
  it("is scrolled so that the cursor is in it", () => {
    const p = picker(many(500));
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("up", "down", "pageup", "pagedown", "home", "end")),
        (names) => {
          press(p, ...names);
          const chosen = shown(p).filter((line) => line.startsWith("> "));
          assert.equal(chosen.length, 1);
          assert.ok(known(chosen[0]).includes(known(p.session?.title)));
        },
      ),
    );
  });

  it("says how old a session is", () => {
    const ages = [0, 59e3, 6e4, 36e5, 864e5, 13 * 864e5, 400 * 864e5, -5000];
    assert.deepEqual(
      ages.map((ms) => ageOf(NOW - ms, NOW)),
      ["now", "now", "1m", "1h", "1d", "1w", "1y", "now"],
    );
  });
});

describe("choosing where to open it", () => {
  it("offers its own agent first, and then the others", () => {
    const p = picker([session(1, { agent: "pi" })]);
    press(p, "return");
    assert.equal(p.target?.id, "pi");
    press(p, "down");
    assert.equal(p.target?.id, "claude-code");
    const action = press(p, "return");
    assert.deepEqual(action, { do: "launch", session: p.session, target: TARGETS[0] });
  });

  it("marks agents at a limit, and proposes one that is not", () => {
    const p = picker([session(1), session(2, { agent: "pi" })], limitedAt("codex"));
    press(p, "return");
    assert.equal(p.target?.id, "claude-code");
    assert.match(
      shown(p).join("\n"),
      /Codex +its own agent, at a weekly limit until 2026-11-21 14:30 UTC/,
    );
  });

  it("an account whose limit is over is free, whatever its sessions stopped at", () => {
    const limit = limitUntil("2026-11-21T14:30:00Z");
    const over = limitedAt("codex", { until: NOW, resetsAt: NOW });
    const warned = limitedAt("codex", { status: "warning" });
    for (const facts of [NOTHING, over, warned]) {
      const p = picker([session(1, { limit })], facts);
      press(p, "return");
      assert.equal(p.target?.id, "codex");
      assert.doesNotMatch(shown(p).join("\n"), /its own agent, at a/);
    }
  });

  it("says what stops an account", () => {
    const [ahead, at] = [{ status: "limited" }, { kind: "auth", scope: "unknown" }] as const;
    const state = (more: object) => limitedAt("codex", { ...ahead, ...more }).limitOf("codex");
    assert.equal(accountText(state({ ...at, until: null, resetsAt: null }), NOW), "not logged in");
    const busy = { kind: "overload", scope: "unknown", until: NOW + 1, resetsAt: null };
    assert.equal(accountText(state(busy), NOW), "overloaded");
    const unknown = { scope: "unknown", until: NOW + 1, resetsAt: null };
    assert.equal(accountText(state(unknown), NOW), "at a limit");
  });

  it("reads the conversation in the pager, in a search from its first match on", () => {
    const p = picker([session(1), session(2)]);
    assert.deepEqual(pressWith(p, "ctrl", "t"), { do: "read", session: p.session, entry: null });
    p.begin({ query: "zebra" });
    const hits = [{ entry: 7, snippet: "zebra" }];
    p.found({ query: "zebra", found: [{ path: "/store/2.jsonl", hits }], note: null });
    assert.equal(p.session?.id, "id-2");
    assert.deepEqual(pressWith(p, "ctrl", "t"), { do: "read", session: p.session, entry: 7 });
    press(p, "return");
    const places = p.choices.findIndex(({ does }) => does === "read") - p.choiceAt;
    const action = press(p, ...Array.from({ length: places }, () => "down"), "return");
    assert.deepEqual(action, { do: "read", session: p.session, entry: 7 });
  });

  it("begins with a search, of one agent's sessions where one is named", () => {
    const p = picker([session(1), session(2, { agent: "pi" })]);
    p.begin({ query: "zebra", agent: "pi" });
    assert.equal(p.wanted, "zebra");
    const found = [1, 2].map((n) => ({ path: `/store/${n}.jsonl`, hits: [] }));
    p.found({ query: "zebra", found, note: null });
    assert.match(shown(p).join("\n"), /^full text> zebra .* 1 of 2$/m);
    assert.equal(p.session?.agent, "pi");
  });

  it("shows what would be lost once that is known", () => {
    let known: string[] | undefined;
    const p = picker([session(1)], { ...NOTHING, losses: () => known });
    press(p, "return", "down");
    assert.match(shown(p).join("\n"), /working out what would be lost/);
    known = ["codex → pi: 3 messages", "  minor  tool-foreign ×1: so"];
    assert.match(shown(p).join("\n"), /^ {2}minor tool-foreign ×1: so$/m);
  });

  it("Esc goes back to where it was; Ctrl-C ends it anywhere", () => {
    const p = picker(many(30));
    type(p, "number 1");
    press(p, "down", "return");
    const { id } = known(p.session);
    assert.equal(press(p, "escape"), null);
    assert.equal(p.target, null);
    assert.equal(p.session?.id, id);
    assert.equal(press(p, "escape"), null);
    assert.deepEqual(press(p, "escape"), { do: "leave" });
    assert.deepEqual(p.press({ name: "c", ctrl: true, text: "" }), { do: "interrupt" });
  });
});

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const ESCAPE = /\u001b/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const COLUMN = /\u001b\[(\d+)G/;

describe("the screen", () => {
  const preview: Preview = {
    first: "Please do all of this. ".repeat(50),
    turns: Array.from({ length: 8 }, (_, n) => ({
      who: "agent",
      text: `turn ${n} 日本語 `.repeat(20),
    })),
    files: ["a.ts", "b.ts"],
  };
  const hits = [{ entry: 123, snippet: "found 日本語 ".repeat(9) }];
  const ways = fc.constantFrom("", "f1", "tab", "a", "s", "o", "z");
  const odd = fc.string({ unit: "grapheme", maxLength: 200 });

  it("has as many lines as the terminal, none wider, whatever titles hold", () => {
    const sizes = fc.record({
      columns: fc.integer({ min: 1, max: 200 }),
      rows: fc.integer({ min: 1, max: 60 }),
    });
    fc.assert(
      fc.property(sizes, odd, odd, fc.boolean(), ways, (size, title, query, chosen, way) => {
        const p = picker([session(1, { title, cwd: `/${title}` }), session(2)], {
          ...NOTHING,
          preview: () => preview,
          losses: () => [title],
        });
        p.press({ name: "", ctrl: false, text: chosen ? "" : query });
        if (chosen) press(p, "return", "down");
        if (way === "f1" || way === "tab") press(p, way);
        else if (way !== "") pressWith(p, "ctrl", way);
        p.found({ query, found: [{ path: "/store/1.jsonl", hits }], note: title });
        const { lines, cursor } = p.screen(size, LOOK);
        assert.ok(lines.length <= size.rows);
        if (size.rows >= 4 && size.columns >= 20) assert.equal(lines.length, size.rows);
        for (const line of lines) {
          // A pane that stands beside another begins at a column of its own.
          const parts = line.split(COLUMN);
          const start = Number(parts[1] ?? 1) - 1;
          assert.ok(widthOf(known(parts[0])) <= size.columns, line);
          assert.ok(start + widthOf(parts[2] ?? "") <= size.columns, line);
          assert.doesNotMatch(parts.join(""), /\p{Cc}/u);
        }
        if (cursor) assert.ok(cursor.column <= size.columns);
      }),
    );
  });

  it("without colour there is none; with it only styles", () => {
    const p = picker(many(3), { ...NOTHING, preview: () => preview });
    assert.doesNotMatch(shown(p).join("\n"), ESCAPE);
    const { lines } = p.screen(SIZE, { ...LOOK, colour: true });
    assert.ok(lines.some((line) => line.startsWith("\u001b[7m> \u001b[0m")));
  });

  it("leaves the pane out where there is no room, and puts it beside where there is", () => {
    assert.equal(layout({ columns: 80, rows: 5 }, null).pane, null);
    assert.equal(layout({ columns: 160, rows: 40 }, null).beside, true);
    const small = layout({ columns: 80, rows: 22 }, 3);
    assert.deepEqual([small.list.rows, small.pane?.rows, small.beside], [3, 18, false]);
  });
});

describe("text on a screen", () => {
  it("is cut and filled by the columns that it takes", () => {
    assert.equal(clip("日本語", 5), "日本…");
    assert.equal(clip("日本語", 4), "日…");
    assert.equal(widthOf(fill("日本語", 4)), 4);
    // As terminals count: letters of scripts of India one by one, an emoji of several characters as one.
    assert.equal(widthOf("नमस्ते"), 4);
    assert.equal(widthOf("को"), 2);
    assert.equal(widthOf("กำ"), 2);
    assert.equal(widthOf("각"), 2);
    assert.equal(widthOf("👩‍👩‍👧 ❤️"), 5);
    assert.equal(clip("abc", 3), "abc");
    assert.equal(clip("abc", 0), "");
    assert.deepEqual(wrap("one two three four", 9, 5), ["one two", "three", "four"]);
    assert.deepEqual(wrap("日本語日本語", 5, 2), ["日本", "語日…"]);
  });

  it("is never wider than asked for", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", maxLength: 60 }),
        fc.integer({ min: 1, max: 40 }),
        (text, width) => {
          assert.ok(widthOf(clip(text, width)) <= width);
          for (const line of wrap(text, width + 1, 9)) assert.ok(widthOf(line) <= width + 1);
        },
      ),
    );
  });
});

describe("limits", () => {
  const limit = limitUntil(null);
  it("hold until they are reset, or for some hours", () => {
    assert.equal(limitText(session(1), NOW), null);
    assert.equal(limitText(session(1, { limit }), NOW), "at a limit");
    assert.equal(limitText(session(1, { limit, time: NOW - 864e5 }), NOW), null);
    const over = { ...limit, resetsAt: "2026-11-21T11:00:00Z" };
    assert.equal(limitText(session(1, { limit: over }), NOW), null);
  });
});

describe("previews", () => {
  const root = temporaryFolder();

  for (const name of ["claude-code/basic", "codex/basic", "pi/basic"]) {
    it(`${name}: first request, last turns, files`, () => {
      const { agent, path } = fixture(name);
      const preview = known(previewOf({ agent: agent.id, path, cwd: "/home/dev/shop" }));
      assert.match(known(preview.first), /^MARK-USER-1/);
      assert.ok(preview.turns.some(({ who, text }) => who === "you" && /MARK-USER-2/.test(text)));
      assert.ok(preview.turns.some(({ who }) => who === "agent"));
    });
  }

  it("begin with what the user typed, not with what was sent in their place", () => {
    const { agent, path } = fixture("opencode/rows");
    const preview = known(previewOf({ agent: agent.id, path, cwd: null }));
    assert.match(known(preview.first), /^"MARK-S-U01 Look/);
    assert.ok(!preview.turns.some(({ text }) => text.startsWith("Called the Read tool")));
  });

  it("of a session of many megabytes, its head and its tail", () => {
    const folder = mkdtempSync(join(root, "big-"));
    const { path } = fixture("claude-code/basic");
    const lines = readFileSync(path, "utf8").trimEnd().split("\n");
    const filler = JSON.stringify({ type: "progress", data: "x".repeat(100_000) });
    const big = join(folder, "big.jsonl");
    const middle = Array.from({ length: 200 }, () => filler);
    writeFileSync(big, `${[...lines.slice(0, -2), ...middle, ...lines.slice(-2)].join("\n")}\n`);
    const preview = known(previewOf({ agent: "claude-code", path: big, cwd: null }));
    const small = known(previewOf({ agent: "claude-code", path, cwd: null }));
    assert.deepEqual(preview, small);
  });

  it("null for what cannot be read", () => {
    assert.equal(previewOf({ agent: "pi", path: join(root, "gone.jsonl"), cwd: null }), null);
  });

  it("files of a patch", () => {
    const patch = "*** Begin Patch\n*** Update File: a.ts\n*** Add File: b c.ts\n*** End Patch";
    assert.deepEqual(filesOf({ tool: "patch", patch }), ["a.ts", "b c.ts"]);
    assert.deepEqual(filesOf({ tool: "patch", patch: "--- a/x\n+++ b/x\n+++ /dev/null" }), ["x"]);
    assert.deepEqual(filesOf({ tool: "read", path: "x" }), []);
  });
});
