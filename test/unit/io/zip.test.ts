import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { Elements } from "../../../src/agents/shared/exports/elements.ts";
import { inZip } from "../../../src/io/zip.ts";
import { known, temporaryFolder } from "../../support/folder.ts";
import { zipOf } from "../../support/zip.ts";

const root = temporaryFolder();
let count = 0;

function saved(bytes: Buffer): string {
  const path = join(root, `${++count}.zip`);
  writeFileSync(path, bytes);
  return path;
}

function contentOf(path: string, name: string): Buffer {
  return inZip(path, (zip) => {
    const pieces: Buffer[] = [];
    zip.read(known(zip.files.find((file) => file.name === name)), (piece) =>
      pieces.push(Buffer.from(piece)),
    );
    return Buffer.concat(pieces);
  });
}

/** More than one piece, and not too easy to compress. */
const LONG = Buffer.from(
  Array.from({ length: 200_000 }, (_, n) => `${(n * 7919) % 104729} é\n`).join(""),
);
const FILES = { "a.txt": "hello", "empty.txt": "", "folder/ü.json": LONG };

describe("a .zip archive", () => {
  for (const [what, options] of [
    ["deflated", {}],
    ["stored", { stored: true }],
    ["in the form of archives beyond 4 GB", { is64: true }],
  ] as const) {
    it(`${what}: its files are read whole, and their beginnings alone`, () => {
      const path = saved(zipOf(FILES, options));
      for (const [name, content] of Object.entries(FILES)) {
        assert.ok(contentOf(path, name).equals(Buffer.from(content)), name);
      }
      const head = inZip(path, (zip) => zip.head(known(zip.files[2]), 4096));
      assert.ok(head.length > 1000 && LONG.subarray(0, head.length).equals(head));
    });
  }

  it("with a comment that looks like its end", () => {
    const bytes = Buffer.from(zipOf(FILES));
    bytes.writeUInt16LE(7, bytes.length - 2);
    const path = saved(Buffer.concat([bytes, Buffer.from("PK\x05\x06abc")]));
    assert.equal(contentOf(path, "a.txt").toString(), "hello");
  });

  it("that is cut off, damaged or locked says so", () => {
    const bytes = zipOf(FILES);
    const cut = saved(bytes.subarray(0, bytes.length - 200));
    assert.throws(() => contentOf(cut, "a.txt"), /no list of its files/);
    const damaged = Buffer.from(bytes);
    damaged.fill(0xff, 200, 4000);
    assert.throws(() => contentOf(saved(damaged), "folder/ü.json"), /ü\.json .* is damaged/);
    const locked = saved(zipOf(FILES, { flags: 1 }));
    assert.throws(() => contentOf(locked, "a.txt"), /a\.txt in this archive is encrypted/);
  });

  it("with one wrong byte in a stored file says so", () => {
    const bytes = zipOf(FILES, { stored: true });
    bytes.write("j", bytes.indexOf("hello"));
    assert.throws(() => contentOf(saved(bytes), "a.txt"), /a\.txt in this archive is damaged/);
  });

  it("with the separators of Windows has the same files", () => {
    assert.equal(contentOf(saved(zipOf({ "a\\b.txt": "hello" })), "a/b.txt").toString(), "hello");
  });

  it("that claims to be smaller than it is gives no more than it claims", () => {
    const bytes = zipOf({ "a.txt": "x".repeat(100_000) });
    bytes.writeUInt32LE(10, bytes.lastIndexOf("PK\x01\x02") + 24);
    assert.throws(() => contentOf(saved(bytes), "a.txt"), /is damaged/);
  });
});

describe("the elements of an array, in pieces of any length", () => {
  const spans = (text: string, length: number) => {
    const elements = new Elements();
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += length)
      elements.push(bytes.subarray(at, at + length));
    elements.end();
    return elements.spans.map(({ from, bytes: size, isTorn }) => [
      bytes.toString("utf8", from, from + size),
      isTorn ?? false,
    ]);
  };

  for (const length of [1, 2, 7, 1000]) {
    it(`of ${length}`, () => {
      const first = '{"a":"]}\\\\\\"[ é","b":[{},[1]]}';
      assert.deepEqual(spans(` [ ${first} , {"c":2} ] {"d":[{}]}`, length), [
        [first, false],
        ['{"c":2}', false],
      ]);
      assert.deepEqual(spans('{"conversations":[{"a":1}],"b":[{}]}', length), [['{"a":1}', false]]);
      assert.deepEqual(spans('[{"a":1},{"b":"x', length), [
        ['{"a":1}', false],
        ['{"b":"x', true],
      ]);
      assert.deepEqual(spans("[]", length), []);
      assert.deepEqual(spans("", length), []);
    });
  }
});
