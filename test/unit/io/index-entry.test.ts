import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
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

  it("takes nothing from a program that writes the index at the same time", async () => {
    const path = join(folder, "busy.json");
    writeFileSync(path, "[]");
    // As agents do it: read, add, write the whole file in place.
    const program = `
      const fs = require("node:fs");
      for (let n = 0; n < 200; n++) {
        const all = JSON.parse(fs.readFileSync(${JSON.stringify(path)}, "utf8"));
        all.push({ id: "agent-" + n });
        fs.writeFileSync(${JSON.stringify(path)}, JSON.stringify(all, null, 2));
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 4);
      }`;
    const agent = spawn(process.execPath, ["-e", program], { stdio: "inherit" });
    const ended = new Promise<number | null>((resolve) => agent.on("exit", resolve));
    for (let n = 0; n < 10; n++) {
      await new Promise((resolve) => setTimeout(resolve, 40));
      const id = `segue-${n}`;
      addEntry(noteEntry(entry("busy.json", { id, value: { id } })));
    }
    assert.equal(await ended, 0);
    const ids: unknown[] = JSON.parse(readFileSync(path, "utf8")).map(
      ({ id }: { id: string }) => id,
    );
    const lost = Array.from({ length: 200 }, (_, n) => `agent-${n}`).filter(
      (id) => !ids.includes(id),
    );
    assert.deepEqual(lost, []);
  });
});
