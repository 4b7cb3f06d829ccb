import assert from "node:assert/strict";
import fs, {
  chmodSync,
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it, mock } from "node:test";
import { addEntry, type IndexEntry, noteEntry, removeEntry } from "../../../src/io/index-entry.ts";

describe("an entry in an agent's own index", () => {
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "segue-index-"));
    process.env.SEGUE_HOME = join(folder, "segue");
  });
  after(() => {
    delete process.env.SEGUE_HOME;
    rmSync(folder, { recursive: true, force: true });
  });

  function entry(name: string, more: Partial<IndexEntry> = {}): IndexEntry {
    const path = join(folder, name);
    return { path, form: "array", key: "id", id: "new", value: { id: "new", n: 1 }, ...more };
  }

  it("is added and taken out, and nothing else in the file has changed", () => {
    const text = '[\n  {"id": "a", "n": 1.0}\n]\n';
    const one = noteEntry(entry("plain.json"));
    const path = join(folder, "plain.json");
    writeFileSync(path, text);
    chmodSync(path, 0o640);
    const noted = noteEntry(entry("plain.json"));
    assert.equal(one.isNew, true);
    assert.equal(noted.isNew, false);
    addEntry(noted);
    assert.deepEqual(JSON.parse(readFileSync(path, "utf8")), [
      { id: "a", n: 1 },
      { id: "new", n: 1 },
    ]);
    assert.equal(statSync(path).mode & 0o777, 0o640);
    const now = readFileSync(path, "utf8");
    addEntry(noted);
    assert.equal(readFileSync(path, "utf8"), now, "added once");
    removeEntry(noted);
    assert.equal(readFileSync(path, "utf8"), text);
    removeEntry(noted);
    assert.equal(readFileSync(path, "utf8"), text);
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.includes(".tmp")),
      [],
    );
  });

  it("makes an index, which goes again with it, and so do the folders", () => {
    for (const form of ["array", "lines"] as const) {
      const noted = noteEntry(entry("made/for/it.json", { form }));
      addEntry(noted);
      assert.equal(existsSync(noted.path), true);
      removeEntry(noted);
      assert.equal(existsSync(join(folder, "made")), false);
    }
  });

  it("stays in an index that it was made for when others have come", () => {
    const noted = noteEntry(entry("others.json"));
    addEntry(noted);
    const other = { id: "other" };
    writeFileSync(noted.path, JSON.stringify([noted.value, other], null, 2));
    removeEntry(noted);
    assert.equal(readFileSync(noted.path, "utf8"), JSON.stringify([other], null, 2));
  });

  it("goes through a link to the file that it leads to", () => {
    mkdirSync(join(folder, "real"));
    const real = join(folder, "real/index.json");
    writeFileSync(real, "[]");
    symlinkSync(real, join(folder, "link.json"));
    const noted = noteEntry(entry("link.json"));
    addEntry(noted);
    assert.match(readFileSync(real, "utf8"), /new/);
    removeEntry(noted);
    assert.equal(readFileSync(real, "utf8"), "[]");
  });

  it("goes into no file that is of another form", () => {
    writeFileSync(join(folder, "broken.json"), '{"id":');
    assert.throws(() => noteEntry(entry("broken.json")), /damaged, or of an unknown form/);
    assert.equal(readFileSync(join(folder, "broken.json"), "utf8"), '{"id":');
  });

  // As agents do it: read, add, write the whole file in place. The two moments in which that can be lost.
  for (const moment of ["before", "after"] as const) {
    it(`takes nothing from a program that writes the index just ${moment} it is replaced`, () => {
      const path = join(folder, `busy-${moment}.json`);
      writeFileSync(path, JSON.stringify([{ id: "old" }]));
      const agent = openSync(path, "r+");
      const { renameSync } = fs;
      const renaming = mock.method(fs, "renameSync", (from: string, to: string) => {
        if (moment === "after") renameSync(from, to);
        if (renaming.mock.callCount() === 0) {
          ftruncateSync(agent);
          writeSync(agent, JSON.stringify([{ id: "old" }, { id: "agent" }], null, 2), 0);
        }
        if (moment === "before") renameSync(from, to);
      });
      syncBuiltinESMExports();
      try {
        addEntry(noteEntry(entry(`busy-${moment}.json`, { id: "segue", value: { id: "segue" } })));
      } finally {
        renaming.mock.restore();
        syncBuiltinESMExports();
        closeSync(agent);
      }
      assert.ok(renaming.mock.callCount() > 0, "the file was not replaced");
      const all: { id: string }[] = JSON.parse(readFileSync(path, "utf8"));
      assert.deepEqual(all.map(({ id }) => id).sort(), ["agent", "old", "segue"]);
    });
  }
});
