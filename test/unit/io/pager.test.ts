import assert from "node:assert/strict";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { pagerIn, withPager } from "../../../src/io/pager.ts";
import { temporaryFolder } from "../../support/folder.ts";

const folder = temporaryFolder();

/** A program of this name that runs these lines of sh. */
function program(name: string, lines: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${lines}\n`);
  chmodSync(path, 0o755);
  return path;
}

describe("the pager", () => {
  it("is SEGUE_PAGER, else PAGER, else less; empty or cat asks for none", () => {
    for (const name of ["less", "most", "more"]) program(name, "cat");
    const at = (name: string) => join(folder, name);
    const PATH = folder;
    assert.deepEqual(pagerIn({ PATH }), [at("less")]);
    assert.deepEqual(pagerIn({ PATH, PAGER: "most -s" }), [at("most"), "-s"]);
    assert.deepEqual(pagerIn({ PATH, PAGER: `most -P 'two words'` }), [
      at("most"),
      "-P",
      "two words",
    ]);
    assert.deepEqual(pagerIn({ PATH, PAGER: "most", SEGUE_PAGER: "more" }), [at("more")]);
    for (const none of ["", "cat", "nowhere", "; rm x"])
      assert.equal(pagerIn({ PATH, PAGER: none }), null);
  });

  it("is given all of it, and its end is waited for", async () => {
    const read = join(folder, "read");
    const path = program("keeps", `cat > ${read}; echo end >> ${read}`);
    await withPager([path], process.env, async (out) => {
      for (let n = 0; n < 1000; n++) assert.ok(await out.write(`${n} ${"x".repeat(1000)}\n`));
    });
    const lines = readFileSync(read, "utf8").trimEnd().split("\n");
    assert.equal(lines.length, 1001);
    assert.equal(lines.at(-1), "end");
  });

  it("may be left before the end: then nothing more is read", async () => {
    const path = program("leaves", "head -c 10 > /dev/null");
    let written = 0;
    await withPager([path], process.env, async (out) => {
      while (await out.write("x".repeat(100_000))) written++;
    });
    assert.ok(written < 10_000);
  });
});
