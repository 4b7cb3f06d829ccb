/** Queries as users write them. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { parseQuery } from "../../src/catalog/query.ts";
import { readable, searchable, textOf } from "../../src/catalog/text.ts";
import { SegueError } from "../../src/errors.ts";
import "../support/seed.ts";

const place = { id: "e1", parentId: null, time: null };

describe("a query", () => {
  for (const [text, words] of [
    ["foo bar", '(("foo" AND "bar"))'],
    ['"foo bar" baz', '(("foo bar" AND "baz"))'],
    ['"no end', '(("no end"))'],
    ["conv*", '(("conv"*))'],
    ['"foo ba"*', '(("foo ba"*))'],
    ["foo -bar", '(("foo")) NOT "bar"'],
    ["a OR b c", '(("a") OR ("b" AND "c"))'],
    ["OR a OR", '(("a"))'],
    ["well-known", '(("well-known"))'],
    ["NEAR AND NOT", '(("NEAR" AND "AND" AND "NOT"))'],
    ["http://a.b/c", '(("http://a.b/c"))'],
    ["x:y", '(("x:y"))'],
    ["日本", '(("日 本"))'],
    ["a +", '(("a"))'],
  ] as const) {
    it(text, () => assert.equal(parseQuery(text).words, words));
  }

  it("has conditions beside its words", () => {
    const query = parseQuery('tool:bash file:"src/a b.ts" agent:codex since:2d cwd:. zebra');
    assert.deepEqual(query, {
      words: '(("zebra"))',
      conditions: ['{tool} : "bash"', '{path} : "src/a b.ts"'],
      agent: "codex",
      since: "2d",
      cwd: ".",
    });
    assert.equal(parseQuery("agent:pi").words, null);
  });

  it("for nothing is wrong usage", () => {
    for (const text of ["", " ", "+", '""', "-foo", "-"]) {
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

  it("is what was said, tools, commands and files; not results, nor scaffolding", () => {
    const call = { kind: "tool-call", callId: "c", input: {} } as const;
    const patch =
      "*** Begin Patch\n*** Update File: a.ts\n*** Move to: b.ts\n@@\n-x\n+y\n*** End Patch";
    const text = textOf({
      kind: "message",
      ...place,
      role: "assistant",
      parts: [
        { kind: "text", text: "hello" },
        { kind: "reasoning", text: "hidden" },
        { ...call, name: "Bash", use: { tool: "execute", command: "npm test" } },
        { ...call, name: "apply_patch", use: { tool: "patch", patch } },
        { ...call, name: "odd", use: null },
      ],
    });
    assert.deepEqual(text, {
      said: "hello",
      tool: "Bash execute\napply_patch patch\nodd",
      command: "npm test",
      path: "a.ts\nb.ts",
      title: "",
    });
    const parts = [{ kind: "text" as const, text: "a" }];
    assert.equal(textOf({ kind: "message", ...place, role: "user", parts, scaffold: true }), null);
    assert.equal(textOf({ kind: "message", ...place, role: "tool", parts }), null);
  });
});
