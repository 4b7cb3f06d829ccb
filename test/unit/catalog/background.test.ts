/** The index, brought up to date beside an interactive run. */
import assert from "node:assert/strict";
import { cpSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { indexInBackground } from "../../../src/catalog/background.ts";
import { openCatalog } from "../../../src/catalog/catalog.ts";
import { pending } from "../../../src/catalog/pending.ts";
import { parseQuery } from "../../../src/catalog/query.ts";
import { search } from "../../../src/catalog/search.ts";
import { temporaryFolder } from "../../support/folder.ts";

const root = temporaryFolder();
const FIXTURES = join(import.meta.dirname, "../../fixtures");

function places() {
  const home = mkdtempSync(join(root, "home-"));
  for (const name of ["claude-code/basic", "codex/basic", "pi/basic"]) {
    cpSync(join(FIXTURES, name), home, { recursive: true });
  }
  const env = { HOME: home, SEGUE_HOME: join(home, ".segue"), PATH: process.env.PATH };
  return { env, cwd: home, stores: new Map<string, string>() };
}

it("is complete when it was left alone, and the catalogue beside it sees that", async () => {
  const machine = places();
  const catalog = await openCatalog(machine);
  assert.equal(pending(catalog).length, 3);
  const indexing = indexInBackground(machine);
  while (pending(catalog).length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  await indexing.stop();
  const { matches } = await search(catalog, parseQuery("MARK-USER-1"), {}, 10);
  assert.equal(matches.length, 3);
  catalog.close();
});

it("is stopped at any time, without harm", async () => {
  const machine = places();
  await indexInBackground(machine).stop();
  const catalog = await openCatalog(machine);
  assert.equal(catalog.size, 3);
  assert.ok(pending(catalog).length <= 3);
  catalog.close();
});
