import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  hasEntry,
  type IndexForm,
  isEmptyIndex,
  withEntry,
  withoutEntry,
} from "../../../src/lossless/json-index.ts";
import type { JsonObject } from "../../../src/session/types.ts";

const ARRAY: IndexForm = { form: "array", key: "id" };
const WITHIN: IndexForm = { form: "array", key: "id", at: ["work", "dirs"] };
const OBJECT: IndexForm = { form: "object" };
const LINES: IndexForm = { form: "lines", key: "id" };

const NEW: JsonObject = { id: "new", title: 'a "quoted" 日本語', list: [1, { a: true }] };

/** The entry is there, all else is as it was, and taking it out gives the text from before. */
function thereAndBack(text: string, form: IndexForm): string {
  assert.equal(hasEntry(text, form, "new"), false);
  const inserted = withEntry(text, form, "new", NEW);
  assert.ok(inserted);
  assert.equal(hasEntry(inserted.text, form, "new"), true);
  assert.equal(withoutEntry(inserted.text, form, "new", inserted.blank), text);
  return inserted.text;
}

describe("an entry in an index", () => {
  it("goes into an array as the agent itself would write it", () => {
    for (const indent of [2, 4, "\t", 0, 1]) {
      const before = [{ id: "a", title: "one" }, { id: "b" }];
      const now = thereAndBack(JSON.stringify(before, null, indent), ARRAY);
      assert.equal(now, JSON.stringify([...before, NEW], null, indent));
    }
  });

  it("goes into an object", () => {
    for (const indent of [2, 0]) {
      const before = { "agent:main:main": { sessionId: "a" }, b: {} };
      const now = thereAndBack(JSON.stringify(before, null, indent), OBJECT);
      assert.equal(now, JSON.stringify({ ...before, new: NEW }, null, indent));
    }
  });

  it("goes into an array or object within the document", () => {
    const document = (dirs: JsonObject[]): string =>
      JSON.stringify({ version: 1, work: { "dirs]": "{[", dirs }, last: "x" }, null, 2);
    assert.equal(thereAndBack(document([{ id: "a" }]), WITHIN), document([{ id: "a" }, NEW]));
    assert.equal(thereAndBack(document([]), WITHIN), document([NEW]));
  });

  it("goes into an empty index, and leaves it as empty as it was", () => {
    for (const text of ["[]", "[ ]", "[\n]\n", " [\n\n] "]) thereAndBack(text, ARRAY);
    assert.equal(thereAndBack("[]", ARRAY), JSON.stringify([NEW], null, 2));
    assert.equal(thereAndBack("{}", OBJECT), JSON.stringify({ new: NEW }, null, 2));
    assert.equal(
      thereAndBack('{"work":{"dirs":[]}}', WITHIN),
      JSON.stringify({ work: { dirs: [NEW] } }),
    );
  });

  it("makes an index where there is none", () => {
    const made = withEntry(null, WITHIN, "new", NEW);
    assert.deepEqual(JSON.parse(made?.text ?? ""), { work: { dirs: [NEW] } });
    assert.equal(isEmptyIndex(withoutEntry(made?.text ?? "", WITHIN, "new") ?? "", WITHIN), true);
    assert.equal(withEntry("", ARRAY, "new", NEW)?.text, JSON.stringify([NEW], null, 2));
  });

  it("leaves the spelling of all else alone", () => {
    const odd = '\uFEFF[ {"id" : "a\\u00e9", "n":1.0, "n":2e1 ,"t":"\\"]}"} ,\n{"id":"b"}\n]\r\n';
    const now = thereAndBack(odd, ARRAY);
    assert.ok(now.startsWith(odd.slice(0, odd.indexOf('{"id":"b"}'))));
  });

  it("is spelled as Python prints the others", () => {
    const now = thereAndBack('[{"id": "a"}, {"id": "b"}]', ARRAY);
    assert.equal(
      now,
      '[{"id": "a"}, {"id": "b"}, {"id": "new", "title": "a \\"quoted\\" 日本語", "list": [1, {"a": true}]}]',
    );
  });

  it("is taken out wherever it stands by now", () => {
    const others = [{ id: "a" }, { id: "b" }];
    for (const at of [0, 1, 2]) {
      const all: JsonObject[] = [...others];
      all.splice(at, 0, { ...NEW, title: "renamed by the agent" });
      const text = JSON.stringify(all, null, 2);
      assert.equal(withoutEntry(text, ARRAY, "new"), JSON.stringify(others, null, 2));
    }
  });

  it("is taken out as often as it stands there", () => {
    const text = JSON.stringify([NEW, { id: "a" }, NEW]);
    assert.equal(withoutEntry(text, ARRAY, "new"), JSON.stringify([{ id: "a" }]));
  });

  it("is a line, and takes the newline along that the line before had none of", () => {
    const line = `${JSON.stringify(NEW)}\n`;
    assert.equal(thereAndBack("", LINES), line);
    assert.equal(thereAndBack('{"id":"a"}\n', LINES), `{"id":"a"}\n${line}`);
    assert.equal(thereAndBack('{"id":"a"}\nnot JSON', LINES), `{"id":"a"}\nnot JSON\n${line}`);
    assert.equal(withoutEntry(`${line}{"id":"b"}\n`, LINES, "new"), '{"id":"b"}\n');
  });

  it("goes into nothing that is no such index", () => {
    for (const text of ["{", "{}", '"x"', "null", '[{"id":"a"}']) {
      assert.equal(withEntry(text, ARRAY, "new", NEW), null, text);
      assert.equal(withoutEntry(text, ARRAY, "new"), null, text);
      assert.equal(hasEntry(text, ARRAY, "new"), null, text);
    }
    assert.equal(withEntry('{"work":[]}', WITHIN, "new", NEW), null);
    assert.equal(withEntry("[]", OBJECT, "new", NEW), null);
  });
});
