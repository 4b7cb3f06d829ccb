/** Queries as users write them. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { loosened } from "../../../src/catalog/loose.ts";
import { expression, parseQuery } from "../../../src/catalog/query.ts";
import { KINDS, readable, searchable, textsOf } from "../../../src/catalog/text.ts";
import { SegueError } from "../../../src/errors.ts";
import type { ToolResultPart } from "../../../src/session/types.ts";
import { known } from "../../support/folder.ts";
import "../../support/seed.ts";

const place = { id: "e1", parentId: null, time: null };

describe("a query", () => {
  for (const [text, words] of [
    ["foo bar", '(("foo" AND "bar"))'],
    ['"foo bar" baz', '(("foo bar" AND "baz"))'],
    ["conv*", '(("conv"*))'],
    ['"foo ba"*', '(("foo ba"*))'],
    ["foo -bar", '(("foo")) NOT "bar"'],
    ["a OR b c", '(("a") OR ("b" AND "c"))'],
    ["OR a OR", '(("a"))'],
    ["well-known", '(("well-known"))'],
    ["NEAR AND NOT", '(("NEAR" AND "AND" AND "NOT"))'],
    ["http://a.b/c", '(("http://a.b/c"))'],
    ["x:y", '(("x:y"))'],
    ["localhost:3000", '(("localhost:3000"))'],
    ["TS2339:x", '(("TS2339:x"))'],
    ['"foo:bar"', '(("foo:bar"))'],
    ["std::string", '(("std::string"))'],
    ["日本", '(("日 本"))'],
    ["a +", '(("a"))'],
  ] as const) {
    it(text, () => assert.equal(expression(known(parseQuery(text).words ?? undefined)), words));
  }

  it("has conditions beside its words", () => {
    const query = parseQuery(
      'tool:bash -file:"src/a b.ts" agent:codex since:2d cwd:. in:user in:output zebra',
    );
    assert.deepEqual(query, {
      words: { some: [[{ text: "zebra", prefix: false }]], without: [] },
      conditions: [
        { kind: "tool", not: false, text: "bash", prefix: false },
        { kind: "file", not: true, text: "src/a b.ts", prefix: false },
      ],
      kinds: ["user", "output"],
      agent: "codex",
      since: "2d",
      cwd: ".",
    });
    assert.equal(parseQuery("agent:pi").words, null);
    assert.deepEqual(parseQuery("a -in:output -in:tool").kinds, KINDS.slice(0, 4).concat("file"));
  });

  it("of phrases is loosened for an index that does not know the order of words", () => {
    const cut = (text: string) => text.toLowerCase().match(/[a-z]+/g) ?? [];
    for (const [text, words, isExact] of [
      ["Foo bar", '(("foo" AND "bar"))', true],
      ["conv* -x", '(("conv"*)) NOT "x"', true],
      ['"foo ba"*', '(("foo" AND "ba"*))', false],
      ['a OR "b c"', '(("a") OR ("b" AND "c"))', false],
      // Texts with both words may still be meant.
      ['a -"b c"', '(("a"))', false],
      ["1 a OR b", '(("b"))', true],
      ["1", null, true],
    ] as const) {
      const loose = loosened(known(parseQuery(text).words ?? undefined), cut);
      assert.deepEqual(loose, { expression: words, isExact }, text);
    }
  });

  it("with a key that is none names the one that was meant", () => {
    const hintOf = (text: string) => {
      try {
        return parseQuery(text);
      } catch (error) {
        return error instanceof SegueError ? error.hint : error;
      }
    };
    assert.match(String(hintOf("agnet:codex")), /did you mean agent\?.*'"agnet:codex"'/);
    assert.match(String(hintOf("foo:bar")), /a query has agent:, cwd:/);
  });

  it("for nothing is wrong usage", () => {
    for (const text of [
      "",
      " ",
      "+",
      '""',
      "-foo",
      "-",
      "in:user",
      "-tool:bash",
      "a in:nowhere",
      '"no end',
      "foo:bar",
    ]) {
      assert.throws(
        () => parseQuery(text),
        (e: unknown) => e instanceof SegueError && e.exit === 2,
      );
    }
  });
});

describe("what can be searched", () => {
  it("is read as it was written, whatever it was written in", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("日", "本", "한", "a", "é", "\n") }),
        (text) => {
          assert.equal(readable(searchable(text)), text);
        },
      ),
    );
  });

  it("is what was said, tools, commands, files and what they printed; not scaffolding", () => {
    const call = { kind: "tool-call", callId: "c", input: {} } as const;
    const patch =
      "*** Begin Patch\n*** Update File: a.ts\n*** Move to: b.ts\n@@\n-x\n+y\n*** End Patch";
    const texts = textsOf({
      kind: "message",
      ...place,
      role: "assistant",
      parts: [
        { kind: "text", text: "hello" },
        { kind: "reasoning", text: "hidden" },
        { ...call, name: "Bash", use: { tool: "execute", command: "npm test" } },
        { ...call, name: "apply_patch", use: { tool: "patch", patch } },
        { ...call, name: "odd", use: null },
        result("fine"),
      ],
    });
    assert.deepEqual(texts, {
      assistant: "hello",
      tool: "Bash execute\napply_patch patch\nodd",
      command: "npm test",
      file: "a.ts\nb.ts",
      output: "fine",
    });
    const parts = [{ kind: "text" as const, text: "a" }];
    assert.equal(textsOf({ kind: "message", ...place, role: "user", parts, scaffold: true }), null);
    assert.deepEqual(textsOf({ kind: "message", ...place, role: "user", parts }), { user: "a" });
    const event = { kind: "event", ...place, event: "error", text: "overloaded" } as const;
    assert.deepEqual(textsOf(event), { output: "overloaded" });
  });

  it("of what a tool printed is both ends, and of an error all", () => {
    const long = `first ${"x ".repeat(9000)}middle ${"y ".repeat(9000)}last`;
    const outputOf = (rest: object) =>
      textsOf({ kind: "message", ...place, role: "tool", parts: [{ ...result(long), ...rest }] })
        ?.output ?? "";
    assert.match(outputOf({}), /^first [x ]+\n\.\.\.\n[y ]+last$/);
    assert.ok(outputOf({}).length < 5000);
    assert.equal(outputOf({ isError: true }), long);
    assert.equal(outputOf({ exitCode: 1 }), long);
  });
});

function result(text: string): ToolResultPart {
  return { kind: "tool-result", callId: "c", isError: false, content: [{ kind: "text", text }] };
}
