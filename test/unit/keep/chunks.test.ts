/** How files become chunks, and chunks files. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  type Chunk,
  type Kept,
  nameOfKept,
  readKept,
  textOfKept,
} from "../../../src/keep/manifest.ts";
import { digestOf, Objects } from "../../../src/keep/objects.ts";
import { type Chunked, chunked } from "../../../src/keep/putter.ts";
import { known, temporaryFolder } from "../../support/folder.ts";
import "../../support/seed.ts";

const root = temporaryFolder();
const SIZES = { least: 64, most: 256 };

/** Chunks by name, and how many bytes were put that were not there. */
class Store {
  readonly #chunks = new Map<string, Buffer>();
  added = 0;

  put = (sha256: string, bytes: Buffer): void => {
    if (this.#chunks.has(sha256)) return;
    this.#chunks.set(sha256, Buffer.from(bytes));
    this.added += bytes.length;
  };

  keep(content: Buffer, before: readonly Chunk[], headed = false): Chunked {
    const read = (at: number, length: number): Buffer => content.subarray(at, at + length);
    const source = { size: content.length, read };
    return chunked(source, this.put, { before, headed, sizes: SIZES });
  }

  get(chunks: readonly Chunk[]): Buffer {
    return Buffer.concat(chunks.map(({ sha256 }) => known(this.#chunks.get(sha256), sha256)));
  }
}

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 1500 }).map((array) => Buffer.from(array)),
  fc
    .array(fc.string({ maxLength: 60 }), { maxLength: 40 })
    .map((lines) => Buffer.from(lines.map((line) => `${line}\n`).join(""))),
);

function holds({ chunks, sha256 }: Chunked, content: Buffer, store: Store): void {
  assert.ok(store.get(chunks).equals(content));
  assert.equal(sha256, digestOf(content));
  for (const chunk of chunks) assert.ok(chunk.bytes > 0 && chunk.bytes <= SIZES.most);
}

describe("a file in chunks", () => {
  it("consists of them, whatever is in it, and whatever it was before", () => {
    fc.assert(
      fc.property(
        fc.array(bytes, { minLength: 1, maxLength: 5 }),
        fc.boolean(),
        (states, headed) => {
          const store = new Store();
          let before: Chunk[] = [];
          for (const content of states) {
            const now = store.keep(content, before, headed);
            holds(now, content, store);
            before = now.chunks;
          }
        },
      ),
    );
  });

  it("continues what it was before exactly if it begins with that", () => {
    fc.assert(
      fc.property(bytes, bytes, (before, after) => {
        const store = new Store();
        const then = store.keep(before, []);
        assert.ok(store.keep(Buffer.concat([before, after]), then.chunks).continues);
        const isPrefix = after.subarray(0, before.length).equals(before);
        assert.equal(store.keep(after, then.chunks).continues, isPrefix);
      }),
    );
  });

  it("that grows costs what is added, a few times at most, and stays in few chunks", () => {
    const store = new Store();
    let content = Buffer.of();
    let before: Chunk[] = [];
    for (let n = 0; n < 400; n++) {
      content = Buffer.concat([content, Buffer.from(`{"n":${n}}\n`)]);
      const now = store.keep(content, before);
      holds(now, content, store);
      before = now.chunks;
    }
    assert.ok(store.added < content.length * 6, `${store.added} for ${content.length}`);
    assert.ok(before.length < content.length / SIZES.least + 8, `${before.length} chunks`);
  });

  it("whose first record changed costs that record", () => {
    const rest = Array.from({ length: 300 }, (_, n) => `{"row":${n}}\n`).join("");
    const store = new Store();
    const then = store.keep(Buffer.from(`{"updated":1}\n${rest}`), [], true);
    const { added } = store;
    const now = Buffer.from(`{"updated":1000000}\n${rest}`);
    holds(store.keep(now, then.chunks, true), now, store);
    assert.equal(store.added - added, `{"updated":1000000}\n`.length);
  });

  it("that changed in the middle is cut as before behind that", () => {
    const lines = Array.from({ length: 500 }, (_, n) => `{"line":${n * 7919}}\n`);
    const store = new Store();
    const then = store.keep(Buffer.from(lines.join("")), []);
    const { added } = store;
    const now = Buffer.from(lines.with(100, '{"another":"line"}\n').join(""));
    holds(store.keep(now, then.chunks), now, store);
    assert.ok(store.added - added < now.length / 4, `${store.added - added} of ${now.length}`);
  });
});

describe("Objects", () => {
  it("are written once, for the user alone, and read back only as they were", () => {
    const folder = mkdtempSync(join(root, "objects-"));
    const objects = new Objects(join(folder, "objects"));
    const content = Buffer.from("a record\n".repeat(100));
    const chunk = { sha256: digestOf(content), bytes: content.length };
    assert.ok(objects.put(chunk.sha256, content) > 0);
    assert.equal(objects.put(chunk.sha256, content), 0);
    assert.ok(objects.read(chunk)?.equals(content));
    assert.deepEqual([...objects.names()], [chunk.sha256]);
    const path = objects.path(chunk.sha256);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(statSync(join(folder, "objects")).mode & 0o777, 0o700);
    const packed = readFileSync(path);
    for (const damaged of [packed.subarray(0, -1), Buffer.of(), packed.fill(7, 12, 14)]) {
      writeFileSync(path, damaged);
      assert.equal(objects.read(chunk), null);
    }
    objects.setAside(chunk.sha256);
    assert.ok(objects.put(chunk.sha256, content) > 0);
    assert.ok(objects.read(chunk)?.equals(content));
  });

  it("that unpack to more than they should are not unpacked", () => {
    const objects = new Objects(mkdtempSync(join(root, "bomb-")));
    const bomb = Buffer.alloc(1 << 24);
    objects.put(digestOf(bomb), bomb);
    assert.equal(objects.read({ sha256: digestOf(bomb), bytes: 1000 }), null);
  });
});

const STATE = { mtime: 1.5, bytes: 3, inode: 7 };
const SHA = "0".repeat(64);
const KEPT: Kept = {
  ...{ machine: "box-0", agent: "pi", profile: null, id: "é/1", place: "/s/a.jsonl", root: "/s" },
  ...{ title: null, cwd: "/p", mtime: 1.5, keptAt: "2026-01-01T00:00:00.000Z", state: STATE },
  files: [
    {
      role: "session",
      ...{ name: "a.jsonl", place: "/s/a.jsonl", bytes: 3, sha256: SHA },
      ...{ mtime: 1.5, mode: 0o600, state: STATE, chunks: [{ sha256: SHA, bytes: 3 }] },
    },
  ],
};

describe("a manifest", () => {
  it("is read as it was written", () => {
    assert.deepEqual(readKept(textOfKept(KEPT)), KEPT);
  });

  it("that is damaged is none", () => {
    const text = textOfKept(KEPT);
    const others = [
      "",
      text.slice(0, -4),
      text.replace("kept@1", "kept@2"),
      text.replace(SHA, "../../x"),
      text.replace('"bytes":3}]', '"bytes":4}]'),
      text.replace('"role":"session"', '"role":"other"'),
    ];
    for (const other of others) assert.equal(readKept(other), null, other);
  });

  it("has a name that any file system takes, and that no other place has", () => {
    const names = ["é/1", "..", "a:b", "A", "a", ""].map((id) => nameOfKept(id, `/${id}`));
    for (const name of names) assert.match(name, /^[A-Za-z0-9_-]{13,93}$/);
    assert.equal(new Set(names.map((name) => name.toLowerCase())).size, names.length);
  });
});
