/** Searching beside agents that remove their sessions. */
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { openCatalog } from "../../../src/catalog/catalog.ts";
import { indexSessions } from "../../../src/catalog/indexing.ts";
import { pending } from "../../../src/catalog/pending.ts";
import { parseQuery } from "../../../src/catalog/query.ts";
import { search } from "../../../src/catalog/search.ts";
import { fixture } from "../../support/fixtures.ts";
import { known, temporaryFolder } from "../../support/folder.ts";

const root = temporaryFolder();

it("a session that is gone when its phrase is looked up is counted", async () => {
  const home = mkdtempSync(join(root, "home-"));
  const { agent } = fixture("pi/basic");
  cpSync(join(import.meta.dirname, "../../fixtures/pi/basic"), home, { recursive: true });
  const env = { HOME: home, SEGUE_HOME: join(home, ".segue"), PATH: process.env.PATH };
  const catalog = await openCatalog({ env, cwd: home, stores: new Map<string, string>() }, agent);
  await indexSessions(catalog, pending(catalog), { threads: 0 });
  const phrase = parseQuery('"MARK-USER-1 "');
  const before = await search(catalog, phrase, {}, 10);
  assert.deepEqual([before.matches.length, before.unread], [1, 0]);
  rmSync(known(catalog.sessions()[0]).path);
  const after = await search(catalog, phrase, {}, 10);
  assert.equal(after.unread, 1);
  catalog.close();
});
