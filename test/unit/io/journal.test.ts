import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { Journal, type Write } from "../../../src/io/journal.ts";
import { temporaryFolder } from "../../support/folder.ts";

const root = temporaryFolder();
const side = { agent: "pi", id: "a", path: "/a", bytes: 1, sha256: "0".repeat(64) };
const write: Omit<Write, "n" | "time"> = {
  action: "create",
  path: "/b",
  before: 0,
  madeFolder: null,
  source: side,
  target: { ...side, agent: "codex" },
  carry: null,
};

function journal(): { path: string; open: () => Journal } {
  const home = mkdtempSync(join(root, "home-"));
  const open = (): Journal => new Journal({ SEGUE_HOME: home });
  return { path: open().path, open };
}

function lines(path: string): string[] {
  return readFileSync(path, "utf8").trimEnd().split("\n");
}

describe("the journal", () => {
  it("numbers its writes, and misses nothing of what was written", () => {
    const { open } = journal();
    assert.deepEqual(
      [1, 2, 3].map(() => open().add(write).n),
      [1, 2, 3],
    );
    open().forget({ n: 2, carry: null });
    assert.deepEqual(
      open()
        .writes()
        .map(({ n }) => n),
      [1, 3],
    );
    assert.deepEqual(open().damage(), []);
  });

  it("is whole for who reads it while others write", () => {
    const { path, open } = journal();
    for (let n = 0; n < 5; n++) open().add(write);
    const last = readFileSync(`${path}.last`);
    for (let n = 0; n < 3; n++) open().add(write);
    // What a reader has of the last line may be older than the lines are.
    writeFileSync(`${path}.last`, last);
    assert.deepEqual(open().damage(), []);
    // A process was killed while it wrote it.
    writeFileSync(`${path}.last`, "");
    assert.deepEqual(open().damage(), []);
  });

  it("continues missing what is gone from its end, also when more is written", () => {
    const { path, open } = journal();
    for (let n = 0; n < 3; n++) open().add(write);
    writeFileSync(path, `${lines(path).slice(0, 2).join("\n")}\n`);
    assert.deepEqual(open().damage(), [{ line: 3, what: "missing" }]);
    open().add(write);
    assert.deepEqual(open().damage(), [{ line: 3, what: "missing" }]);
    assert.equal(open().damageAfter(3), undefined);
  });

  it("knows damaged lines and missing ones", () => {
    const { path, open } = journal();
    for (let n = 0; n < 4; n++) open().add(write);
    const [a, b, c, d] = lines(path);
    writeFileSync(path, `${[a, b?.replace("/b", "/x"), c, d].join("\n")}\n`);
    assert.deepEqual(open().damage(), [{ line: 2, what: "damaged" }]);
    writeFileSync(path, `${[a, c, d].join("\n")}\n`);
    assert.deepEqual(open().damage(), [{ line: 2, what: "missing" }]);
    writeFileSync(path, `${[b, c, d].join("\n")}\n`);
    assert.deepEqual(open().damage(), [{ line: 1, what: "missing" }]);
  });
});
