import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { opencode } from "../../../src/agents/opencode/index.ts";
import { takeRowsBack } from "../../../src/convert/store/rows.ts";
import type { Write } from "../../../src/io/journal.ts";
import { fixture } from "../../support/fixtures.ts";
import { known, temporaryFolder } from "../../support/folder.ts";
import { makeDatabase } from "../../support/opencode-db.ts";

const root = temporaryFolder();

it("rows that have changed since are taken back by force only, and kept first", () => {
  const folder = mkdtempSync(join(root, "home-"));
  const path = join(folder, "opencode.db");
  makeDatabase(path);
  const database = known(opencode.store.database);
  const lines = readFileSync(fixture("opencode/rows").path, "utf8").trimEnd().split("\n");
  const [, id] = /"id":"(ses_\w+)"/.exec(lines.join("\n")) ?? [];
  database.replace(path, known(id), null, lines);
  const written = known(database.read(path, known(id)));
  const side = { agent: "opencode", id: known(id), path: `${path}#${id}`, bytes: 1 };
  const write: Write = {
    n: 1,
    time: "2026-01-01T00:00:00.000Z",
    action: "create",
    path: `${path}#${id}`,
    before: 0,
    madeFolder: null,
    source: { ...side, sha256: "0".repeat(64) },
    target: { ...side, sha256: createHash("sha256").update("other rows").digest("hex") },
    carry: null,
  };
  const env = { SEGUE_HOME: folder };
  assert.throws(() => takeRowsBack(write, false, env), /has changed since Segue wrote it/);
  assert.deepEqual(database.read(path, known(id)), written);
  const copy = known(takeRowsBack(write, true, env) ?? undefined);
  assert.equal(readFileSync(copy, "utf8"), written.map((line) => `${line}\n`).join(""));
  assert.equal(database.read(path, known(id)), null);
});
