/** Sessions that are one JSON document: as lines, and the same bytes again. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  type Form,
  frameLine,
  isFrame,
  joinDocument,
  mayBeDocument,
  splitDocument,
} from "../../../src/lossless/document.ts";
import { linesIn } from "../../../src/lossless/lines.ts";
import { isObject } from "../../../src/session/json.ts";
import type { Json } from "../../../src/session/types.ts";
import "../../support/seed.ts";

/** `{…, "items": […]}`: the object without its items, then the items. */
const form: Form = {
  name: "test",
  records(document) {
    if (!isObject(document) || !Array.isArray(document.items)) return null;
    return [{ ...document, items: [] }, ...document.items];
  },
  document([head, ...items]) {
    return isObject(head ?? null) ? { ...Object(head), items } : { items };
  },
};

function same(text: string): void {
  const bytes = Buffer.from(text);
  const lines = splitDocument(bytes, [form]);
  assert.ok(lines, "it is a document");
  assert.ok(joinDocument(lines, [form])?.equals(bytes), "other bytes came back");
}

describe("a JSON document as lines", () => {
  it("gives its bytes again in the spellings that programs use", () => {
    const value = { id: "a", items: [{ b: 1 }, "x"], end: null };
    for (const indent of [0, 1, 2, 3, 4, "\t"]) {
      for (const end of ["", "\n", "\r\n"]) same(JSON.stringify(value, null, indent) + end);
    }
  });

  it("gives its bytes again in odd spellings, too", () => {
    same('\ufeff{"items":[1.0,  2e0]}');
    same('{"items":[],"items":[{"a":"\\u0041"}]}\n\n');
  });

  it("gives its bytes again whatever they are (property)", () => {
    const document = fc.record({ id: fc.string(), items: fc.array(fc.jsonValue()) });
    fc.assert(fc.property(document, fc.nat(5), (value, n) => same(JSON.stringify(value, null, n))));
  });

  it("has one record a line, after a first line that says how it is spelled", () => {
    const lines = splitDocument(Buffer.from('{"items":[1,[2]]}'), [form]) ?? Buffer.alloc(0);
    const values = [...linesIn(lines)].map(({ value }) => value);
    assert.deepEqual(values.slice(1), [{ items: [] }, 1, [2]]);
    assert.ok(isFrame(values[0]));
  });

  it("takes lines that were added, in the spelling of the document", () => {
    for (const text of ['{\n  "items": [\n    1\n  ]\n}\n', '{"items":[1.0]}']) {
      const lines = splitDocument(Buffer.from(text), [form]) ?? Buffer.alloc(0);
      const more = joinDocument(Buffer.concat([lines, Buffer.from("2\n")]), [form]);
      const value: Json = JSON.parse(String(more));
      assert.deepEqual(value, { items: [1, 2] });
      assert.equal(String(more).includes("\n  "), true);
    }
  });

  it("is made of lines alone, when they begin with a frame", () => {
    const lines = `${JSON.stringify(frameLine("test"))}\n{"items":[]}\n7\n`;
    const text = String(joinDocument(Buffer.from(lines), [form]));
    assert.equal(text, '{\n  "items": [\n    7\n  ]\n}\n');
  });

  it("is not seen in what are lines, or some other JSON", () => {
    assert.equal(splitDocument(Buffer.from('{"a":1}\n{"items":[]}\n'), [form]), null);
    assert.equal(splitDocument(Buffer.from('{"other":[]}'), [form]), null);
    assert.equal(joinDocument(Buffer.from('{"items":[]}\n'), [form]), null);
  });
});

describe("mayBeDocument", () => {
  const may = (text: string) => mayBeDocument(Buffer.from(text), Buffer.byteLength(text));
  it("is quick to know a file of lines", () => {
    assert.equal(may('{"a":1}\n{"b":2}\n'), false);
    assert.equal(may("plain text"), false);
    assert.equal(may("[1]"), false);
  });
  it("holds for a list of objects", () => {
    assert.equal(may('[\n  {\n    "a": 1\n  }\n]\n'), true);
  });
  it("holds for what is one object", () => {
    assert.equal(may('{"a":1}'), true);
    assert.equal(may('{"a":1}\n'), true);
    assert.equal(may('{\n  "a": 1\n}\n'), true);
  });
});
