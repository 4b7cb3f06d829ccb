/** Settings with comments are changed in one place, and back again. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  addToList,
  applied,
  removeFromList,
  reversed,
  settingsIn,
  takenBack,
} from "../../../src/lossless/jsonc.ts";
import { known } from "../../support/folder.ts";

const PLACE = ["hooks", "StopFailure"];
const ENTRY = { hooks: [{ type: "command", command: "segue hook claude-code" }] };
const isOurs = (value: unknown): boolean => JSON.stringify(value) === JSON.stringify(ENTRY);

const TEXTS = [
  "",
  "{}",
  "{\n}",
  "{ /* nothing */ }",
  '{"a":1}',
  '{ "a": 1 }\n',
  '{\n  "a": 1 // the first\n}\n',
  '{\n  // mine\n  "a": 1,\n  /* more */\n}\n',
  '{\n\t"hooks": {},\n\t"b": [1, 2]\n}',
  '{\r\n  "hooks": {\r\n    "Stop": []\r\n  }\r\n}\r\n',
  '{\n  "hooks": {\n    "StopFailure": []\n  }\n}',
  '{\n  "hooks": {\n    "StopFailure": [\n      { "hooks": [] }, // theirs\n    ],\n  },\n}',
  '\ufeff{"url": "https://x.y/*", "hooks": {"StopFailure": [{"hooks": []}]}}',
];

describe("adding to a list in settings", () => {
  for (const text of TEXTS) {
    it(`and removing it again: ${JSON.stringify(text)}`, () => {
      const edits = known(addToList(text, PLACE, ENTRY));
      const after = applied(text, edits);
      const list = Reflect.get(
        Object(Reflect.get(Object(settingsIn(after)), "hooks")),
        "StopFailure",
      );
      assert.ok(Array.isArray(list) && list.some(isOurs), after);
      for (const comment of text.match(/(?<!:)\/\/.*|\/\* .*?\*\//g) ?? [])
        assert.ok(after.includes(comment));
      assert.equal(applied(after, reversed(edits)), text);
      const without = known(removeFromList(after, PLACE, isOurs));
      assert.doesNotMatch(without, /segue/);
      assert.notEqual(settingsIn(without), undefined);
    });
  }

  it("keeps a comment at the end of a line where it is", () => {
    const text = '{\n  "a": 1 // the first\n}\n';
    const after = applied(text, known(addToList(text, ["b"], 2)));
    assert.match(after, /"a": 1, \/\/ the first\n {2}"b": \[\n/);
  });

  it("removes nothing but the entry, with comments on all sides of it", () => {
    const own = JSON.stringify(ENTRY);
    for (const [text, rest] of [
      [`{"hooks":{"StopFailure":[${own},${own},1]}}`, '{"hooks":{"StopFailure":[1]}}'],
      [`{"hooks":{"StopFailure":[${own},${own}]}, "a": 1}`, '{"a": 1}'],
      [
        `{"hooks":{"StopFailure":[\n  1, // one\n  // own\n  ${own}\n]}}`,
        '{"hooks":{"StopFailure":[\n  1 // one\n  // own\n]}}',
      ],
      [
        `{"hooks":{"StopFailure":[\n  // own\n  ${own}, // tail, still\n  2\n]}}`,
        '{"hooks":{"StopFailure":[\n  // own\n   // tail, still\n  2\n]}}',
      ],
      [
        `{"hooks":{"StopFailure":[\n  1, // one\n  ${own} ]}}`,
        '{"hooks":{"StopFailure":[\n  1 // one\n   ]}}',
      ],
      [
        `{"hooks": { // all of them\n  "StopFailure": [${own}]\n}}`,
        '{"hooks": { // all of them\n}}',
      ],
      [
        `{"hooks": {"StopFailure": [/* a, b */ ${own},]}}`,
        '{"hooks": {"StopFailure": [/* a, b */ ]}}',
      ],
    ] as const) {
      assert.equal(removeFromList(text, PLACE, isOurs), rest);
      assert.notEqual(settingsIn(rest), undefined);
    }
  });

  it("takes edits back in a text that was changed elsewhere", () => {
    const text = '{\n  "a": 1 // one\n}\n';
    const edits = known(addToList(text, PLACE, ENTRY));
    const later = applied(text, edits).replace('"a": 1', '"b": [2],\n  "a": 3');
    assert.equal(takenBack(later, edits), '{\n  "b": [2],\n  "a": 3 // one\n}\n');
    assert.equal(takenBack(later.replace("// one", "// two, and more"), edits), null);
    assert.equal(takenBack(later + later, edits), null);
  });

  it("refuses what is no JSON, and what is in the way", () => {
    for (const text of [
      "{",
      '{"a" 1}',
      "[]",
      "1",
      '{"hooks": []}',
      '{"hooks": {"StopFailure": 1}}',
    ]) {
      assert.equal(addToList(text, PLACE, ENTRY), null, text);
    }
    assert.equal(addToList("[".repeat(100_000), PLACE, ENTRY), null);
  });

  it("gives back every text, however it is written", () => {
    const space = fc.constantFrom("", " ", "\n", "\n  ", "\t", "/* c */", "// c\n");
    const json = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 2 }, fc.json({ maxDepth: 1 }), tie("object")),
      object: fc
        .tuple(
          fc.array(fc.tuple(fc.constantFrom("a", "b", "hooks"), tie("value"), space)),
          space,
          fc.boolean(),
        )
        .map(([items, end, trailing]) => {
          const keys = new Set<string>();
          const unique = items.filter(([key]) => !keys.has(key) && keys.add(key));
          const texts = unique.map(([key, value, gap]) => `${gap}"${key}":${gap}${value}`);
          return `{${texts.join(",")}${trailing && texts.length > 0 ? "," : ""}${end}}`;
        }),
    }));
    fc.assert(
      fc.property(json.object, (text) => {
        const before = settingsIn(String(text));
        assert.notEqual(before, undefined, String(text));
        const edits = addToList(String(text), PLACE, ENTRY);
        if (edits === null) return;
        const after = applied(String(text), edits);
        assert.equal(applied(after, reversed(edits)), text);
        assert.notEqual(settingsIn(after), undefined, after);
      }),
    );
  });
});
