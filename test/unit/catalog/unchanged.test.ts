/** What a list takes from stores in which nothing has changed is what comparing each file gives. */
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { type Catalog, type Filter, openCatalog } from "../../../src/catalog/catalog.ts";
import { known, temporaryFolder } from "../../support/folder.ts";

const root = temporaryFolder();
const FIXTURES = join(import.meta.dirname, "../../fixtures");
/** Files of lines, and whole documents. */
const SESSIONS = [
  "claude-code/basic",
  "claude-code/limit-429",
  "codex/basic",
  "pi/basic",
  "gemini/basic",
];
const BOUNDS = [1, 2, 3, 100];

function places() {
  const home = mkdtempSync(join(root, "home-"));
  for (const name of SESSIONS) cpSync(join(FIXTURES, name), home, { recursive: true });
  const env = { HOME: home, SEGUE_HOME: join(home, ".segue"), PATH: process.env.PATH };
  return { env, cwd: join(home, "shop"), stores: new Map<string, string>() };
}

const FILTERS: Filter[] = [
  {},
  { here: true },
  { agent: "codex" },
  { limited: true },
  { since: Date.parse("2026-11-25T00:00:00Z") },
  { since: Date.now() + 1e9 },
];

/** The first ones are taken from the file; without a bound, every session is compared. */
function isSame(catalog: Catalog): void {
  const some = FILTERS.map((filter) => ({
    count: catalog.count(filter),
    first: BOUNDS.map((most) => catalog.sessions({ ...filter, most })),
  }));
  const numbers = [catalog.size, catalog.empty];
  const all = FILTERS.map((filter) => catalog.sessions(filter));
  for (const [n, sessions] of all.entries()) {
    const first = BOUNDS.map((most) => sessions.slice(0, most));
    assert.deepEqual(some[n], { count: sessions.length, first });
  }
  assert.deepEqual(numbers, [catalog.size, catalog.empty]);
}

it("the same sessions, whatever is asked for, and after each change", async () => {
  const here = places();
  const first = await openCatalog(here);
  isSame(first);
  const paths = first.sessions().map(({ path }) => path);
  first.close();
  assert.ok(paths.length >= SESSIONS.length);
  const [one, two] = [known(paths[0]), known(paths[1])];
  for (const change of [
    () => {},
    // A time before 1970, and one to come.
    () => utimesSync(one, new Date(-1e9), new Date(-1e9)),
    () => utimesSync(two, new Date(Date.now() + 1e12), new Date(Date.now() + 1e12)),
    () => rmSync(one),
    () => {
      for (const path of paths.slice(1)) utimesSync(path, new Date(5e11), new Date(5e11));
    },
    () => {},
  ]) {
    change();
    for (const catalog of [await openCatalog(here), await openCatalog(here)]) {
      isSame(catalog);
      catalog.close();
    }
  }
});
